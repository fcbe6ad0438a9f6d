import { join } from "node:path";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addToGrant } from "../installation/add-to-grant.ts";
import { datasetJson, readOutputLines, waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { isQueueEmpty } from "./matrix/fill-sources.ts";

const SETTLE_SECONDS = 180;
const handlers = ["numbered-messages", "table-items"] as const;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  for (const handler of handlers) {
    await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  }
  installation.startWorker();
});
afterAll(() => installation?.stop());

/** A dataset that copies a customer's queue or table into the output bucket. */
function copy(
  name: string,
  handler: (typeof handlers)[number],
  source: Readonly<Record<string, unknown>>,
  manifestFile: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    ...datasetJson(installation, { name, handler: `${handler}.zip`, keys: [], concurrency: 2 }),
    readConnector: {
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}.zip`,
      ...source,
    },
    manifestFile,
  };
}

/** Gives the role exactly what the product asks for. */
async function grant(PolicyName: string, job: Record<string, unknown>): Promise<void> {
  const { policy } = await installation.client.datasets.accessPolicy(job);
  await addToGrant(installation, PolicyName, policy);
}

describe.concurrent("with exactly the rights of the access policy", () => {
  test("a customer's queue is read: documents, skips and errors each end once, and their messages are gone", async () => {
    const sqs = clientFor(SQSClient, installation.customer);
    const QueueName = "customers-jobs";
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
    const ids = Array.from({ length: 60 }, (_, n) => n);
    for (let from = 0; from < ids.length; from += 10) {
      const Entries = ids.slice(from, from + 10).map((n) => ({
        Id: String(n),
        MessageBody: JSON.stringify({ id: `m${n}`, kind: n % 10 === 0 ? "error" : n % 10 === 1 ? "skip" : "document" }),
        MessageAttributes: { city: { DataType: "String", StringValue: `city ${n}` } },
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
    const job = copy(
      "DrainsACustomersQueue",
      "numbered-messages",
      { connectorDestination: "SQS", queueName: QueueName },
      { manifestType: "SQSReaderManifest", sqsReaderTaskStopAfterConsecutiveEmptyReceives: 1 },
    );
    await grant("Queue", job);
    const created = await installation.client.datasets.create(job);
    const view = await waitUntilSettled(installation, created.datasetId, SETTLE_SECONDS);
    expect(view.datasetStatus).toBe("COMPLETED");
    const lines = await readOutputLines(installation, "DrainsACustomersQueue");
    expect(lines).toHaveLength(48);
    expect(lines.find(({ id }) => id === "m42")).toMatchObject({ city: "city 42" });
    const { items } = await installation.client.tasks.list({ dataset: created.datasetId });
    const total = (count: "recordsRead" | "documentsWritten" | "recordsSkipped" | "recordsErrored") =>
      items.reduce((sum, { taskProgress }) => sum + taskProgress[count], 0);
    expect(
      ["recordsRead", "documentsWritten", "recordsSkipped", "recordsErrored"].map((c) => total(c as "recordsRead")),
    ).toEqual([60, 48, 6, 6]);
    expect(await isQueueEmpty(installation, QueueUrl ?? "")).toBe(true);
  });

  test("a customer's table is followed over shards that end, until the dataset is stopped", async () => {
    const dynamodb = clientFor(DynamoDBClient, installation.customer);
    const TableName = "users";
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
      20,
      "the table",
    );
    const putRound = async (n: number) => {
      for (const id of ["a", "b", "c"])
        await dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: id }, n: { N: String(n) } } }));
    };
    await putRound(0);
    const job = copy(
      "FollowsACustomersTable",
      "table-items",
      { connectorDestination: "DYNAMODBSTREAMS", streamArn },
      {
        manifestType: "DynamoDBStreamReaderManifest",
        dynamoDBReaderTaskStopCondition: "Continuous",
        dynamoDBReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
      },
    );
    const refused = await installation.client.datasets.checkAccess(job);
    expect(refused.errors).toContainEqual(
      expect.objectContaining({ path: "readConnector.streamArn", code: "ACCESS_DENIED" }),
    );
    await grant("Stream", job);
    const { datasetId: dataset } = await installation.client.datasets.create(job);
    for (const round of [1, 2]) {
      expect(installation.cloud.rollStreamShards(streamArn)).toBe(true);
      await putRound(round);
    }
    const totalRead = async () => {
      const { items } = await installation.client.tasks.list({ dataset });
      return items.reduce((sum, { taskProgress }) => sum + taskProgress.recordsRead, 0);
    };
    const shardsReadOut = async () => {
      const { items } = await installation.client.tasks.list({ dataset });
      return items.filter(({ taskStatus }) => taskStatus === "COMPLETED").length >= 2 || null;
    };
    await waitFor(shardsReadOut, SETTLE_SECONDS, "two shards to be read out");
    await installation.client.stops.create({ dataset, moveStoppedTasksTo: "COMPLETE" });
    const view = await waitUntilSettled(installation, dataset, SETTLE_SECONDS);
    expect(view.datasetStatus).toBe("COMPLETED");
    const lines = await readOutputLines(installation, "FollowsACustomersTable");
    expect(lines.length).toBe(await totalRead());
    for (const id of ["a", "b", "c"]) {
      const changes = lines.filter((line) => line.id === id).sort((x, y) => Number(x.after) - Number(y.after));
      expect(changes.slice(0, 2)).toMatchObject([
        { eventName: "INSERT", before: null, after: 0 },
        { eventName: "MODIFY", before: 0, after: 1 },
      ]);
    }
  });
});
