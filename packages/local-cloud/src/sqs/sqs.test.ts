import { setTimeout as wait } from "node:timers/promises";
import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { assumedRole, type Clients, clientsFor } from "../testing/clients.ts";
import { openWay } from "../testing/open-way.ts";
import { ACCOUNT, KEYS, OTHER_ACCOUNT, OTHER_KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
let other: Clients;
let skewMs = 0;
let made = 0;

beforeAll(async () => {
  cloud = await startTestCloud({ now: () => Date.now() + skewMs, sqsMessagesInFlight: 30 });
  own = clientsFor(cloud.endpoint, KEYS);
  other = clientsFor(cloud.endpoint, OTHER_KEYS);
});
afterEach(() => {
  skewMs = 0;
  cloud.faults.clear();
});
afterAll(() => cloud.remove());

async function create(Attributes: Record<string, string> = {}, name = `queue-${made++}`): Promise<string> {
  const QueueName = Attributes.FifoQueue ? `${name}.fifo` : name;
  return (await own.sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
}

const send = (QueueUrl: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  own.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

async function receive(QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All" as const], ...more };
  return (await own.sqs.send(new ReceiveMessageCommand(asked))).Messages ?? [];
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
const remove = (QueueUrl: string, { ReceiptHandle }: Message) =>
  own.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
const entries = (count: number, body = "m") =>
  Array.from({ length: count }, (_, index) => ({ Id: String(index), MessageBody: `${body}${index}` }));

test("a message is hidden while in work, comes back when its time is over, and is gone when deleted", async () => {
  const queue = await create({ VisibilityTimeout: "30" });
  await send(queue, "work");
  const [first] = await receive(queue);
  expect(first).toMatchObject({ Body: "work", Attributes: { ApproximateReceiveCount: "1" } });
  expect(await receive(queue)).toEqual([]);
  skewMs += 30_001;
  const [second] = await receive(queue);
  expect(second?.Attributes?.ApproximateReceiveCount).toBe("2");
  await remove(queue, first!);
  skewMs += 30_001;
  const [third] = await receive(queue);
  expect(third?.MessageId).toBe(first?.MessageId);
  await remove(queue, third!);
  skewMs += 30_001;
  expect(await receive(queue)).toEqual([]);
});

test("visibility is extended and given back; a message that is not in flight cannot be", async () => {
  const queue = await create({ VisibilityTimeout: "30" });
  await send(queue, "a");
  const [message] = await receive(queue);
  const change = (VisibilityTimeout: number) =>
    own.sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
    );
  await change(120);
  skewMs += 60_000;
  expect(await receive(queue)).toEqual([]);
  await change(0);
  await expect(change(10)).rejects.toMatchObject({ name: "MessageNotInflight" });
  expect(bodies(await receive(queue))).toEqual(["a"]);
});

test("a long poll answers as soon as a message comes, and not before its time without one", async () => {
  const queue = await create();
  const waiting = receive(queue, { WaitTimeSeconds: 10 });
  await wait(50);
  await send(queue, "late");
  const began = performance.now();
  expect(bodies(await waiting)).toEqual(["late"]);
  expect(performance.now() - began).toBeLessThan(5_000);
  const before = performance.now();
  expect(await receive(queue, { WaitTimeSeconds: 1 })).toEqual([]);
  expect(performance.now() - before).toBeGreaterThan(950);
});

test("a receiver that went away takes no message with it", async () => {
  const queue = await create();
  const abort = new AbortController();
  const { endpoint, asked, hungUp } = await openWay(cloud.port);
  const left = clientsFor(endpoint, KEYS)
    .sqs.send(new ReceiveMessageCommand({ QueueUrl: queue, WaitTimeSeconds: 10 }), { abortSignal: abort.signal })
    .catch(() => "left");
  await asked;
  await wait(50);
  abort.abort();
  expect(await left).toBe("left");
  await hungUp;
  await send(queue, "for another");
  expect(bodies(await receive(queue))).toEqual(["for another"]);
});

test("message attributes come back as sent, with the digests the SDK checks", async () => {
  const queue = await create();
  const MessageAttributes = {
    city: { DataType: "String", StringValue: "Z\u00fcrich" },
    size: { DataType: "Number.int", StringValue: "12" },
    raw: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255, 1) },
  };
  await send(queue, "with", { MessageAttributes });
  const [message] = await receive(queue, { MessageAttributeNames: ["All"] });
  expect(message?.MessageAttributes?.city?.StringValue).toBe("Z\u00fcrich");
  expect([...(message?.MessageAttributes?.raw?.BinaryValue ?? [])]).toEqual([0, 255, 1]);
  await expect(
    send(queue, "x", { MessageAttributes: { "AWS.x": { DataType: "String", StringValue: "v" } } }),
  ).rejects.toMatchObject({ message: expect.stringContaining("Invalid attribute name") });
  await expect(
    send(queue, "x", { MessageAttributes: { n: { DataType: "Number", StringValue: "no" } } }),
  ).rejects.toMatchObject({ message: expect.stringContaining("to a number") });
});

test("limits: 10 entries, 256 KiB a batch and a message, distinct ids, sendable characters", async () => {
  const queue = await create();
  const batch = (Entries: { Id: string; MessageBody: string }[]) =>
    own.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
  await expect(batch(entries(11))).rejects.toMatchObject({ name: "TooManyEntriesInBatchRequest" });
  await expect(batch([])).rejects.toMatchObject({ name: "EmptyBatchRequest" });
  const big = "x".repeat(131_073);
  await expect(
    batch([
      { Id: "a", MessageBody: big },
      { Id: "b", MessageBody: big },
    ]),
  ).rejects.toMatchObject({ name: "BatchRequestTooLong" });
  await expect(
    batch([
      { Id: "a", MessageBody: "1" },
      { Id: "a", MessageBody: "2" },
    ]),
  ).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
  await expect(batch([{ Id: "a b", MessageBody: "1" }])).rejects.toMatchObject({ name: "InvalidBatchEntryId" });
  await expect(send(queue, "x".repeat(262_145))).rejects.toThrow("shorter than 262144");
  await send(queue, "x".repeat(262_144));
  await expect(send(queue, "\u0000")).rejects.toMatchObject({ name: "InvalidMessageContents" });
  await expect(send(queue, "x", { DelaySeconds: 901 })).rejects.toThrow("DelaySeconds");
});

test("no more messages are handed out than may be in flight: a short poll says so, a long one waits", async () => {
  const queue = await create();
  for (let batch = 0; batch < 4; batch++) {
    await own.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries: entries(10) }));
  }
  const held = await receive(queue);
  for (let calls = 1; calls < 3; calls++) expect(await receive(queue)).toHaveLength(10);
  await expect(receive(queue)).rejects.toMatchObject({ name: "OverLimit" });
  expect(await receive(queue, { WaitTimeSeconds: 1 })).toEqual([]);
  const waiting = receive(queue, { WaitTimeSeconds: 20 });
  await remove(queue, held[0]!);
  expect(await waiting).toHaveLength(10);
});

test("FIFO: with as many messages in flight as may be, a queue answers as an empty one", async () => {
  const queue = await create({ FifoQueue: "true", ContentBasedDeduplication: "true" });
  for (let n = 0; n < 31; n++) await send(queue, String(n), { MessageGroupId: String(n) });
  for (let calls = 0; calls < 3; calls++) expect(await receive(queue)).toHaveLength(10);
  expect(await receive(queue)).toEqual([]);
});

test("FIFO: a group comes in order and is locked while one of its messages is in flight", async () => {
  const queue = await create({ FifoQueue: "true", ContentBasedDeduplication: "true" });
  for (const text of ["a1", "b1", "a2", "b2", "a3"]) await send(queue, text, { MessageGroupId: text[0] });
  const first = await receive(queue, { MaxNumberOfMessages: 1 });
  expect(bodies(first)).toEqual(["a1"]);
  expect(bodies(await receive(queue))).toEqual(["b1", "b2"]);
  expect(await receive(queue)).toEqual([]);
  await remove(queue, first[0]!);
  const rest = await receive(queue);
  expect(bodies(rest)).toEqual(["a2", "a3"]);
  expect(rest.map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual(["a", "a"]);
  expect(BigInt(rest[1]?.Attributes?.SequenceNumber ?? 0)).toBeGreaterThan(
    BigInt(rest[0]?.Attributes?.SequenceNumber ?? 0),
  );
  skewMs += 31_000;
  await expect(remove(queue, rest[0]!)).rejects.toThrow("receipt handle has expired");
});

test("FIFO: a repeat within five minutes is answered and not stored, by id or by content", async () => {
  const byId = await create({ FifoQueue: "true" });
  const id = { MessageGroupId: "g", MessageDeduplicationId: "d" };
  const first = await send(byId, "one", id);
  expect((await send(byId, "another", id)).MessageId).toBe(first.MessageId);
  await expect(send(byId, "x", { MessageGroupId: "g" })).rejects.toThrow("ContentBasedDeduplication");
  await expect(send(byId, "x")).rejects.toThrow("MessageGroupId");
  skewMs += 5 * 60_000 + 1;
  await send(byId, "later", id);
  expect(bodies(await receive(byId))).toEqual(["one", "later"]);
  const byContent = await create({ FifoQueue: "true", ContentBasedDeduplication: "true" });
  for (const text of ["same", "same", "different"]) await send(byContent, text, { MessageGroupId: "g" });
  expect(bodies(await receive(byContent))).toEqual(["same", "different"]);
});

test("messages received too often go to the dead-letter queue, with where they came from", async () => {
  const dead = await create({}, "dead-letters");
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:dead-letters`,
    maxReceiveCount: 2,
  });
  const queue = await create({ VisibilityTimeout: "0", RedrivePolicy }, "with-redrive");
  const { MessageId } = await send(queue, "poison");
  expect(await receive(queue)).toHaveLength(1);
  expect(await receive(queue)).toHaveLength(1);
  expect(await receive(queue)).toEqual([]);
  const [message] = await receive(dead);
  expect(message?.MessageId).toBe(MessageId);
  expect(message?.Attributes?.DeadLetterQueueSourceArn).toBe(`arn:aws:sqs:us-east-1:${ACCOUNT}:with-redrive`);
});

test("unread messages are dropped after their retention, delayed ones come later, purging empties", async () => {
  const queue = await create({ MessageRetentionPeriod: "60" });
  await send(queue, "old");
  skewMs += 60_001;
  await send(queue, "delayed", { DelaySeconds: 30 });
  await send(queue, "new");
  expect(bodies(await receive(queue))).toEqual(["new"]);
  const { Attributes } = await own.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ["All"] }),
  );
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesNotVisible: "1",
    ApproximateNumberOfMessagesDelayed: "1",
    MessageRetentionPeriod: "60",
  });
  await own.sqs.send(new PurgeQueueCommand({ QueueUrl: queue }));
  await expect(own.sqs.send(new PurgeQueueCommand({ QueueUrl: queue }))).rejects.toMatchObject({
    name: "PurgeQueueInProgress",
  });
  skewMs += 30_001;
  expect(await receive(queue)).toEqual([]);
});

test("queues are made once, found, listed, tagged, changed and deleted", async () => {
  const url = await create({ VisibilityTimeout: "40" }, "life");
  expect(await create({ VisibilityTimeout: "40" }, "life")).toBe(url);
  await expect(create({ VisibilityTimeout: "41" }, "life")).rejects.toMatchObject({ name: "QueueNameExists" });
  await expect(create({ VisibilityTimeout: "43201" })).rejects.toMatchObject({ name: "InvalidAttributeValue" });
  await expect(create({ Wonder: "1" })).rejects.toMatchObject({ name: "InvalidAttributeName" });
  expect((await own.sqs.send(new GetQueueUrlCommand({ QueueName: "life" }))).QueueUrl).toBe(url);
  expect((await own.sqs.send(new ListQueuesCommand({ QueueNamePrefix: "lif" }))).QueueUrls).toEqual([url]);
  await own.sqs.send(new TagQueueCommand({ QueueUrl: url, Tags: { a: "1", b: "2" } }));
  await own.sqs.send(new UntagQueueCommand({ QueueUrl: url, TagKeys: ["a"] }));
  expect((await own.sqs.send(new ListQueueTagsCommand({ QueueUrl: url }))).Tags).toEqual({ b: "2" });
  await own.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: "5" } }));
  const asked = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["DelaySeconds", "QueueArn"] });
  expect((await own.sqs.send(asked)).Attributes).toEqual({
    DelaySeconds: "5",
    QueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:life`,
  });
  await own.sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
  await expect(own.sqs.send(new GetQueueUrlCommand({ QueueName: "life" }))).rejects.toMatchObject({
    name: "QueueDoesNotExist",
    Code: "AWS.SimpleQueueService.NonExistentQueue",
  });
  await expect(create({}, "life")).rejects.toMatchObject({ name: "QueueDeletedRecently" });
  skewMs += 60_001;
  await create({}, "life");
  await expect(own.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: "x" }))).rejects.toThrow();
});

test("rights: a role needs each action; another account needs the queue's policy and its own", async () => {
  const url = await create({}, "guarded");
  const arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:guarded`;
  const trust = {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/admin` }, Action: "sts:AssumeRole" },
    ],
  };
  await own.iam.send(new CreateRoleCommand({ RoleName: "sender", AssumeRolePolicyDocument: JSON.stringify(trust) }));
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: arn }] };
  await own.iam.send(
    new PutRolePolicyCommand({ RoleName: "sender", PolicyName: "p", PolicyDocument: JSON.stringify(policy) }),
  );
  const sender = await assumedRole(own, cloud.endpoint, { RoleArn: `arn:aws:iam::${ACCOUNT}:role/sender` });
  await sender.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries(2) }));
  await expect(sender.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }))).rejects.toThrow(
    `is not authorized to perform: sqs:ReceiveMessage on resource: ${arn}`,
  );

  const fromOutside = () => other.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "from outside" }));
  await expect(fromOutside()).rejects.toThrow("not authorized");
  const open = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${OTHER_ACCOUNT}:root` },
        Action: ["sqs:SendMessage", "sqs:DeleteQueue"],
        Resource: arn,
      },
    ],
  };
  await own.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: JSON.stringify(open) } }));
  await fromOutside();
  await expect(other.sqs.send(new DeleteQueueCommand({ QueueUrl: url }))).rejects.toThrow("not authorized");
});

test("faults: throttling, failing entries by id, a cut connection", async () => {
  const queue = await create();
  cloud.faults.add({ kind: "throttle", service: "sqs", times: 1 });
  await expect(send(queue, "x")).rejects.toMatchObject({ name: "RequestThrottled" });
  cloud.faults.add({ kind: "5xx", service: "sqs", times: 1 });
  await expect(send(queue, "x")).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  cloud.faults.add({ kind: "cut", service: "sqs", action: "SendMessage", times: 1, when: "after" });
  await expect(send(queue, "answer lost")).rejects.toThrow();
  cloud.faults.add({ kind: "partial", service: "sqs", action: "SendMessageBatch", match: "#1$", times: 1 });
  const sent = await own.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries: entries(3) }));
  expect(sent.Failed).toMatchObject([{ Id: "1", Code: "InternalError", SenderFault: false }]);
  const messages = await receive(queue);
  expect(bodies(messages)).toEqual(["answer lost", "m0", "m2"]);
  cloud.faults.add({ kind: "partial", service: "sqs", match: "#0$" });
  const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  const hidden = await own.sqs.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queue,
      Entries: Entries.map((entry) => ({ ...entry, VisibilityTimeout: 60 })),
    }),
  );
  expect(hidden.Failed).toHaveLength(1);
  const removed = await own.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries }));
  expect(removed.Successful).toHaveLength(2);
});

test("faults: a message is handed out again while somebody works on it, sooner than was asked", async () => {
  const QueueUrl = await create();
  await send(QueueUrl, "twice");
  cloud.faults.add({ kind: "redelivery", service: "sqs", latencyMs: 60_000, times: 1 });
  const first = await receive(QueueUrl, { VisibilityTimeout: 600 });
  expect(await receive(QueueUrl)).toEqual([]);
  skewMs = 61_000;
  const again = await receive(QueueUrl, { VisibilityTimeout: 600 });
  expect([...bodies(first), ...bodies(again)]).toEqual(["twice", "twice"]);
  skewMs = 122_000;
  expect(await receive(QueueUrl)).toEqual([]);
  cloud.faults.add({ kind: "redelivery", service: "sqs", latencyMs: 60_000, times: 1 });
  const { ReceiptHandle } = again[0]!;
  await own.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 600 }));
  skewMs = 183_000;
  expect(bodies(await receive(QueueUrl))).toEqual(["twice"]);
});

test("queues, messages, what is in flight and what was sent before are there after a restart", async () => {
  const queue = await create({ FifoQueue: "true" }, "kept");
  const id = { MessageGroupId: "g", MessageDeduplicationId: "d" };
  await send(queue, "kept", id);
  await send(queue, "second", { ...id, MessageDeduplicationId: "e" });
  const [message] = await receive(queue, { MaxNumberOfMessages: 1 });
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  const again = (await own.sqs.send(new GetQueueUrlCommand({ QueueName: "kept.fifo" }))).QueueUrl ?? "";
  await send(again, "kept", id);
  expect(await receive(again)).toEqual([]);
  await remove(again, message!);
  expect(bodies(await receive(again))).toEqual(["second"]);
});
