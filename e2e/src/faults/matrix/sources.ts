import { type TestInstallation, testBuckets } from "../../installation/start-installation.ts";
import { jsonLines, type NumberedRecord } from "../numbered-lines.ts";
import { fillQueue, fillStream, fillTable, isQueueEmpty } from "./fill-sources.ts";
import type { StormKind } from "./storms.ts";

/** What of a dataset's configuration follows from where it reads. */
export interface FilledSource {
  readonly readConnector: Readonly<Record<string, unknown>>;
  readonly manifestFile: Readonly<Record<string, unknown>>;
  readonly tasks: number | null;
  /** Of readers that go on until they are stopped: whether there is nothing left to read. */
  readonly isReadOut?: () => Promise<boolean>;
}

export interface Source {
  /** Records may be handed out again after they were counted. */
  readonly repeats: boolean;
  /** How many records one round reads: calls for ten messages are slower than files. */
  readonly records: number;
  /** What can befall this source beside what can befall every call. */
  readonly storms: readonly StormKind[];
  /** Classes of fixtures/java/numbered-lines: Java names them, the other languages have them where they are looked for. */
  readonly javaClasses: Readonly<Record<string, unknown>>;
  fill(installation: TestInstallation, name: string, records: readonly NumberedRecord[]): Promise<FilledSource>;
}

const classes = "com.acme.numbered";
const [recordReader, lineParser, pairReader] = [
  `${classes}.NumberedReader`,
  `${classes}.LineParser`,
  `${classes}.PairReader`,
];

export const sources = {
  "S3 single file": {
    repeats: false,
    records: 900,
    storms: [],
    javaClasses: { singleFileParserImplementationClassName: recordReader },
    async fill(installation, name, records) {
      const keys = [`${name}/0.gz`, `${name}/1.gz`];
      for (const [at, key] of keys.entries())
        await installation.putObject(testBuckets.data, key, jsonLines(part(records, at, 2)));
      return { readConnector: s3("SINGLEFILEREADER"), manifestFile: lines(keys), tasks: 2 };
    },
  },
  "S3 state machine over one file": {
    repeats: false,
    records: 800,
    storms: [],
    javaClasses: {
      singleFileStateMachineParserImplementationClassName: lineParser,
      singleFileStateMachineReaderImplementationClassName: pairReader,
    },
    async fill(installation, name, records) {
      const keys = [`${name}/0.pairs.gz`, `${name}/1.pairs.gz`];
      for (const [at, key] of keys.entries()) {
        const pairs = part(records, at, 2).flatMap((record) => [headOf(record), tailOf(record)]);
        await installation.putObject(testBuckets.data, key, jsonLines(pairs));
      }
      return { readConnector: s3("SINGLEFILESTATEMACHINEREADER"), manifestFile: lines(keys), tasks: 2 };
    },
  },
  "S3 state machine over two files": {
    repeats: false,
    records: 700,
    storms: [],
    javaClasses: {
      singleFileStateMachineParserImplementationClassNameMap: { HEAD: lineParser, TAIL: lineParser },
      multipleFileStateMachineReaderClassName: pairReader,
    },
    async fill(installation, name, records) {
      const keys: string[] = [];
      for (const at of [0, 1]) {
        const here = part(records, at, 2);
        const [head, tail] = [`${name}/${at}.head.gz`, `${name}/${at}.tail.gz`];
        await installation.putObject(testBuckets.data, head, jsonLines(here.map(headOf)));
        await installation.putObject(testBuckets.data, tail, jsonLines(here.map(tailOf)));
        keys.push(`HEAD:${head}|TAIL:${tail}`);
      }
      return { readConnector: s3("MULTIPLEFILESTATEMACHINEREADER"), manifestFile: lines(keys), tasks: 2 };
    },
  },
  "SQS standard": {
    repeats: true,
    records: 120,
    storms: ["redelivery", "partial"],
    javaClasses: { queueMessageReaderImplementationClassName: recordReader },
    fill: (installation, name, records) => queue(installation, name, records),
  },
  "SQS FIFO": {
    repeats: true,
    records: 80,
    storms: ["partial"],
    javaClasses: { queueMessageReaderImplementationClassName: recordReader },
    fill: (installation, name, records) => queue(installation, `${name}.fifo`, records),
  },
  Kinesis: {
    repeats: false,
    records: 700,
    storms: ["expired-iterator"],
    javaClasses: { kinesisRecordReaderImplementationClassName: recordReader },
    async fill(installation, name, records) {
      const streamArn = await fillStream(installation, name, records);
      return {
        readConnector: { connectorDestination: "KINESIS", streamArn },
        manifestFile: {
          manifestType: "KinesisStreamReaderManifest",
          kinesisReaderTaskStartFromCondition: "Earliest",
          kinesisReaderTaskStopCondition: "AtLatest",
        },
        tasks: 2,
      };
    },
  },
  "DynamoDB Streams": {
    repeats: false,
    records: 500,
    storms: ["expired-iterator"],
    javaClasses: { dynamoDBStreamsRecordReaderImplementationClassName: recordReader },
    async fill(installation, name, records) {
      const streamArn = await fillTable(installation, name, records);
      return {
        readConnector: { connectorDestination: "DYNAMODBSTREAMS", streamArn },
        manifestFile: {
          manifestType: "DynamoDBStreamReaderManifest",
          dynamoDBReaderTaskStartFromCondition: "Earliest",
          dynamoDBReaderTaskStopCondition: "AtLatest",
        },
        tasks: null,
      };
    },
  },
  "DynamoDB table": {
    repeats: false,
    records: 500,
    storms: [],
    javaClasses: { dynamoDBTableItemReaderImplementationClassName: recordReader },
    async fill(installation, name, records) {
      await fillTable(installation, name, records);
      return {
        readConnector: { connectorDestination: "DYNAMODB", tableName: name },
        manifestFile: { manifestType: "DynamoDBTableReaderManifest", dynamoDBTableReaderTaskCount: 2 },
        tasks: 2,
      };
    },
  },
} as const satisfies Record<string, Source>;
export type SourceName = keyof typeof sources;
export const sourceNames = Object.keys(sources) as SourceName[];

async function queue(
  installation: TestInstallation,
  queueName: string,
  records: readonly NumberedRecord[],
): Promise<FilledSource> {
  const QueueUrl = await fillQueue(installation, queueName, records);
  return {
    readConnector: { connectorDestination: "SQS", queueName },
    manifestFile: { manifestType: "SQSReaderManifest", sqsReaderTaskStopCondition: "Continuous" },
    tasks: null,
    isReadOut: () => isQueueEmpty(installation, QueueUrl),
  };
}

const s3 = (readerType: string) => ({ connectorDestination: "S3", readerType, bucketName: testBuckets.data });
const lines = (all: readonly string[]) => ({
  manifestType: "S3ReaderTextManifestFile",
  fileContents: all.join("\n"),
});

const headOf = ({ pad: _, ...head }: NumberedRecord) => head;
const tailOf = ({ id, pad }: NumberedRecord) => ({ id, pad });

/** Every `of`-th record, from the `at`-th. */
function part(records: readonly NumberedRecord[], at: number, of: number): readonly NumberedRecord[] {
  return records.filter((_, n) => n % of === at);
}
