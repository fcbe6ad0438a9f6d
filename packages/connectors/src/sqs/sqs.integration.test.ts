import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientFor } from "@letsdata/aws/client-for";
import type { ReadBatch } from "@letsdata/plugin-kit/reader";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { amountOfQueue } from "./amount.ts";
import { findQueue } from "./find-queue.ts";
import { sqsReadPermissions } from "./permissions.ts";
import { planWorkers } from "./plan-workers.ts";
import { answeredCalls } from "./testing/answered-calls.ts";
import { describeSqs, documentId, fill, makeQueue, messagesOf, readerOf, readOut } from "./testing/sqs-suite.ts";
import { messageId, openSqsWriter } from "./writer.ts";

let open: OpenCloud;
let skewMs = 0;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud({ now: () => Date.now() + skewMs });
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeSqs(
  () => open.access,
  (places) => open.rejectNext("sqs", "SendMessageBatch", places),
);

describe("the SQS writer", () => {
  it("names the entries that failed by their place, worth repeating", async () => {
    const config = await makeQueue(open.access);
    const writer = await openSqsWriter({ config, access: open.access });
    const batch = await prepareAll(
      writer,
      ["a", "b", "c"].map((id) => makeDocument(id)),
    );
    open.faults.add({ kind: "partial", service: "sqs", match: "#1$", times: 1 });
    expect(await writer.write(batch, signal)).toEqual([{ index: 1, reason: "InternalError", retry: true }]);
    expect(await writer.write([batch[1]!], signal)).toEqual([]);
    expect(await messagesOf(config, open.access)).toHaveLength(3);
  });

  it.each(["throttle", "5xx", "cut"] as const)(
    "throws a problem worth repeating when the whole call fails: %s",
    async (kind) => {
      const writer = await openSqsWriter({ config: await makeQueue(open.access), access: open.access });
      open.faults.add({ kind, service: "sqs", action: "SendMessageBatch" });
      const thrown = await writer
        .write(await prepareAll(writer, [makeDocument("a")]), signal)
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ entry: { retry: "later" } });
    },
  );

  it("refuses what SQS would not take, as error records", async () => {
    const config = { ...(await makeQueue(open.access, "FIFO")), messageIdAttributeName: "orderId" };
    const writer = await openSqsWriter({ config, access: open.access });
    const bodies = { DOCUMENT_TOO_LARGE: "x".repeat(262_145), INVALID_DOCUMENT: "a\uffff", INVALID_DOCUMENT_KEY: "{}" };
    for (const [code, body] of Object.entries(bodies)) {
      expect(await writer.prepare({ ...makeDocument("a"), body }, 0)).toMatchObject({ code });
    }
    expect(await writer.prepare({ ...makeDocument("a"), body: "" }, 0)).toMatchObject({ code: "INVALID_DOCUMENT" });
  });

  it("takes ids from the named attributes, hashed where SQS would not take them", async () => {
    const config = {
      ...(await makeQueue(open.access, "FIFO")),
      messageIdAttributeName: "orderId",
      messageGroupIdAttributeName: "customer",
    };
    const writer = await openSqsWriter({ config, access: open.access });
    const fields = { documentId: "d", orderId: "o/1", customer: 17 };
    const batch = await prepareAll(writer, [{ ...makeDocument("d"), fields: () => fields }]);
    expect(await writer.write(batch, signal)).toEqual([]);
    const [message] = await messagesOf(config, open.access);
    expect(message?.Attributes).toMatchObject({ MessageDeduplicationId: messageId("o/1"), MessageGroupId: "17" });
    expect(messageId("o/1")).toMatch(/^[0-9a-f]{32}$/);
    expect(messageId("o-1_A")).toBe("o-1_A");
  });

  it("never puts two messages of a FIFO group into one batch, so that none overtakes a failed one", async () => {
    const config = await makeQueue(open.access, "FIFO");
    const writer = await openSqsWriter({ config, access: open.access });
    const [first, second] = await prepareAll(writer, [
      { ...makeDocument("a"), partitionKey: "g" },
      { ...makeDocument("b"), partitionKey: "g" },
    ]);
    expect(first!.key).toBe(second!.key);
    expect(writer.concurrentBatches).toBe(1);
  });
});

describe("the SQS reader", () => {
  it("tells of a message what handlers are promised, and nothing of its receipt", async () => {
    const config = await makeQueue(open.access, "FIFO");
    const sqs = clientFor(SQSClient, open.access);
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: await findQueue(sqs, config, open.access, signal),
        MessageBody: "b\u00f6dy",
        MessageGroupId: "g",
        MessageDeduplicationId: "d",
        MessageAttributes: {
          city: { DataType: "String", StringValue: "Bern" },
          raw: { DataType: "Binary", BinaryValue: Uint8Array.of(1, 2, 255) },
        },
      }),
    );
    const reader = readerOf(config, open.access);
    const batches: ReadBatch[] = [];
    for await (const batch of reader.read(null, signal)) {
      batches.push(batch);
      await reader.acknowledge?.(batch.records.map(({ start }) => start));
    }
    await reader.close();
    const [record] = batches.flatMap(({ records }) => records);
    expect(Buffer.from(record!.body).toString()).toBe("b\u00f6dy");
    expect(record).toMatchObject({
      source: { type: "QUEUE", name: config.queueName },
      start: record!.attributes.messageId,
      end: record!.attributes.messageId,
      attributes: {
        messageGroupId: "g",
        messageDeduplicationId: "d",
        messageAttributes: '{"city":"Bern","raw":"AQL/"}',
      },
    });
    expect(Object.keys(record!.attributes).sort()).toEqual([
      "messageAttributes",
      "messageDeduplicationId",
      "messageGroupId",
      "messageId",
    ]);
  });

  it("keeps messages hidden as long as they are in work", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [["a", "a"]]);
    const timing = { longPollSeconds: 0, sliceSeconds: 0, visibilitySeconds: 100, extendEveryMilliseconds: 100 };
    const sqs = clientFor(SQSClient, open.access);
    const reader = readerOf(config, open.access, { timing });
    for await (const { records } of reader.read(null, signal)) if (records.length > 0) break;
    for (let time = 0; time < 3; time++) {
      skewMs += 90_000;
      // Several may be under way: only one that is sent from now on, and answered, has hidden the message anew.
      using extensions = answeredCalls(sqs, "ChangeMessageVisibilityBatchCommand");
      await expect.poll(extensions.count).toBeGreaterThan(0);
    }
    expect(await messagesOf(config, open.access)).toEqual([]);
    await reader.close();
    expect(await messagesOf(config, open.access)).toHaveLength(1);
  });

  it("hands out once what the queue hands out again while it is in work, and asks for it to be finished", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [
      ["a", "a"],
      ["b", "b"],
    ]);
    // As when every visibility ends before the work does.
    open.faults.add({ kind: "redelivery", service: "sqs", action: "ReceiveMessage", latencyMs: 0 });
    const reader = readerOf(config, open.access);
    expect([...(await readOut(reader))].sort()).toEqual(["a", "b"]);
    await reader.close();
    expect(await messagesOf(config, open.access)).toEqual([]);
  });

  it("hands out yet what was on its way when reading was told to end", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [["a", "a"]]);
    const timing = { longPollSeconds: 0, sliceSeconds: 0, lastReceiptMilliseconds: 20_000 };
    const reader = readerOf(config, open.access, { timing });
    const abort = new AbortController();
    open.faults.add({ kind: "latency", latencyMs: 200, service: "sqs", action: "ReceiveMessage", times: 1 });
    const reading = reader.read(null, abort.signal)[Symbol.asyncIterator]();
    const first = reading.next();
    await expect.poll(() => open.faults.list(), { interval: 5 }).toEqual([]);
    abort.abort();
    const batch = (await first).value as ReadBatch;
    expect(batch.records).toHaveLength(1);
    await reader.acknowledge?.(batch.records.map(({ start }) => start));
    expect((await reading.next()).done).toBe(true);
    await reader.close();
    expect(await messagesOf(config, open.access)).toEqual([]);
  });

  it("deletes again exactly what was not deleted", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [
      ["a", "a"],
      ["b", "b"],
      ["c", "c"],
    ]);
    const reader = readerOf(config, open.access);
    for await (const batch of reader.read(null, signal)) {
      if (batch.records.length === 0) continue;
      open.faults.add({ kind: "partial", service: "sqs", action: "DeleteMessageBatch", match: "#1$", times: 1 });
      await expect(reader.acknowledge?.(batch.records.map(({ start }) => start))).rejects.toMatchObject({
        entry: { retry: "later" },
      });
      await reader.acknowledge?.(batch.records.map(({ start }) => start));
    }
    await reader.close();
    expect(await messagesOf(config, open.access)).toEqual([]);
  });

  it("goes on over throttled receives, and ends when the queue does not exist", async () => {
    const config = await makeQueue(open.access);
    const read = async (queue = config) => {
      for await (const _ of readerOf(queue, open.access).read(null, signal));
    };
    // The SDK itself tries twice.
    open.faults.add({ kind: "throttle", service: "sqs", action: "ReceiveMessage", times: 2 });
    await expect(read()).rejects.toMatchObject({ code: "THROTTLED" });
    await read();
    await expect(read({ ...config, queueName: "nowhere" })).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
  });

  it("asks for what it holds to be finished when the queue's in-flight limit makes it look empty, and drains it to its end", async () => {
    const limited = await openCloud({ sqsMessagesInFlight: 10 });
    try {
      const config = await makeQueue(limited.access);
      const ids = Array.from({ length: 25 }, (_, n) => `d${n}`);
      await fill(
        config,
        limited.access,
        ids.map((id) => [id, id]),
      );
      const definition = {
        queueName: config.queueName,
        worker: 0,
        stopCondition: "DrainQueues",
        stopAfterConsecutiveEmptyReceives: 1,
      } as const;
      // A poll has to be a long one: a short one is told of the limit.
      const timing = { longPollSeconds: 1, sliceSeconds: 1 };
      const reader = readerOf(config, limited.access, { definition, timing });
      expect([...(await readOut(reader))].sort()).toEqual([...ids].sort());
      await reader.close();
      expect(await messagesOf(config, limited.access)).toEqual([]);
    } finally {
      await limited.cloud.remove();
    }
  });

  it("is not at the end of a queue whose messages wait for another receiver's", async () => {
    const config = await makeQueue(open.access, "FIFO");
    await fill(config, open.access, [
      ["a", "g"],
      ["b", "g"],
      ["c", "g"],
    ]);
    const other = readerOf({ ...config, receiveBatchSize: 1 }, open.access);
    const first = (await other.read(null, signal)[Symbol.asyncIterator]().next()).value as ReadBatch;
    const reader = readerOf(config, open.access);
    const read: string[] = [];
    let emptyReceives = 0;
    for await (const { records } of reader.read(null, signal)) {
      read.push(...records.map(({ body }) => documentId(body)));
      await reader.acknowledge?.(records.map(({ start }) => start));
      // More than the two after which an empty queue counts as drained.
      if (records.length === 0 && ++emptyReceives === 5)
        await other.acknowledge?.(first.records.map(({ start }) => start));
    }
    expect(read).toEqual(["b", "c"]);
    await reader.close();
    await other.close();
  });

  it("counts empty receives over attempts, so that a worker on an empty queue ends", async () => {
    const config = await makeQueue(open.access);
    const definition = {
      queueName: config.queueName,
      worker: 0,
      stopCondition: "DrainQueues",
      stopAfterConsecutiveEmptyReceives: 5,
    } as const;
    const polls = async (from: ReadBatch["nextPosition"] | null) => {
      const batches: ReadBatch[] = [];
      for await (const batch of readerOf(config, open.access, { definition }).read(from, signal)) batches.push(batch);
      return batches;
    };
    const all = await polls(null);
    expect(all).toHaveLength(5);
    expect(await polls(all[2]!.nextPosition)).toHaveLength(2);
  });

  it("does not end while told to go on until stopped", async () => {
    const config = await makeQueue(open.access);
    const definition = {
      queueName: config.queueName,
      worker: 0,
      stopCondition: "Continuous",
      stopAfterConsecutiveEmptyReceives: 1,
    } as const;
    let empty = 0;
    for await (const _ of readerOf(config, open.access, { definition }).read(null, signal)) if (++empty === 20) break;
    expect(empty).toBe(20);
  });
});

describe("a trial's reader", () => {
  const trialOf = (config: Awaited<ReturnType<typeof makeQueue>>, access = open.access) =>
    readerOf(config, access, { isTrial: true, timing: { sliceSeconds: 0 } });
  const firstBatch = async (reader: ReturnType<typeof trialOf>) => {
    for await (const { records } of reader.read(null, signal)) if (records.length > 0) return records.length;
    return 0;
  };

  it("gives back what it received while it still runs, and counts it for people", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [
      ["a", "a"],
      ["b", "b"],
    ]);
    const reader = trialOf(config);
    expect(await firstBatch(reader)).toBe(2);
    expect(await reader.giveBack?.()).toEqual([expect.stringContaining("2 messages were received and given back")]);
    const messages = await messagesOf(config, open.access);
    expect(messages.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(["2", "2"]);
    await reader.close();
  });

  it("that dies has its messages visible again after half a minute", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [["a", "a"]]);
    const reader = trialOf(config);
    await firstBatch(reader);
    skewMs += 31_000;
    expect(await messagesOf(config, open.access)).toHaveLength(1);
    await reader.close();
  });

  it("tries again what SQS did not take back, and throws with the time after which it comes back", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [["a", "a"]]);
    const failing = { kind: "partial", service: "sqs", action: "ChangeMessageVisibilityBatch", match: "#0$" } as const;
    const reader = trialOf(config);
    await firstBatch(reader);
    open.faults.add({ ...failing, times: 1 });
    expect(await reader.giveBack?.()).toHaveLength(1);
    const again = trialOf(config);
    await firstBatch(again);
    open.faults.add(failing);
    await expect(again.giveBack?.()).rejects.toThrow("Messages that were received come back after 30 s.");
  });
});

describe("the amount of a queue", () => {
  const manifest = { sqsReaderTaskStopCondition: "DrainQueues", sqsReaderTaskStopAfterConsecutiveEmptyReceives: 3 };

  it("is what waits, asked with the rights to read it; what others hold is told and left out", async () => {
    const config = await makeQueue(open.access);
    await fill(config, open.access, [
      ["a", "a"],
      ["b", "b"],
      ["c", "c"],
    ]);
    const access = await open.narrowed(sqsReadPermissions(config, open.access));
    const reader = readerOf({ ...config, receiveBatchSize: 1 }, access);
    for await (const { records } of reader.read(null, signal)) if (records.length > 0) break;
    const input = { config, manifest, concurrency: 2, access } as unknown as Parameters<typeof amountOfQueue>[0];
    const amount = await amountOfQueue(input, signal);
    expect(amount).toMatchObject({ records: 2, bytes: null, goesOn: null, idleSecondsPerTask: 60 });
    expect(amount.basis.join(" ")).toContain("With other receivers, and left out: about 1.");
    await reader.close();
    const goingOn = { ...manifest, sqsReaderTaskStopCondition: "Continuous" };
    expect(await amountOfQueue({ ...input, manifest: goingOn }, signal)).toMatchObject({
      records: 3,
      goesOn: "The workers go on until the dataset is stopped.",
    });
  });
});

describe("planning", () => {
  it("makes as many workers as run at once, and none twice", async () => {
    const config = { ...(await makeQueue(open.access)) };
    const manifest = {
      sqsReaderTaskStopCondition: "DrainQueues",
      sqsReaderTaskStopAfterConsecutiveEmptyReceives: 7,
    };
    const planned = new Map([["1", { completed: true }]]);
    const input = { config, manifest, concurrency: 3, access: open.access, planned };
    const plans = [];
    for await (const plan of planWorkers(input as unknown as Parameters<typeof planWorkers>[0])) plans.push(plan);
    expect(plans.map(({ position }) => position)).toEqual(["0", "2"]);
    expect(plans[0]?.readerDefinition).toEqual({
      queueName: config.queueName,
      worker: 0,
      stopCondition: "DrainQueues",
      stopAfterConsecutiveEmptyReceives: 7,
    });
  });
});
