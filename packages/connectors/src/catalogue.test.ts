import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { describe, expect, it } from "vitest";
import { errorConnectors, readConnectors, writeConnectors } from "./catalogue.ts";
import { errorConnectorConfigs, readConnectorConfigs, writeConnectorConfigs } from "./config-catalogue.ts";
import { s3ObjectPermissions } from "./s3/permissions.ts";

const scope = { region: "eu-west-1", accountId: "111122223333", datasetName: "Clicks" };
const handler = { artifactImplementationLanguage: "PYTHON", artifactFileS3Link: "s3://code/c.zip" };
const reads = {
  S3: { connectorDestination: "S3", readerType: "SINGLEFILEREADER", bucketName: "clicks", ...handler },
  KINESIS: {
    connectorDestination: "KINESIS",
    streamArn: "arn:aws:kinesis:eu-west-1:111122223333:stream/events",
    ...handler,
  },
};
const streamArn = "arn:aws:dynamodb:eu-west-1:111122223333:table/users/stream/2026-01-05T09:00:00.000";
const table = {
  streams: { connectorDestination: "DYNAMODBSTREAMS", streamArn, ...handler },
  read: { connectorDestination: "DYNAMODB", tableName: "users", ...handler },
  write: { connectorDestination: "DYNAMODB", resourceLocation: "Customer", tableName: "users" },
};
const sqsRead = { connectorDestination: "SQS", queueName: "jobs", ...handler };
const sqsWrite = {
  connectorDestination: "SQS",
  resourceLocation: "Customer",
  queueName: "out.fifo",
  queueType: "FIFO",
};
const writes = {
  S3: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "out", s3KeyPrefix: "orders/" },
  KINESIS: {
    connectorDestination: "KINESIS",
    resourceLocation: "Customer",
    kinesisStreamName: "events",
    kinesisShardCount: 2,
  },
};
const errors = { S3: { connectorDestination: "S3", resourceLocation: "Customer", bucketName: "errors" } };

const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`;
const s3Vectors = writeConnectorConfigs.S3_VECTORS.schema.parse({
  connectorDestination: "S3_VECTORS",
  resourceLocation: "Customer",
  vectorBucketName: "vectors",
  indexName: "pages",
  numDimensions: 3,
});
const pgvector = writeConnectorConfigs.PGVECTOR.schema.parse({
  connectorDestination: "PGVECTOR",
  connectionSecretArn: secret("pg"),
  tableName: "pages",
  numDimensions: 3,
});
const momento = writeConnectorConfigs.MOMENTO_VECTOR_INDEX.schema.parse({
  connectorDestination: "MOMENTO_VECTOR_INDEX",
  resourceLocation: "Customer",
  indexName: "pages",
  numDimensions: 3,
  momentoAuthTokenArn: secret("momento-AbC123"),
});

const statements: readonly (readonly [string, readonly Permission[]])[] = [
  ["S3 read", readConnectors.S3.permissions(readConnectorConfigs.S3.schema.parse(reads.S3), scope)],
  ["Kinesis read", readConnectors.KINESIS.permissions(readConnectorConfigs.KINESIS.schema.parse(reads.KINESIS), scope)],
  [
    "DynamoDB Streams",
    readConnectors.DYNAMODBSTREAMS.permissions(readConnectorConfigs.DYNAMODBSTREAMS.schema.parse(table.streams), scope),
  ],
  ["DynamoDB read", readConnectors.DYNAMODB.permissions(readConnectorConfigs.DYNAMODB.schema.parse(table.read), scope)],
  [
    "DynamoDB write",
    writeConnectors.DYNAMODB.permissions(writeConnectorConfigs.DYNAMODB.schema.parse(table.write), scope),
  ],
  [
    "DynamoDB write, reader",
    writeConnectors.DYNAMODB.readPermissions(writeConnectorConfigs.DYNAMODB.schema.parse(table.write), scope),
  ],
  ["S3 write", writeConnectors.S3.permissions(writeConnectorConfigs.S3.schema.parse(writes.S3), scope)],
  ["S3 write, reader", writeConnectors.S3.readPermissions(writeConnectorConfigs.S3.schema.parse(writes.S3), scope)],
  [
    "Kinesis write",
    writeConnectors.KINESIS.permissions(writeConnectorConfigs.KINESIS.schema.parse(writes.KINESIS), scope),
  ],
  [
    "Kinesis write, reader",
    writeConnectors.KINESIS.readPermissions(writeConnectorConfigs.KINESIS.schema.parse(writes.KINESIS), scope),
  ],
  ["SQS read", readConnectors.SQS.permissions(readConnectorConfigs.SQS.schema.parse(sqsRead), scope)],
  ["SQS write", writeConnectors.SQS.permissions(writeConnectorConfigs.SQS.schema.parse(sqsWrite), scope)],
  ["SQS write, reader", writeConnectors.SQS.readPermissions(writeConnectorConfigs.SQS.schema.parse(sqsWrite), scope)],
  ["S3 error", errorConnectors.S3.permissions(errorConnectorConfigs.S3.schema.parse(errors.S3), scope)],
  ["S3 error, reader", errorConnectors.S3.readPermissions(errorConnectorConfigs.S3.schema.parse(errors.S3), scope)],
  ["S3 Vectors write", writeConnectors.S3_VECTORS.permissions(s3Vectors, scope)],
  ["S3 Vectors write, reader", writeConnectors.S3_VECTORS.readPermissions(s3Vectors, scope)],
  ["pgvector write", writeConnectors.PGVECTOR.permissions(pgvector, scope)],
  ["Momento write", writeConnectors.MOMENTO_VECTOR_INDEX.permissions(momento, scope)],
  ["artifact", s3ObjectPermissions("s3://code/a/b.zip", "Fetch the handler")],
];

describe("the connector catalogue", () => {
  it("has a configuration for everything that runs", () => {
    expect(Object.keys(readConnectorConfigs)).toEqual(expect.arrayContaining(Object.keys(readConnectors)));
    expect(Object.keys(writeConnectorConfigs)).toEqual(expect.arrayContaining(Object.keys(writeConnectors)));
    expect(Object.keys(errorConnectorConfigs)).toEqual(expect.arrayContaining(Object.keys(errorConnectors)));
  });

  it("finds the same files in every folder that runs", () => {
    for (const folder of ["s3", "kinesis", "sqs", "dynamodb", "s3-vectors", "pgvector", "momento"]) {
      for (const file of [
        "config.ts",
        "connectors.ts",
        "permissions.ts",
        "check-access.ts",
        "provision.ts",
        "writer.ts",
      ]) {
        expect(existsSync(join(import.meta.dirname, folder, file)), `${folder}/${file}`).toBe(true);
      }
    }
  });

  it.each(statements)("states %s without a star for a resource, or says why", (_, permissions) => {
    expect(permissions.length).toBeGreaterThan(0);
    for (const { actions, resources, reason, whyStar } of permissions) {
      expect(reason).not.toBe("");
      for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z]+$/);
      for (const resource of resources) {
        if (resource === "*") expect(whyStar ?? "").not.toBe("");
        else expect(resource).toMatch(/^arn:aws:[a-z0-9]+:/);
      }
    }
  });

  it("states S3, SQS and Kinesis as the policy table of the access guide does", () => {
    const flat = new Map(
      statements.map(([name, list]) => [name, list.map(({ actions, resources }) => ({ actions, resources }))]),
    );
    expect(flat.get("S3 read")).toEqual([
      { actions: ["s3:ListBucket", "s3:GetBucketLocation"], resources: ["arn:aws:s3:::clicks"] },
      { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::clicks/*"] },
    ]);
    expect(flat.get("S3 write")).toEqual([
      { actions: ["s3:ListBucket", "s3:GetBucketLocation"], resources: ["arn:aws:s3:::out"] },
      {
        actions: ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
        resources: ["arn:aws:s3:::out/orders/*"],
      },
    ]);
    expect(flat.get("S3 error")?.[1]).toEqual({
      actions: ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
      resources: ["arn:aws:s3:::errors/Clicks/*"],
    });
    const receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"];
    const describeQueue = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"];
    const jobs = ["arn:aws:sqs:eu-west-1:111122223333:jobs"];
    const out = ["arn:aws:sqs:eu-west-1:111122223333:out.fifo"];
    expect(flat.get("SQS read")).toEqual([
      { actions: describeQueue, resources: jobs },
      { actions: receive, resources: jobs },
    ]);
    expect(flat.get("SQS write")).toEqual([
      { actions: describeQueue, resources: out },
      { actions: ["sqs:SendMessage"], resources: out },
    ]);
    expect(flat.get("SQS write, reader")).toEqual([{ actions: [...describeQueue, ...receive], resources: out }]);
    const stream = ["arn:aws:kinesis:eu-west-1:111122223333:stream/events"];
    expect(flat.get("Kinesis write")).toEqual([
      { actions: ["kinesis:DescribeStreamSummary", "kinesis:ListShards"], resources: stream },
      { actions: ["kinesis:PutRecords"], resources: stream },
      { actions: ["kinesis:UpdateShardCount"], resources: stream },
    ]);
  });

  it("states the vector targets as the policy table of the access guide does", () => {
    const of = (wanted: string) =>
      statements
        .filter(([name]) => name === wanted)
        .flatMap(([, list]) => list.flatMap(({ actions, resources }) => actions.map((one) => `${one} ${resources}`)));
    const index = "arn:aws:s3vectors:eu-west-1:111122223333:bucket/vectors/index/pages";
    expect(of("S3 Vectors write")).toEqual([`s3vectors:GetIndex ${index}`, `s3vectors:PutVectors ${index}`]);
    expect(of("S3 Vectors write, reader")).toEqual(
      ["QueryVectors", "GetVectors", "ListVectors"].map((action) => `s3vectors:${action} ${index}`),
    );
    expect(of("pgvector write")).toEqual([`secretsmanager:GetSecretValue ${secret("pg")}-??????`]);
    expect(of("Momento write")).toEqual([`secretsmanager:GetSecretValue ${secret("momento-AbC123")}`]);
  });

  it("states DynamoDB as the policy table of the access guide does", () => {
    const flat = new Map(
      statements.map(([name, list]) => [
        name,
        list.flatMap(({ actions, resources }) => actions.map((action) => `${action.slice(9)} ${resources}`)),
      ]),
    );
    const arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/users";
    const on = (resource: string, ...actions: string[]) => actions.map((action) => `${action} ${resource}`);
    const ofStream = ["DescribeStream", "GetShardIterator", "GetRecords"];
    expect(flat.get("DynamoDB read")).toEqual(on(arn, "DescribeTable", "Scan", "GetItem"));
    expect(flat.get("DynamoDB write")).toEqual(on(arn, "DescribeTable", "BatchWriteItem", "PutItem"));
    expect(flat.get("DynamoDB Streams")).toEqual([...on(streamArn, ...ofStream), ...on(arn, "DescribeTable")]);
    expect(flat.get("DynamoDB write, reader")).toEqual([
      ...on(arn, "DescribeTable", "Scan", "GetItem", "BatchGetItem", "Query"),
      ...on(`${arn}/stream/*`, ...ofStream),
    ]);
  });
});
