import type { DatasetViewDto } from "@letsdata/api/contract/dataset-dto";
import { type TestInstallation, testBuckets } from "../../installation/start-installation.ts";

import { itemIds, jsonlIds, messageIds, parquetIds, streamIds, topicIds, vectorIds } from "./written-ids.ts";

export interface Target {
  readonly writeConnector: (name: string) => Readonly<Record<string, unknown>>;
  /** Makes documents longer; objects of S3 close at a megabyte, so that several are written. */
  readonly padBytes: number;
  /** The target drops repeats that the pair does not promise to avoid; for five minutes, longer than a round. */
  readonly dropsRepeats: boolean;
  /** Of everything that stands in the target, repeats included. */
  ids(installation: TestInstallation, view: DatasetViewDto): Promise<readonly string[]>;
}

const KAFKA_PARTITIONS = 3;
const kafka = process.env.LETSDATA_KAFKA ?? "";
const s3 = (s3FileFormat: "JSONL" | "PARQUET") => ({
  connectorDestination: "S3",
  resourceLocation: "Customer",
  bucketName: testBuckets.output,
  s3KeyPrefix: "out/",
  s3FileFormat,
  s3Compression: "GZIP",
  s3FileSizeInMegabytes: 1,
});
const ours = (more: Readonly<Record<string, unknown>>) => ({ resourceLocation: "LetsData", ...more });

const local: Readonly<Record<string, Target>> = {
  "S3 JSONL": { writeConnector: () => s3("JSONL"), padBytes: 3_000, dropsRepeats: false, ids: jsonlIds },
  "S3 Parquet": { writeConnector: () => s3("PARQUET"), padBytes: 3_000, dropsRepeats: false, ids: parquetIds },
  Kinesis: {
    writeConnector: () => ours({ connectorDestination: "KINESIS", kinesisShardCount: 2 }),
    padBytes: 0,
    dropsRepeats: false,
    ids: streamIds,
  },
  "SQS standard": {
    writeConnector: () => ours({ connectorDestination: "SQS" }),
    padBytes: 0,
    dropsRepeats: false,
    ids: messageIds,
  },
  "SQS FIFO": {
    writeConnector: () => ours({ connectorDestination: "SQS", queueType: "FIFO" }),
    padBytes: 0,
    dropsRepeats: true,
    ids: messageIds,
  },
  DynamoDB: {
    writeConnector: () => ours({ connectorDestination: "DYNAMODB" }),
    padBytes: 0,
    dropsRepeats: false,
    ids: itemIds,
  },
  "S3 Vectors": {
    writeConnector: () => ours({ connectorDestination: "S3_VECTORS", numDimensions: 4 }),
    padBytes: 0,
    dropsRepeats: false,
    ids: vectorIds,
  },
};

/** With a broker in LETSDATA_KAFKA (host:port) Kafka is one more target. */
export const targets: Readonly<Record<string, Target>> =
  kafka === ""
    ? local
    : {
        ...local,
        Kafka: {
          writeConnector: (name) => ({
            connectorDestination: "KAFKA",
            resourceLocation: "Customer",
            bootstrapServers: kafka,
            topicName: name,
            topicPartitions: KAFKA_PARTITIONS,
            topicReplicationFactor: 1,
          }),
          padBytes: 0,
          dropsRepeats: false,
          ids: (_installation, { datasetName }) => topicIds(kafka, datasetName, KAFKA_PARTITIONS),
        },
      };
export const targetNames = Object.keys(targets);
