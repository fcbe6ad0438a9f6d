import { randomBytes } from "node:crypto";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { makeDocument, prepareAll, repeatedly } from "@letsdata/plugin-kit/testing/writer-conformance";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { Producer } from "@platformatic/kafka";
import { describe, expect, it } from "vitest";
import { connectionOf, type KafkaCluster } from "../connection.ts";
import type { KafkaWriterConfig } from "../session.ts";
import { positionsTopicOf } from "../topic.ts";
import { kafkaTarget, task } from "./kafka-target.ts";
import { LARGE_BYTES, limitMessages } from "./limit-messages.ts";
import { type CallName, onCalls } from "./on-calls.ts";

const signal = new AbortController().signal;
/** Ten of the documents make a megabyte, the most that one request has of a partition. */
const BODY_BYTES = 100_000;
const ids = Array.from({ length: 25 }, (_, n) => String(n).padStart(2, "0"));
const REQUESTS = 3;
/** Of the suite's own producers, which no pipeline repeats: a transaction that ends keeps the next one waiting, on a busy machine for seconds. */
const patient = { retries: 200, retryDelay: 100 };

const ofOneKey = (id: string) => ({ ...makeDocument(id, BODY_BYTES), partitionKey: "same" });
/** The same documents for whichever writer, as the pipeline would hand them over again. */
const write = (writer: Writer, wanted: readonly string[] = ids) =>
  repeatedly(async () => writer.write(await prepareAll(writer, wanted.map(ofOneKey)), signal));

/** What a write promises that takes several requests; against a broker at `cluster`. */
export function describeKafkaTransactions(name: string, cluster: () => KafkaCluster, access: () => CloudAccess): void {
  const { freshTopic, open, stored } = kafkaTarget(cluster, access);
  const plainTopic = (): KafkaWriterConfig => ({ ...freshTopic(), compression: "none" });
  const ofThatKey = async (config: KafkaWriterConfig) => (await stored(config)).filter((found) => found.length > 0);

  describe(`a transaction of the Kafka writer, ${name}`, () => {
    it("holds what several requests carry, in the order of a key", async () => {
      const config = plainTopic();
      const writer = await open(config);
      const sent = { Produce: 0, AddPartitionsToTxn: 0, EndTxn: 0 };
      using stack = new DisposableStack();
      await write(writer, ["first"]);
      for (const call of Object.keys(sent) as CallName[]) stack.use(onCalls(call, () => sent[call]++));
      const later = await prepareAll(writer, ids.map(ofOneKey), 1);
      const writeCounted = () => {
        Object.assign(sent, { Produce: 0, AddPartitionsToTxn: 0, EndTxn: 0 });
        return writer.write(later, signal);
      };
      expect(await repeatedly(writeCounted)).toEqual([]);
      expect(sent).toMatchObject({ Produce: REQUESTS, EndTxn: 1 });
      expect(await ofThatKey(config)).toEqual([["first", ...ids]]);
      await writer.close();
    });

    it.each([
      { call: "AddPartitionsToTxn", nth: 1 },
      { call: "Produce", nth: 1 },
      { call: "Produce", nth: 2 },
      { call: "Produce", nth: REQUESTS },
      { call: "EndTxn", nth: 1 },
    ] as const)(
      "has each document once though the connection breaks before $call $nth is answered",
      async ({ call, nth }) => {
        const config = plainTopic();
        const writer = await open(config);
        let broken = 0;
        using _ = onCalls(call, (number, { socket }) => {
          if (number !== nth) return;
          broken++;
          socket.destroy();
        });
        expect(await write(writer)).toEqual([]);
        expect(broken).toBe(1);
        expect(await ofThatKey(config)).toEqual([ids]);
        await writer.close();
      },
    );

    it.each([
      { call: "Produce", nth: 1 },
      { call: "Produce", nth: REQUESTS },
      { call: "EndTxn", nth: 1 },
    ] as const)(
      "has each document once though a later attempt takes over while $call $nth is under way",
      async ({ call, nth }) => {
        const config = plainTopic();
        let isLeased = true;
        // As its worker has it: what Kafka says of the old session may be worth another try, which would fence the next one.
        const confirmLease = async () => {
          if (!isLeased) throw new Problem("LEASE_LOST", "lost");
        };
        const old = await open(config, { confirmLease });
        let next: Writer | null = null;
        const takeOver = async () => {
          isLeased = false;
          next = await open(config, { task: { ...task, attempt: 2 } });
          return write(next);
        };
        const takenOver = Promise.withResolvers<unknown>();
        using _ = onCalls(call, (number) => {
          // Counted over both attempts: the old one's are the first.
          if (number === nth) takenOver.resolve(takeOver());
        });
        const late = write(old).catch(() => null);
        expect(await takenOver.promise).toEqual([]);
        await late;
        expect(await ofThatKey(config)).toEqual([ids]);
        await Promise.all([old.close(), next!.close()]);
      },
    );

    it("is recognised by a later attempt though another task's transaction is open before it", async () => {
      const config = { ...plainTopic(), topicPartitions: 1 };
      const writer = await open(config);
      await write(writer, ["first"]);
      await using _ = await openTransactionOnPositions(config);
      const later = await prepareAll(writer, ids.map(ofOneKey), 1);
      expect(await repeatedly(() => writer.write(later, signal))).toEqual([]);
      const next = await open(config, { task: { ...task, attempt: 2 } });
      expect(await write(next, ["first", ...ids])).toEqual([]);
      expect(await ofThatKey(config)).toEqual([["first", ...ids]]);
      await Promise.all([writer.close(), next.close()]);
    });

    it.each([
      { call: "AddPartitionsToTxn", nth: 1 },
      { call: "Produce", nth: REQUESTS },
      { call: "EndTxn", nth: 1 },
    ] as const)(
      "has each document once though the broker ends it before $call $nth, as long as the lease holds",
      async ({ call, nth }) => {
        const config = plainTopic();
        const confirmed: string[] = [];
        const writer = await open(config, { confirmLease: async () => void confirmed.push("held") });
        await write(writer, ["first"]);
        const opened = confirmed.length;
        const ended = Promise.withResolvers<unknown>();
        using _ = onCalls(call, (number) => {
          if (number === nth) ended.resolve(endTransactions(config));
        });
        const later = await prepareAll(writer, ids.map(ofOneKey), 1);
        expect(await repeatedly(() => writer.write(later, signal))).toEqual([]);
        await ended.promise;
        expect(await repeatedly(() => writer.write(later, signal))).toEqual([]);
        const more = await prepareAll(writer, ["last"].map(ofOneKey), 1 + ids.length);
        expect(await repeatedly(() => writer.write(more, signal))).toEqual([]);
        expect(await ofThatKey(config)).toEqual([["first", ...ids, "last"]]);
        expect(confirmed.length).toBeGreaterThan(opened);
        await writer.close();
      },
    );

    it("is not begun again by an attempt that lost its lease", async () => {
      const config = plainTopic();
      const lost = new Problem("LEASE_LOST", "lost");
      let isLeased = true;
      const writer = await open(config, { confirmLease: async () => (isLeased ? undefined : Promise.reject(lost)) });
      await write(writer, ["first"]);
      await endTransactions(config);
      isLeased = false;
      const later = await prepareAll(writer, ids.map(ofOneKey), 1);
      await expect(repeatedly(() => writer.write(later, signal))).rejects.toBe(lost);
      expect(await ofThatKey(config)).toEqual([["first"]]);
      await writer.close();
    });

    it("is undone as a whole, and at once, when the broker refuses a request of it", async () => {
      // Packed, ten such documents are small; one of random text is not.
      const config = freshTopic();
      const writer = await open(config);
      await write(writer, ["before"]);
      const text = randomBytes(LARGE_BYTES).toString("base64");
      const large = { ...ofOneKey("large"), body: JSON.stringify({ documentId: "large", text }) };
      const batch = await prepareAll(writer, [...ids.map(ofOneKey), large], 1);
      const connection = await connectionOf(config, access(), signal);
      await limitMessages(connection, config.topicName, 20_000);
      await expect(repeatedly(() => writer.write(batch, signal))).rejects.toMatchObject({
        code: "CLOUD_CALL_REFUSED",
        message: expect.stringContaining("larger than the max message size"),
      });
      expect(await ofThatKey(config)).toEqual([["before"]]);
      await limitMessages(connection, config.topicName, 1_000_000);
      expect(await repeatedly(() => writer.write(batch, signal))).toEqual([]);
      expect(await ofThatKey(config)).toEqual([["before", ...ids, "large"]]);
      await writer.close();
    });
  });

  /** As the broker does when one lasts too long: those of the task's producer are taken back, and its epoch is over. */
  async function endTransactions(config: KafkaWriterConfig): Promise<void> {
    const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
      ...(await connectionOf(config, access(), signal)),
      ...patient,
      idempotent: true,
      transactionalId: `ld-${task.datasetId}-${task.taskId}`,
      timeout: 60_000,
    });
    await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 });
    await producer.close(true);
  }

  /** As of another task that shares the partition; ends when disposed. */
  async function openTransactionOnPositions({ topicName }: KafkaWriterConfig): Promise<AsyncDisposable> {
    const connection = await connectionOf(cluster(), access(), signal);
    const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
      ...connection,
      ...patient,
      idempotent: true,
      transactionalId: `other-${topicName}`,
      timeout: 60_000,
    });
    const transaction = await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 });
    const value = Buffer.from(JSON.stringify({ numbering: "source", runs: [0, 1] }));
    const message = { topic: positionsTopicOf(topicName), partition: 0, key: Buffer.from("another-task"), value };
    await transaction.send({ messages: [message] });
    return {
      async [Symbol.asyncDispose]() {
        await transaction.abort();
        await producer.close(true);
      },
    };
  }
}
