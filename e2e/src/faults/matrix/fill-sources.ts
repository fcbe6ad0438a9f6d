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
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { waitFor } from "../../installation/dataset-run.ts";
import type { TestInstallation } from "../../installation/start-installation.ts";
import type { NumberedRecord } from "../numbered-lines.ts";

const READY_SECONDS = 120;

/** A customer's queue; FIFO by its name. Returns its URL. */
export async function fillQueue(
  installation: TestInstallation,
  QueueName: string,
  records: readonly NumberedRecord[],
): Promise<string> {
  const sqs = clientFor(SQSClient, installation.customer);
  const isFifo = QueueName.endsWith(".fifo");
  const Attributes = isFifo ? { FifoQueue: "true" } : undefined;
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  for (const some of inTurns(records, 10)) {
    const Entries = some.map((record, n) => ({
      Id: String(n),
      MessageBody: JSON.stringify(record),
      ...(isFifo ? { MessageGroupId: record.id, MessageDeduplicationId: record.id } : {}),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
  return QueueUrl;
}

export async function isQueueEmpty(installation: TestInstallation, QueueUrl: string): Promise<boolean> {
  const sqs = clientFor(SQSClient, installation.customer);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {};
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible) === 0;
}

/** A customer's stream of two shards. Returns its ARN. */
export async function fillStream(
  installation: TestInstallation,
  StreamName: string,
  records: readonly NumberedRecord[],
): Promise<string> {
  const kinesis = clientFor(KinesisClient, installation.customer);
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
  const StreamARN = await waitFor(
    async () => {
      const { StreamDescriptionSummary: stream } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
      return stream?.StreamStatus === "ACTIVE" ? (stream.StreamARN ?? null) : null;
    },
    READY_SECONDS,
    `stream ${StreamName}`,
  );
  for (const some of inTurns(records, 200)) {
    const Records = some.map((record) => ({ Data: Buffer.from(JSON.stringify(record)), PartitionKey: record.id }));
    await kinesis.send(new PutRecordsCommand({ StreamARN, Records }));
  }
  return StreamARN;
}

/** A customer's table with a stream. Returns the stream's ARN. */
export async function fillTable(
  installation: TestInstallation,
  TableName: string,
  records: readonly NumberedRecord[],
): Promise<string> {
  const dynamodb = clientFor(DynamoDBClient, installation.customer);
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
    }),
  );
  const streamArn = await waitFor(
    async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
      return Table?.TableStatus === "ACTIVE" ? (Table.LatestStreamArn ?? null) : null;
    },
    READY_SECONDS,
    `table ${TableName}`,
  );
  for (const some of inTurns(records, 25)) {
    const requests = some.map(({ id, kind, waitMs, pad }) => ({
      PutRequest: { Item: { id: { S: id }, kind: { S: kind }, waitMs: { N: String(waitMs) }, pad: { S: pad } } },
    }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  }
  return streamArn;
}

function inTurns<T>(all: readonly T[], count: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / count) }, (_, turn) =>
    all.slice(turn * count, (turn + 1) * count),
  );
}
