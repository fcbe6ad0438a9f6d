import type { ZodType } from "zod";
import { dynamodbHourly, dynamodbWriteConfig } from "./dynamodb/config.ts";
import { dynamodbStreamsManifest, dynamodbStreamsReadConfig } from "./dynamodb-streams/config.ts";
import { dynamodbTableManifest, dynamodbTableReadConfig } from "./dynamodb-table/config.ts";
import { kafkaWriteConfig } from "./kafka/config.ts";
import {
  kinesisHourly,
  kinesisManifest,
  kinesisReadConfig,
  kinesisStreamSize,
  kinesisWriteConfig,
} from "./kinesis/config.ts";
import { momentoWriteConfig } from "./momento/config.ts";
import { pgvectorWriteConfig } from "./pgvector/config.ts";
import { s3ErrorConfig, s3LinkManifest, s3ReadConfig, s3TextManifest, s3WriteConfig } from "./s3/config.ts";
import { s3VectorsWriteConfig } from "./s3-vectors/config.ts";
import { sqsManifest, sqsReadConfig, sqsWriteConfig } from "./sqs/config.ts";

/** Read connectors by `connectorDestination`; each with the manifests that may go with it, by `manifestType`. */
export const readConnectorConfigs = {
  S3: {
    schema: s3ReadConfig,
    manifests: { S3ReaderTextManifestFile: s3TextManifest, S3ReaderS3LinkManifestFile: s3LinkManifest },
  },
  SQS: { schema: sqsReadConfig, manifests: { SQSReaderManifest: sqsManifest } },
  KINESIS: { schema: kinesisReadConfig, manifests: { KinesisStreamReaderManifest: kinesisManifest } },
  DYNAMODBSTREAMS: {
    schema: dynamodbStreamsReadConfig,
    manifests: { DynamoDBStreamReaderManifest: dynamodbStreamsManifest },
  },
  DYNAMODB: { schema: dynamodbTableReadConfig, manifests: { DynamoDBTableReaderManifest: dynamodbTableManifest } },
} as const;

/** Write connectors by `connectorDestination`, each with what others must know of it without its runtime. */
export const writeConnectorConfigs = {
  S3: {
    schema: s3WriteConfig,
    generatedNames: ["bucketName"],
    makes: "S3 bucket",
    repeats: "ownObjects",
    readBack: ["s3 list", "s3 get --key <key>"],
  },
  KINESIS: {
    schema: kinesisWriteConfig,
    generatedNames: ["kinesisStreamName"],
    makes: "Kinesis stream",
    repeats: "again",
    readBack: [
      "kinesis listShards",
      "kinesis getShardIterator --shardId shardId-000000000000",
      "kinesis getRecords --shardIterator <iterator>",
    ],
    sizeOf: kinesisStreamSize,
    hourly: kinesisHourly,
  },
  SQS: {
    schema: sqsWriteConfig,
    generatedNames: ["queueName"],
    makes: "SQS queue",
    repeats: "again",
    readBack: ["sqs"],
  },
  DYNAMODB: {
    schema: dynamodbWriteConfig,
    generatedNames: ["tableName"],
    makes: "DynamoDB table",
    repeats: "sameKey",
    readBack: ["dynamodb scan", "dynamodb get --key <json>"],
    hourly: dynamodbHourly,
  },
  KAFKA: {
    schema: kafkaWriteConfig,
    generatedNames: ["topicName"],
    makes: "Kafka cluster and topic",
    repeats: "transaction",
  },
  S3_VECTORS: {
    schema: s3VectorsWriteConfig,
    generatedNames: ["vectorBucketName", "indexName"],
    makes: "S3 vector bucket and index",
    repeats: "sameId",
  },
  PGVECTOR: { schema: pgvectorWriteConfig, generatedNames: [], makes: "", repeats: "sameId" },
  MOMENTO_VECTOR_INDEX: {
    schema: momentoWriteConfig,
    generatedNames: ["indexName"],
    makes: "Momento vector index",
    repeats: "sameId",
  },
} as const satisfies Readonly<Record<string, WriteConnectorEntry>>;

interface WriteConnectorEntry {
  readonly schema: ZodType;
  /** Attributes that hold the dataset's generated name where the target is LetsData's (product.md §2.10). */
  readonly generatedNames: readonly string[];
  /** What LetsData makes for a dataset that leaves the target to it, in words; empty where it never does. */
  readonly makes: string;
  /** What a batch that is sent again after a crash does to the target (product.md §1.4). */
  readonly repeats: "again" | "ownObjects" | "sameId" | "sameKey" | "transaction";
  /** Commands of `letsdata read` that read the output back, without `--datasetName`; absent where it has none. */
  readonly readBack?: readonly string[];
  /** The size of what LetsData makes, in words; absent where nothing is chosen. */
  readonly sizeOf?: (config: never) => string;
  /** What is used of a meter in an hour by what LetsData makes, whether it is written to or not; absent where nothing is. */
  readonly hourly?: (config: never) => StandingUse;
}

/** By meter of `dataset/meters.ts`. */
export type StandingUse = Readonly<Partial<Record<"kinesisShardHours" | "tableCapacityUnitHours", number>>>;

/** What others must know of a destination. */
export function writeConnectorEntry(destination: WriteDestination): WriteConnectorEntry {
  return writeConnectorConfigs[destination];
}

/** Whether the target always is the customer's; false of a destination that is not known. */
export function isAlwaysCustomers(destination: string): boolean {
  return (
    Object.hasOwn(writeConnectorConfigs, destination) &&
    writeConnectorEntry(destination as WriteDestination).makes === ""
  );
}

/** Error connectors by `connectorDestination`. */
export const errorConnectorConfigs = { S3: { schema: s3ErrorConfig } } as const;

export type ReadDestination = keyof typeof readConnectorConfigs;
export type WriteDestination = keyof typeof writeConnectorConfigs;
export type ErrorDestination = keyof typeof errorConnectorConfigs;

export { memoryForParquet, parquetFileFor } from "./s3/parquet-memory.ts";
