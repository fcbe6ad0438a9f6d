import { gzipSync } from "node:zlib";
import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import type { CloudAccess, TaskPlan } from "@letsdata/plugin-kit/connector";
import type { Position, SourceRecord } from "@letsdata/plugin-kit/reader";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import { describe, expect, it, vi } from "vitest";
import type { ShardDefinition } from "../../plan-shards.ts";
import { planStreamShards } from "../plan-stream-shards.ts";
import { openKinesisReader } from "../reader.ts";

const signal = new AbortController().signal;
export const everything: ShardDefinition = {
  shardId: "shardId-000000000000",
  startFrom: "Earliest",
  stopCondition: "AtLatest",
  pollFrequency: "Poll every 1 seconds",
};
const manifest = {
  kinesisReaderTaskStartFromCondition: "Earliest",
  kinesisReaderTaskStopCondition: "Continuous",
  kinesisReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
};

/** A stream of the server under test, with what the tests do to it. */
export async function makeStream(access: CloudAccess, StreamName: string, ShardCount = 1) {
  const kinesis = clientFor(KinesisClient, access);
  const StreamARN = `arn:aws:kinesis:${access.region}:${access.accountId}:stream/${StreamName}`;
  const whenActive = () =>
    vi.waitFor(
      async () => {
        const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
        expect(StreamDescriptionSummary?.StreamStatus).toBe("ACTIVE");
      },
      { timeout: 20_000, interval: 50 },
    );
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  await whenActive();
  return {
    streamArn: StreamARN,
    async put(bodies: readonly (string | Uint8Array)[], PartitionKey = "key"): Promise<void> {
      const records = bodies.map((body) => ({ Data: Buffer.from(body), PartitionKey }));
      for (let from = 0; from < records.length; from += 500) {
        const answer = await kinesis.send(
          new PutRecordsCommand({ StreamName, Records: records.slice(from, from + 500) }),
        );
        expect(answer.FailedRecordCount ?? 0).toBe(0);
      }
    },
    async split(ShardToSplit: string): Promise<void> {
      const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
      const { HashKeyRange } = Shards.find(({ ShardId }) => ShardId === ShardToSplit)!;
      const middle = (BigInt(HashKeyRange!.StartingHashKey!) + BigInt(HashKeyRange!.EndingHashKey!)) / 2n;
      await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey: String(middle) }));
      await whenActive();
    },
    async remove(): Promise<void> {
      await kinesis.send(new DeleteStreamCommand({ StreamName }));
    },
    async merge(ShardToMerge: string, AdjacentShardToMerge: string): Promise<void> {
      await kinesis.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }));
      await whenActive();
    },
  };
}

export function describeKinesisReader(openAccess: () => CloudAccess): void {
  let made = 0;
  const stream = (shards?: number) => makeStream(openAccess(), `read-${Date.now()}-${made++}`, shards);
  const open = (streamArn: string, definition: Partial<ShardDefinition> = {}) =>
    openKinesisReader({
      config: { streamArn },
      definition: { ...everything, ...definition },
      access: openAccess(),
    });
  const readAll = async (
    streamArn: string,
    definition: Partial<ShardDefinition> = {},
    from: Position | null = null,
  ) => {
    const records: SourceRecord[] = [];
    for await (const batch of open(streamArn, definition).read(from, signal)) records.push(...batch.records);
    return records;
  };
  const textOf = ({ body }: SourceRecord) => Buffer.from(body).toString();

  let filled: Promise<string> | undefined;
  testReader("the Kinesis reader", {
    recordCount: 2_300,
    openReader: async () => {
      filled ??= stream().then(async ({ put, streamArn }) => {
        await put(Array.from({ length: 2_300 }, (_, n) => `record ${n}`));
        return streamArn;
      });
      return open(await filled);
    },
    openRemovable: async () => {
      const { put, streamArn, remove } = await stream();
      await put(["a"]);
      return { reader: open(streamArn), remove };
    },
  });

  describe("the Kinesis reader", () => {
    it("hands out the record as it was put, un-gzipped where it is gzip, with key, number and time", async () => {
      const { put, streamArn } = await stream();
      const before = Date.now();
      const looksPacked = Buffer.from([0x1f, 0x8b, 1, 2, 3]);
      await put([gzipSync("packed"), "plain", looksPacked, ""], "orders");
      const records = await readAll(streamArn);
      expect(records.map(({ body }) => Buffer.from(body))).toEqual(
        ["packed", "plain", looksPacked, ""].map((body) => Buffer.from(body)),
      );
      const [{ source, start, end, attributes }] = records as [SourceRecord];
      expect(source).toEqual({ type: everything.shardId, name: streamArn });
      expect(start).toMatch(/^\d+$/);
      expect(end).toBe(start);
      expect(attributes.partitionKey).toBe("orders");
      expect(Math.abs(Number(attributes.approximateArrivalTimestamp) - before)).toBeLessThan(60_000);
    });

    it("starts at a time, and at any record of a batch", async () => {
      const { put, streamArn } = await stream();
      await put(["a"]);
      const [a] = await readAll(streamArn);
      await expect.poll(() => Date.now()).toBeGreaterThan(Number(a!.attributes.approximateArrivalTimestamp));
      await put(["b", "c"]);
      const [, b] = await readAll(streamArn);
      const startFromTimestamp = Number(b!.attributes.approximateArrivalTimestamp);
      const later = await readAll(streamArn, { startFrom: "AtTimestamp", startFromTimestamp });
      expect(later.map(textOf)).toEqual(["b", "c"]);
      const began = { began: Date.now(), readUntil: Date.now() };
      const rest = await readAll(streamArn, {}, { sequenceNumber: String(b!.start), ...began });
      expect(rest.map(textOf)).toEqual(["c"]);
    });

    it("reads a key's records in order over a split and a merge, each shard once its parents are read out", async () => {
      const { put, split, merge, streamArn } = await stream();
      const keys = ["a", "b", "c", "d"];
      const putRound = async (round: number) => {
        for (const key of keys) await put([`${key}${round}`], key);
      };
      await putRound(0);
      await split("shardId-000000000000");
      await putRound(1);
      await merge("shardId-000000000001", "shardId-000000000002");
      await putRound(2);

      const planned = new Map<string, { completed: boolean }>();
      const plan = async (): Promise<readonly TaskPlan[]> => {
        const input = { config: { streamArn }, manifest, concurrency: 10, access: openAccess(), planned };
        const tasks: TaskPlan[] = [];
        for await (const task of planStreamShards(input, signal)) tasks.push(task);
        return tasks;
      };
      const rounds: string[][] = [];
      const read: string[] = [];
      for (let tasks = await plan(); tasks.length > 0; tasks = await plan()) {
        rounds.push(tasks.map(({ position }) => position));
        for (const { position, readerDefinition } of tasks) {
          planned.set(position, { completed: false });
          const definition = readerDefinition as unknown as ShardDefinition;
          // The last shard is open: reading it continuously would not end.
          read.push(...(await readAll(streamArn, { ...definition, stopCondition: "AtLatest" })).map(textOf));
        }
        for (const { position } of tasks) planned.set(position, { completed: true });
      }
      expect(rounds.map((round) => round.map((id) => Number(id.slice(-1))))).toEqual([[0], [1, 2], [3]]);
      for (const key of keys) expect(read.filter((text) => text[0] === key)).toEqual([0, 1, 2].map((n) => key + n));
    });

    it("waits at an open shard for what comes, and ends when it is closed", async () => {
      const { put, split, streamArn } = await stream();
      await put(["first"]);
      const texts: string[] = [];
      for await (const batch of open(streamArn, { stopCondition: "ShardClosed" }).read(null, signal)) {
        texts.push(...batch.records.map(textOf));
        if (batch.isStart || batch.records.length > 0) continue;
        if (texts.length === 1) await put(["second"]);
        else await split(everything.shardId).catch(() => {});
      }
      expect(texts).toEqual(["first", "second"]);
    });
  });
}
