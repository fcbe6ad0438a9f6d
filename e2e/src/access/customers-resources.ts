import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { CreateIndexCommand, CreateVectorBucketCommand, S3VectorsClient } from "@aws-sdk/client-s3vectors";
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { waitFor } from "../installation/dataset-run.ts";
import { type TestInstallation, testBuckets } from "../installation/start-installation.ts";

/** What every source holds: seven good records and one that fails. */
export const recordIds = ["a", "b", "c", "d", "e", "f", "g", "bad1"] as const;
const texts = recordIds.map((id) => JSON.stringify({ id }));

/** Sources and targets of a customer, one of each kind, as parts of a dataset's JSON. */
export async function makeCustomersResources(
  installation: Pick<TestInstallation, "customer" | "customerAccountId" | "s3" | "putObject">,
) {
  const { customer, s3 } = installation;
  await installation.putObject(testBuckets.data, "records.jsonl", `${texts.join("\n")}\n`);
  for (const Bucket of ["exact-output", "exact-errors"]) await s3.send(new CreateBucketCommand({ Bucket }));

  const kinesis = clientFor(KinesisClient, customer);
  for (const StreamName of ["source", "target"]) {
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await untilActive(
      StreamName,
      async () => {
        const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
        return StreamDescriptionSummary;
      },
      (summary) => summary?.StreamStatus,
    );
  }
  const Records = texts.map((text, n) => ({ Data: Buffer.from(text), PartitionKey: String(n) }));
  await kinesis.send(new PutRecordsCommand({ StreamName: "source", Records }));

  const sqs = clientFor(SQSClient, customer);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "source" }));
  const Entries = texts.map((MessageBody, n) => ({ Id: String(n), MessageBody }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  await sqs.send(new CreateQueueCommand({ QueueName: "target" }));
  await sqs.send(new CreateQueueCommand({ QueueName: "target.fifo", Attributes: { FifoQueue: "true" } }));

  const dynamodb = clientFor(DynamoDBClient, customer);
  const streamArns = new Map<string, string>();
  for (const [TableName, key] of [
    ["source", "id"],
    ["target", "documentId"],
  ] as const) {
    await dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
        KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    const table = await untilActive(
      TableName,
      async () => {
        const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
        return Table;
      },
      (described) => described?.TableStatus,
    );
    streamArns.set(TableName, table?.LatestStreamArn ?? "");
  }
  const puts = recordIds.map((id) => ({ PutRequest: { Item: { id: { S: id } } } }));
  await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { source: puts } }));

  const vectors = clientFor(S3VectorsClient, customer);
  await vectors.send(new CreateVectorBucketCommand({ vectorBucketName: "exact-vectors" }));
  await vectors.send(
    new CreateIndexCommand({
      vectorBucketName: "exact-vectors",
      indexName: "pages",
      dataType: "float32",
      dimension: 3,
      distanceMetric: "cosine",
    }),
  );

  const streams = { account: installation.customerAccountId, region: customer.region };
  return {
    sources: {
      S3: {
        read: { connectorDestination: "S3", readerType: "SINGLEFILEREADER", bucketName: testBuckets.data },
        manifest: { manifestType: "S3ReaderTextManifestFile", fileContents: "records.jsonl" },
      },
      SQS: {
        read: { connectorDestination: "SQS", queueName: "source" },
        manifest: { manifestType: "SQSReaderManifest", sqsReaderTaskStopAfterConsecutiveEmptyReceives: 1 },
      },
      KINESIS: {
        read: {
          connectorDestination: "KINESIS",
          streamArn: `arn:aws:kinesis:${streams.region}:${streams.account}:stream/source`,
        },
        manifest: { manifestType: "KinesisStreamReaderManifest", kinesisReaderTaskStopCondition: "AtLatest" },
      },
      DYNAMODBSTREAMS: {
        read: { connectorDestination: "DYNAMODBSTREAMS", streamArn: streamArns.get("source") },
        manifest: {
          manifestType: "DynamoDBStreamReaderManifest",
          dynamoDBReaderTaskStopCondition: "AtLatest",
          dynamoDBReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
        },
      },
      DYNAMODB: {
        read: { connectorDestination: "DYNAMODB", tableName: "source" },
        manifest: { manifestType: "DynamoDBTableReaderManifest", dynamoDBTableReaderTaskCount: 2 },
      },
    },
    targets: {
      S3: { connectorDestination: "S3", bucketName: "exact-output", s3KeyPrefix: "out/" },
      "S3 Parquet": {
        connectorDestination: "S3",
        bucketName: "exact-output",
        s3FileFormat: "PARQUET",
        s3Compression: "ZSTD",
      },
      KINESIS: { connectorDestination: "KINESIS", kinesisStreamName: "target" },
      SQS: { connectorDestination: "SQS", queueName: "target" },
      "SQS FIFO": { connectorDestination: "SQS", queueName: "target.fifo", queueType: "FIFO" },
      DYNAMODB: { connectorDestination: "DYNAMODB", tableName: "target" },
      S3_VECTORS: {
        connectorDestination: "S3_VECTORS",
        vectorBucketName: "exact-vectors",
        indexName: "pages",
        numDimensions: 3,
      },
    },
  } as const;
}

async function untilActive<T>(
  name: string,
  describe: () => Promise<T>,
  statusOf: (described: T) => string | undefined,
) {
  return waitFor(
    async () => {
      const described = await describe();
      return statusOf(described) === "ACTIVE" ? described : null;
    },
    20,
    `${name} to be active`,
  );
}
