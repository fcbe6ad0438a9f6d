import { setTimeout as sleep } from "node:timers/promises";
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
const REFUSED_WAIT_MS = 100;

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
  await sendAll(records, 10, async (some) => {
    const Entries = some.map((record, n) => ({
      Id: String(n),
      MessageBody: JSON.stringify(record),
      ...(isFifo ? { MessageGroupId: record.id, MessageDeduplicationId: record.id } : {}),
    }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    return Failed.map(({ Id }) => some[Number(Id)]!);
  });
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
  await sendAll(records, 200, async (some) => {
    const Records = some.map((record) => ({ Data: Buffer.from(JSON.stringify(record)), PartitionKey: record.id }));
    const answer = await kinesis.send(new PutRecordsCommand({ StreamARN, Records }));
    return some.filter((_, n) => answer.Records?.[n]?.ErrorCode !== undefined);
  });
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
  await sendAll(records, 25, async (some) => {
    const requests = some.map(({ id, kind, waitMs, pad }) => ({
      PutRequest: { Item: { id: { S: id }, kind: { S: kind }, waitMs: { N: String(waitMs) }, pad: { S: pad } } },
    }));
    const { UnprocessedItems } = await dynamodb.send(
      new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
    );
    const refused = new Set(UnprocessedItems?.[TableName]?.map(({ PutRequest }) => PutRequest?.Item?.id?.S));
    return some.filter(({ id }) => refused.has(id));
  });
  return streamArn;
}

/** In calls of so many; what a call refuses, as a shard does that takes no more this second, is sent again. */
async function sendAll(
  records: readonly NumberedRecord[],
  atOnce: number,
  send: (some: readonly NumberedRecord[]) => Promise<readonly NumberedRecord[]>,
): Promise<void> {
  const left = [...records];
  while (left.length > 0) {
    const some = left.splice(0, atOnce);
    const refused = await send(some);
    left.unshift(...refused);
    if (refused.length > 0) await sleep(REFUSED_WAIT_MS);
  }
}
