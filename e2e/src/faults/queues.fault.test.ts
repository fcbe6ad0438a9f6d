import { join } from "node:path";
import { IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { datasetJson, readOutputLines, waitUntilSettled } from "../installation/dataset-run.ts";
import {
  accessGrantRole,
  startTestInstallation,
  type TestInstallation,
  testBuckets,
} from "../installation/start-installation.ts";
import { putNumberedLinesHandler } from "./numbered-dataset.ts";
import { makeNumberedFiles } from "./numbered-lines.ts";
import { createRandom, faultSeed } from "./random.ts";

const handler = "numbered-messages";
const SETTLE_SECONDS = 180;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await putNumberedLinesHandler(installation);
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  installation.startWorker();
});
afterEach(() => installation?.cloud.faults.clear());
afterAll(() => installation?.stop());

/** A dataset that drains the queue into the output bucket. */
function drain(name: string, queueName: string, resourceLocation: "Customer" | "LetsData"): Record<string, unknown> {
  return {
    ...datasetJson(installation, { name, handler: `${handler}.zip`, keys: [], concurrency: 2 }),
    readConnector: {
      connectorDestination: "SQS",
      resourceLocation,
      queueName,
      artifactImplementationLanguage: "JAVASCRIPT",
      artifactFileS3Link: `s3://${testBuckets.code}/${handler}.zip`,
    },
    manifestFile: { manifestType: "SQSReaderManifest", sqsReaderTaskStopAfterConsecutiveEmptyReceives: 1 },
  };
}

/** Calls that fail, entries that fail, answers that are lost. */
function disturbQueues(seed: number): void {
  const { faults } = installation.cloud;
  faults.add({ kind: "throttle", service: "sqs", probability: 0.1, seed });
  faults.add({ kind: "partial", service: "sqs", probability: 0.1, seed: seed + 1 });
  faults.add({ kind: "cut", service: "sqs", action: "SendMessageBatch", when: "after", probability: 0.1, seed });
}

async function messagesLeft(queueName: string, of: "ours" | "customer"): Promise<number> {
  const sqs = clientFor(SQSClient, installation[of]);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {};
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}

test("what one dataset writes to a FIFO queue another reads to the end, under faults, and nothing is lost or sent twice", async () => {
  const seed = faultSeed();
  console.log(`seed ${seed}`);
  const shape = { prefix: "queued", files: 2, linesPerFile: 100, waitEvery: 1_000 };
  const files = makeNumberedFiles(createRandom(seed), shape);
  for (const { key, body } of files.files) await installation.putObject(testBuckets.data, key, body);
  disturbQueues(seed);
  const first = await installation.client.datasets.create(
    datasetJson(installation, {
      name: "FillsAQueue",
      handler: "numbered-lines.zip",
      keys: files.files.map(({ key }) => key),
      write: { connectorDestination: "SQS", resourceLocation: "LetsData", queueType: "FIFO" },
    }),
  );
  const filled = await waitUntilSettled(installation, first.datasetId, SETTLE_SECONDS);
  expect(filled.datasetStatus).toBe("COMPLETED");
  installation.cloud.faults.clear();
  const queueName = `tldwc${first.datasetId}.fifo`;
  expect(filled.resources).toMatchObject(expect.arrayContaining([expect.objectContaining({ name: queueName })]));
  expect(await messagesLeft(queueName, "ours")).toBe(files.documents.size);

  disturbQueues(seed);
  const second = await installation.client.datasets.create(drain("DrainsOurQueue", queueName, "LetsData"));
  const drained = await waitUntilSettled(installation, second.datasetId, SETTLE_SECONDS);
  expect(drained.datasetStatus).toBe("COMPLETED");
  const lines = await readOutputLines(installation, "DrainsOurQueue");
  expect(new Set(lines.map(({ id }) => id))).toEqual(new Set(files.documents));
  installation.cloud.faults.clear();
  for (const { id, messageGroupId, messageDeduplicationId } of lines) {
    expect([messageGroupId, messageDeduplicationId]).toEqual([id, id]);
  }
  expect(await messagesLeft(queueName, "ours")).toBe(0);
});

test("a customer's queue is read with the granted rights: documents, skips and errors each end once, and their messages are gone", async () => {
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
  const job = drain("DrainsACustomersQueue", QueueName, "Customer");
  const { policy } = await installation.client.datasets.accessPolicy(job);
  await clientFor(IAMClient, installation.customer).send(
    new PutRolePolicyCommand({
      RoleName: accessGrantRole,
      PolicyName: "Queue",
      PolicyDocument: JSON.stringify(policy),
    }),
  );
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
  expect(await messagesLeft(QueueName, "customer")).toBe(0);
});
