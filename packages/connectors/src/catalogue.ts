import { dynamodbWriteConnector } from "./dynamodb/connectors.ts";
import { dynamodbStreamsReadConnector } from "./dynamodb-streams/connectors.ts";
import { dynamodbTableReadConnector } from "./dynamodb-table/connectors.ts";
import { kafkaWriteConnector } from "./kafka/connectors.ts";
import { kinesisReadConnector, kinesisWriteConnector } from "./kinesis/connectors.ts";
import { momentoWriteConnector } from "./momento/connectors.ts";
import { pgvectorWriteConnector } from "./pgvector/connectors.ts";
import { s3ErrorConnector, s3ReadConnector, s3WriteConnector } from "./s3/connectors.ts";
import { s3VectorsWriteConnector } from "./s3-vectors/connectors.ts";
import { sqsReadConnector, sqsWriteConnector } from "./sqs/connectors.ts";

/**
 * Runtimes by `connectorDestination`. A destination that has a config but no line here cannot run yet. Each loads its SDK with its first
 * call: a task process needs two or three of them, and all together take two seconds of a processor.
 */
export const readConnectors = {
  S3: s3ReadConnector,
  SQS: sqsReadConnector,
  KINESIS: kinesisReadConnector,
  DYNAMODBSTREAMS: dynamodbStreamsReadConnector,
  DYNAMODB: dynamodbTableReadConnector,
} as const;
export const writeConnectors = {
  S3: s3WriteConnector,
  KINESIS: kinesisWriteConnector,
  KAFKA: kafkaWriteConnector,
  SQS: sqsWriteConnector,
  DYNAMODB: dynamodbWriteConnector,
  S3_VECTORS: s3VectorsWriteConnector,
  PGVECTOR: pgvectorWriteConnector,
  MOMENTO_VECTOR_INDEX: momentoWriteConnector,
} as const;
export const errorConnectors = { S3: s3ErrorConnector } as const;
