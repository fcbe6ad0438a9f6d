import { DeleteStreamCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import type { Position, ReadBatch } from "@letsdata/plugin-kit/reader";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ShardDefinition } from "../plan-shards.ts";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkKinesisRead } from "./check-access.ts";
import { kinesisReadPermissions } from "./permissions.ts";
import { planStreamShards } from "./plan-stream-shards.ts";
import { openKinesisReader } from "./reader.ts";
import { describeKinesisReader, everything, makeStream } from "./testing/reader-suite.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud({
    kinesisShardBytesPerSecond: 2 ** 40,
    kinesisShardRecordsPerSecond: 1_000_000,
    kinesisShardReadsPerSecond: 1_000_000,
  });
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeKinesisReader(() => open.access);

describe("the Kinesis reader, at a cloud that misbehaves", () => {
  it("with exactly the stated permissions goes on behind the last record when iterators expire", async () => {
    const config = await makeStream(open.access, "expiring");
    await config.put(Array.from({ length: 1_500 }, (_, n) => String(n)));
    const access = await open.narrowed(kinesisReadPermissions(config));
    open.faults.add({ kind: "expired-iterator", service: "kinesis", action: "GetRecords", times: 2 });
    const read: string[] = [];
    for await (const { records } of openKinesisReader({ config, definition: everything, access }).read(null, signal)) {
      read.push(...records.map(({ body }) => Buffer.from(body).toString()));
    }
    expect(read).toEqual(Array.from({ length: 1_500 }, (_, n) => String(n)));
  });

  it.each(["throttle", "5xx", "cut"] as const)("throws a problem worth repeating: %s", async (kind) => {
    const config = await makeStream(open.access, `fault-${kind}`);
    open.faults.add({ kind, service: "kinesis", action: "GetRecords" });
    const reader = openKinesisReader({ config, definition: everything, access: open.access });
    await expect(reader.read(null, signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      entry: { retry: "later" },
    });
  });

  it("refuses to go on where records between may be gone: a position older than the retention, a shard no more there", async () => {
    const config = await makeStream(open.access, "trimmed");
    const now = Date.now();
    const next = (shardId: string, readUntil: number) =>
      openKinesisReader({ config, definition: { ...everything, shardId }, access: open.access })
        .read({ sequenceNumber: `49${"0".repeat(54)}`, began: now, readUntil }, signal)
        [Symbol.asyncIterator]()
        .next();
    await expect(next(everything.shardId, now - 25 * 3_600_000)).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
    await expect(next("shardId-000000000007", now)).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
    expect((await next(everything.shardId, now - 23 * 3_600_000)).done).toBe(true);
  });
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("the Kinesis reader, at a stream that forgets", () => {
  /** A stream of a cloud whose time, and the reader's with it, can be moved on. */
  async function agingStream(limits: Parameters<typeof openCloud>[0] = {}) {
    let passedMs = 0;
    const aging = await openCloud({
      now: () => Date.now() + passedMs,
      kinesisShardBytesPerSecond: 2 ** 40,
      kinesisShardReadsPerSecond: 1_000_000,
      ...limits,
    });
    const clock = { now: () => Date.now() + passedMs, sleep: async () => {} };
    const config = await makeStream(aging.access, "aging");
    return {
      ...config,
      access: aging.access,
      pass: (hours: number) => {
        passedMs += hours * 3_600_000;
      },
      read(from: Position | null, definition: Partial<ShardDefinition> = {}, warnings: string[] = []) {
        const input = {
          config,
          definition: { ...everything, ...definition },
          access: aging.access,
          warn: (message: string) => warnings.push(message),
        };
        return openKinesisReader(input, clock).read(from, signal);
      },
      [Symbol.asyncDispose]: () => aging.cloud.remove(),
    };
  }
  const firstBytes = (batches: readonly ReadBatch[]) =>
    batches.flatMap(({ records }) => records.map(({ body }) => String.fromCharCode(body[0]!)));
  /** Two of them do not fit in one batch. */
  const large = (letter: string) => Buffer.alloc(700_000, letter);

  it("goes on though the record of the checkpoint is gone, as long as the one that follows is there", async () => {
    await using stream = await agingStream();
    await stream.put([large("a")]);
    stream.pass(22.8);
    await stream.put([large("b")]);
    stream.pass(1);
    const [, a] = await all(stream.read(null));
    expect(firstBytes([a!])).toEqual(["a"]);
    stream.pass(0.5);
    expect(firstBytes(await all(stream.read(a!.nextPosition)))).toEqual(["b"]);
    // And no longer: then both may be gone, and nobody knows what was between them.
    stream.pass(23);
    await expect(all(stream.read(a!.nextPosition))).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
  });

  it("does not walk again through the time in which nothing came, whether its last record is there or gone", async () => {
    await using stream = await agingStream({ kinesisMillisecondsPerRead: 3_600_000 });
    await stream.put(["a"]);
    let last = (await all(stream.read(null))).at(-1)!;
    for (const hours of [20, 20, 20]) {
      stream.pass(hours);
      const batches = await all(stream.read(last.nextPosition));
      // Up to where it was read before in one step, and from there on hour by hour.
      expect(batches.length).toBeGreaterThan(15);
      expect(batches.length).toBeLessThan(25);
      last = batches.at(-1)!;
      expect((await all(stream.read(last.nextPosition))).length).toBeLessThan(2);
    }
    await stream.put(["b"]);
    expect(firstBytes(await all(stream.read(last.nextPosition)))).toEqual(["b"]);
  });

  it("nor where no record ever came", async () => {
    await using stream = await agingStream({ kinesisMillisecondsPerRead: 3_600_000 });
    stream.pass(20);
    let at: Position | null = null;
    let emptyReads = 0;
    for await (const { nextPosition } of stream.read(null, { stopCondition: "Continuous" })) {
      at = nextPosition;
      emptyReads++;
      if (Number(at.readUntil) > Number(at.began)) break;
    }
    expect(emptyReads).toBeGreaterThan(15);
    await stream.put(["a"]);
    const again = await all(stream.read(at));
    expect(again).toHaveLength(1);
    expect(firstBytes(again)).toEqual(["a"]);
  });

  it("goes on behind a record that is still there, however long ago the shard was read", async () => {
    await using stream = await agingStream();
    await stream.put([large("a"), large("b")]);
    const [, a] = await all(stream.read(null));
    const longAgo = { ...a!.nextPosition, readUntil: Date.now() - 48 * 3_600_000 };
    expect(firstBytes(await all(stream.read(longAgo)))).toEqual(["b"]);
  });

  it("finds that record over empty pages as well", async () => {
    await using stream = await agingStream({ kinesisMillisecondsPerRead: 3_600_000 });
    await stream.put(["a"]);
    stream.pass(20);
    await stream.put(["b"]);
    const last = (await all(stream.read(null))).findLast(({ records }) => records.length > 0)!;
    expect(firstBytes([last]).at(-1)).toBe("b");
    await stream.put(["c"]);
    const longAgo = { ...last.nextPosition, readUntil: Date.now() - 48 * 3_600_000 };
    expect(firstBytes(await all(stream.read(longAgo)))).toEqual(["c"]);
  });

  it("ends with a warning at a shard that is no longer there, unless it had begun to read it", async () => {
    await using stream = await agingStream();
    await stream.put(["a"]);
    const [, a] = await all(stream.read(null));
    await stream.split(everything.shardId);
    stream.pass(25);
    const warnings: string[] = [];
    for (const start of [{}, { startFrom: "Latest", startFromTimestamp: 0 }] as const) {
      expect(await all(stream.read(null, start, warnings))).toEqual([]);
    }
    const { began, readUntil } = a!.nextPosition;
    expect(await all(stream.read({ sequenceNumber: null, began, readUntil } as Position, {}, warnings))).toEqual([]);
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toContain(everything.shardId);
    await expect(all(stream.read(a!.nextPosition))).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
  });

  it("ends in the same way when the shard goes while it is read", async () => {
    await using stream = await agingStream();
    const warnings: string[] = [];
    const reading = stream.read(null, { stopCondition: "Continuous" }, warnings);
    const batches: ReadBatch[] = [];
    for await (const batch of reading) {
      batches.push(batch);
      if (batches.length > 1) continue;
      await stream.split(everything.shardId);
      stream.pass(25);
    }
    expect(batches).toHaveLength(1);
    expect(warnings).toHaveLength(1);
  });

  it("says that the stream does not exist where it is the stream that is gone", async () => {
    await using stream = await agingStream();
    await stream.put(["a"]);
    const [, a] = await all(stream.read(null));
    await clientFor(KinesisClient, stream.access).send(new DeleteStreamCommand({ StreamName: "aging" }));
    for (const from of [null, a!.nextPosition]) {
      await expect(all(stream.read(from))).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    }
  });
});

describe("the Kinesis reader, on a machine whose clock is ahead of the stream's", () => {
  const AHEAD_MS = 120_000;
  const texts = (batches: readonly ReadBatch[]) =>
    batches.flatMap(({ records }) => records.map(({ body }) => Buffer.from(body).toString()));
  let behind: OpenCloud;
  beforeAll(async () => {
    behind = await openCloud({ now: () => Date.now() - AHEAD_MS });
  });
  afterAll(() => behind.cloud.remove());

  it("with Latest reads everything that arrives after the planning", async () => {
    const { streamArn, put } = await makeStream(behind.access, "latest");
    const planning = {
      config: { streamArn },
      manifest: {
        kinesisReaderTaskStartFromCondition: "Latest",
        kinesisReaderTaskStopCondition: "AtLatest",
        kinesisReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
      },
      concurrency: 1,
      access: behind.access,
      planned: new Map(),
    };
    const [task] = await all(planStreamShards(planning, signal));
    const definition = task!.readerDefinition as unknown as ShardDefinition;
    expect(definition.startFromTimestamp).toBeLessThanOrEqual(Date.now() - AHEAD_MS);
    expect(definition.startFromTimestamp).toBeGreaterThan(Date.now() - AHEAD_MS - 60_000);
    await put(["after"]);
    const reader = openKinesisReader({ config: { streamArn }, definition, access: behind.access });
    expect(texts(await all(reader.read(null, signal)))).toEqual(["after"]);
  });

  it("starts at a time that the stream has yet to reach, without what is older", async () => {
    const { streamArn, put } = await makeStream(behind.access, "at-a-time");
    await put(["before"]);
    const definition = { ...everything, startFrom: "AtTimestamp", startFromTimestamp: Date.now() } as const;
    const reader = openKinesisReader({ config: { streamArn }, definition, access: behind.access });
    expect(texts(await all(reader.read(null, signal)))).toEqual([]);
    const later = { ...definition, startFromTimestamp: Date.now() - AHEAD_MS - 30_000 };
    const earlier = openKinesisReader({ config: { streamArn }, definition: later, access: behind.access });
    expect(texts(await all(earlier.read(null, signal)))).toEqual(["before"]);
  });
});

describe("the Kinesis reader, on a machine whose clock is behind the stream's", () => {
  const AHEAD_MS = 120_000;
  let ahead: OpenCloud;
  beforeAll(async () => {
    ahead = await openCloud({ now: () => Date.now() + AHEAD_MS, kinesisShardBytesPerSecond: 2 ** 40 });
  });
  afterAll(() => ahead.cloud.remove());

  it("with AtLatest reads all that was there when it began, by the stream's clock, though this machine's is behind", async () => {
    const { streamArn, put } = await makeStream(ahead.access, "busy");
    // An answer has ten of them: all come before the reading, and behind the time that this machine shows.
    for (let n = 0; n < 12; n += 4) await put(Array.from({ length: 4 }, () => Buffer.alloc(1_000_000)));
    const reader = openKinesisReader({ config: { streamArn }, definition: everything, access: ahead.access });
    const batches = await all(reader.read(null, signal));
    expect(batches.flatMap(({ records }) => records)).toHaveLength(12);
    const { began } = batches.at(-1)!.nextPosition;
    expect(Math.abs(Number(began) - Date.now() - AHEAD_MS)).toBeLessThan(60_000);
  });
});

describe("the Kinesis access check for reading", () => {
  it("is satisfied by the stated permissions", async () => {
    const config = await makeStream(open.access, "checked");
    expect(await checkKinesisRead(config, await open.narrowed(kinesisReadPermissions(config)), signal)).toEqual([]);
  });

  it("names the one missing action and the statement to add, whichever it is", async () => {
    const config = await makeStream(open.access, "partly");
    const actions = kinesisReadPermissions(config).flatMap((permission) => permission.actions);
    for (const missing of actions) {
      const rest = {
        actions: actions.filter((action) => action !== missing),
        resources: [config.streamArn],
        reason: "",
      };
      const findings = await checkKinesisRead(config, await open.narrowed([rest]), signal);
      expect(findings.map(({ code, message }) => [code, message.includes(missing)])).toEqual([["ACCESS_DENIED", true]]);
      expect(findings[0]).toMatchObject({ path: "readConnector.streamArn" });
    }
  });

  it("says when the stream does not exist", async () => {
    const streamArn = `arn:aws:kinesis:eu-west-1:${open.access.accountId}:stream/nowhere`;
    const findings = await checkKinesisRead({ streamArn }, open.access, signal);
    expect(findings.map(({ code }) => code)).toEqual(["RESOURCE_NOT_FOUND"]);
  });
});
