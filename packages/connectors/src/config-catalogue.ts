import { dynamodbWriteConfig } from "./dynamodb/config.ts";
import { dynamodbStreamsManifest, dynamodbStreamsReadConfig } from "./dynamodb-streams/config.ts";
import { dynamodbTableManifest, dynamodbTableReadConfig } from "./dynamodb-table/config.ts";
import { kafkaWriteConfig } from "./kafka/config.ts";
import { kinesisManifest, kinesisReadConfig, kinesisWriteConfig } from "./kinesis/config.ts";
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

/** Write connectors by `connectorDestination`. */
export const writeConnectorConfigs = {
  S3: { schema: s3WriteConfig },
  KINESIS: { schema: kinesisWriteConfig },
  SQS: { schema: sqsWriteConfig },
  DYNAMODB: { schema: dynamodbWriteConfig },
  KAFKA: { schema: kafkaWriteConfig },
  S3_VECTORS: { schema: s3VectorsWriteConfig },
  PGVECTOR: { schema: pgvectorWriteConfig },
  MOMENTO_VECTOR_INDEX: { schema: momentoWriteConfig },
} as const;

/** Error connectors by `connectorDestination`. */
export const errorConnectorConfigs = { S3: { schema: s3ErrorConfig } } as const;

export type ReadDestination = keyof typeof readConnectorConfigs;
export type WriteDestination = keyof typeof writeConnectorConfigs;
export type ErrorDestination = keyof typeof errorConnectorConfigs;
