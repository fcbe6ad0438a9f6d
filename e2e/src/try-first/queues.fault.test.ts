import { join } from "node:path";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCustomersResources } from "../access/customers-resources.ts";
import { datasetWithExactRole } from "../access/dataset-with-exact-role.ts";
import { waitFor } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import { endOfTrial, resultOfTrial } from "./trial-run.ts";

const handler = "every-source";
let installation: TestInstallation;
let sqs: SQSClient;
let target: Readonly<Record<string, unknown>>;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  target = (await makeCustomersResources(installation)).targets.S3;
  sqs = clientFor(SQSClient, installation.customer);
  installation.startWorker();
});
afterAll(() => installation?.stop());

interface MadeQueue {
  readonly name: string;
  readonly ids?: readonly string[];
  /** Of a FIFO queue: the group of the nth message. */
  readonly groupOf?: (n: number) => string;
  readonly attributes?: Readonly<Record<string, string>>;
}

async function makeQueue({ name, ids = [], groupOf, attributes }: MadeQueue): Promise<string> {
  const Attributes = { ...attributes, ...(groupOf ? { FifoQueue: "true" } : {}) };
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  for (let from = 0; from < ids.length; from += 10) {
    const Entries = ids.slice(from, from + 10).map((id, n) => ({
      Id: String(n),
      MessageBody: JSON.stringify({ id }),
      ...(groupOf ? { MessageGroupId: groupOf(from + n), MessageDeduplicationId: id } : {}),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
  return QueueUrl;
}

interface JobOn {
  readonly without?: string;
  readonly concurrency?: number;
  readonly manifest?: Readonly<Record<string, unknown>>;
}

async function jobOn(queueName: string, { without, concurrency, manifest }: JobOn = {}) {
  const job = {
    name: `Try${queueName.replaceAll(/\W/g, "")}`,
    handler: `${handler}.zip`,
    read: { connectorDestination: "SQS", queueName },
    manifest: { manifestType: "SQSReaderManifest", ...manifest },
    write: target,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(without === undefined ? {} : { without }),
  };
  return datasetWithExactRole(installation, job);
}

async function countsOf(QueueUrl: string) {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
  return { visible: Number(ApproximateNumberOfMessages), inFlight: Number(ApproximateNumberOfMessagesNotVisible) };
}

/** All messages the queue hands out, taken out of it, with how often each was received. */
async function drained(QueueUrl: string): Promise<readonly Message[]> {
  const found: Message[] = [];
  for (;;) {
    const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All" as const] };
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(asked));
    if (Messages.length === 0) return found;
    found.push(...Messages);
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

const idsOf = (messages: readonly Message[]) => messages.map(({ Body = "{}" }) => JSON.parse(Body).id as string);
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `m${n}`);

test("a trial deletes no message, has given back each when it ends, and says that the receive counts rose", async () => {
  const url = await makeQueue({ name: "waiting", ids: numbered(14) });
  const result = await resultOfTrial(installation, await jobOn("waiting", { concurrency: 3 }));
  expect(await countsOf(url)).toEqual({ visible: 14, inFlight: 0 });
  expect(result).toMatchObject({ item: "queue waiting", failure: null, sourceEnded: true });
  expect(result.records.map(({ outcome }) => outcome)).toEqual(Array(14).fill("document"));
  expect(result.records[0]).toMatchObject({
    source: { type: "QUEUE", name: "waiting" },
    body: { encoding: "utf8", text: expect.stringMatching(/^\{"id":"m\d+"\}$/) },
  });
  expect(result.notices).toEqual([
    expect.stringMatching(/^14 messages were received and given back at once.*receive count of each rose by one\.$/),
  ]);
  expect(result.estimate).toMatchObject({ tasks: 3, tasksAtOnce: 3, records: 14, costPer: "run", notKnown: [] });
  expect(result.estimate.bytes).toBeGreaterThan(0);
  // Ten empty receives of 20 s end each worker.
  expect(result.estimate.seconds).toBeGreaterThan(200);
  const messages = await drained(url);
  expect(idsOf(messages).sort()).toEqual(numbered(14).sort());
  expect(messages.every(({ Attributes }) => Attributes?.ApproximateReceiveCount === "2")).toBe(true);
});

test("only as many calls are made as the asked records need", async () => {
  const url = await makeQueue({ name: "many", ids: numbered(40) });
  const { records, sourceEnded } = await resultOfTrial(installation, await jobOn("many"), 12);
  expect({ records: records.length, sourceEnded }).toEqual({ records: 12, sourceEnded: false });
  const received = (await drained(url)).filter(({ Attributes }) => Attributes?.ApproximateReceiveCount === "2");
  expect(received).toHaveLength(20);
});

test("a FIFO queue keeps its order through a trial, which takes what its groups hand out", async () => {
  const url = await makeQueue({ name: "ordered.fifo", ids: numbered(24), groupOf: () => "one" });
  const { records, notices, sourceEnded } = await resultOfTrial(installation, await jobOn("ordered.fifo"));
  expect(records.map(({ document }) => document?.documentId)).toEqual(numbered(10));
  expect(sourceEnded).toBe(false);
  expect(notices[1]).toContain("A FIFO queue hands out no more messages of a group");
  expect(records[0]?.attributes).toMatchObject({ messageGroupId: "one", messageDeduplicationId: "m0" });
  expect(await countsOf(url)).toEqual({ visible: 24, inFlight: 0 });
  expect(idsOf(await drained(url))).toEqual(numbered(24));
});

test("an empty queue ends the trial in seconds, with the words for it and an estimate that still holds", async () => {
  await makeQueue({ name: "empty" });
  const manifest = { sqsReaderTaskStopCondition: "Continuous" };
  const result = await resultOfTrial(installation, await jobOn("empty", { manifest }));
  expect(result.milliseconds).toBeLessThan(25_000);
  expect(result).toMatchObject({
    records: [],
    failure: null,
    sourceEnded: false,
    notices: ["The queue empty had no message within 12 s."],
    estimate: { records: 0, seconds: null, costPer: "hour" },
  });
  expect(result.estimate.notKnown).toEqual([
    { what: "time", reason: "The workers go on until the dataset is stopped." },
  ]);
});

test("a handler that throws or never returns holds no message: they were given back before it got the first", async () => {
  const throws = await makeQueue({ name: "throws", ids: ["throw", "m1"] });
  const { failure, notices } = await resultOfTrial(installation, await jobOn("throws"));
  expect(failure).toMatchObject({ code: "HANDLER_EXCEPTION" });
  expect(notices.join()).toContain("given back at once");
  expect(await countsOf(throws)).toEqual({ visible: 2, inFlight: 0 });

  const loops = await makeQueue({ name: "loops", ids: ["loop", "m1"] });
  const { faults } = installation.cloud;
  const rule = faults.add({ kind: "latency", latencyMs: 0, service: "sqs", action: "ChangeMessageVisibilityBatch" });
  const { tryId } = await installation.client.tries.create({ config: (await jobOn("loops")) as never });
  await waitFor(
    async () => {
      const givenBack = (faults.list().find(({ id }) => id === rule)?.hits ?? 0) > 0;
      return givenBack && (await countsOf(loops)).visible === 2 ? true : null;
    },
    40,
    "the messages to be visible again",
  );
  faults.clear();
  expect((await installation.client.tries.view({ tryId })).status).toBe("RUNNING");
  await installation.client.tries.delete({ params: { tryId } });
});

test("a queue that allows one receive only is not touched; one that allows more says what the trial used up", async () => {
  const dead = await makeQueue({ name: "dead" });
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${installation.customerAccountId}:dead`;
  const policy = (maxReceiveCount: number) => ({
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
  });
  const once = await makeQueue({ name: "once", ids: numbered(3), attributes: policy(1) });
  const refused = await resultOfTrial(installation, await jobOn("once"));
  expect(refused).toMatchObject({
    records: [],
    notices: [],
    failure: { code: "TRIAL_REFUSED", path: "readConnector.queueName" },
  });
  expect((await drained(once)).map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(["1", "1", "1"]);

  const twice = await makeQueue({ name: "twice", ids: numbered(3), attributes: policy(2) });
  const first = await resultOfTrial(installation, await jobOn("twice"));
  expect(first.notices.slice(1)).toEqual([
    "The queue moves a message to dead after 2 receives: the trial was one of them.",
  ]);
  const second = await resultOfTrial(installation, await jobOn("twice"));
  expect(second.notices.at(-1)).toContain("3 of the messages have no receive left");
  expect(await countsOf(twice)).toEqual({ visible: 3, inFlight: 0 });
  expect(await countsOf(dead)).toEqual({ visible: 0, inFlight: 0 });
});

test("a right that is missing is named as Check access names it, with the statement to add", async () => {
  await makeQueue({ name: "denied", ids: numbered(3) });
  for (const action of ["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]) {
    const config = await jobOn("denied", { without: action });
    const { tryId } = await installation.client.tries.create({ config: config as never });
    const { status, problem } = await endOfTrial(installation, tryId);
    const { errors } = await installation.client.datasets.checkAccess(config as never);
    expect({ status, code: problem?.code, errors: problem?.errors }).toEqual({
      status: "FAILED",
      code: "ACCESS_DENIED",
      errors,
    });
    const statement = {
      Effect: "Allow",
      Action: action,
      Resource: `arn:aws:sqs:us-east-1:${installation.customerAccountId}:denied`,
    };
    expect(problem?.errors[0]?.fix).toContain(JSON.stringify(statement));
  }
});
