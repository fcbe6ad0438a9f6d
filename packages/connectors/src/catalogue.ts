import { kinesisReadConnector, kinesisWriteConnector } from "./kinesis/connectors.ts";
import { s3ErrorConnector, s3ReadConnector, s3WriteConnector } from "./s3/connectors.ts";

/** Runtimes by `connectorDestination`. A destination that has a config but no line here cannot run yet. */
export const readConnectors = { S3: s3ReadConnector, KINESIS: kinesisReadConnector } as const;
export const writeConnectors = { S3: s3WriteConnector, KINESIS: kinesisWriteConnector } as const;
export const errorConnectors = { S3: s3ErrorConnector } as const;
