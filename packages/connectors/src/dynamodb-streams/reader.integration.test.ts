import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { ShardDefinition } from "../plan-shards.ts";
import { makeTable } from "../testing/make-table.ts";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { checkDynamodbStreamsRead } from "./check-access.ts";
import { dynamodbStreamsReadPermissions } from "./permissions.ts";
import { planStreamShards } from "./plan-stream-shards.ts";
import { openStreamShardReader } from "./reader.ts";
import { describeDynamodbStreamsReader, planStream, readShards } from "./testing/reader-suite.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeDynamodbStreamsReader(() => open.access, { readsOffStreams: true });

const change = (id: string, n: number) => ({ id: { S: id }, n: { N: String(n) } });
const table = (name: string) => makeTable(open.access, name, { id: "S" });

describe("the DynamoDB Streams reader", () => {
  it("reads a key's changes in order over shards that follow each other, each once its parent is read out", async () => {
    const { streamArn, put } = await table("rolling");
    const continuous = { dynamoDBReaderTaskStopCondition: "Continuous" };
    for (const round of [0, 1, 2]) {
      for (const id of ["a", "b", "c", "d"]) await put(change(id, round));
      if (round < 2) expect(open.cloud.rollStreamShards(streamArn, round === 0 ? 2 : 1)).toBe(true);
    }
    const planned: Record<string, boolean> = {};
    const read: string[] = [];
    for (;;) {
      const ready = await planStream(streamArn, open.access, continuous, planned);
      if (ready.length === 0) break;
      const ended = ready.map((one) => ({ ...one, stopCondition: "AtLatest" as const }));
      for (const { body } of await readShards(streamArn, ended, open.access)) {
        const { keys, newImage } = JSON.parse(Buffer.from(body).toString());
        read.push(`${keys.id}${newImage.n}`);
      }
      for (const { shardId } of ready) planned[shardId] = true;
    }
    for (const id of ["a", "b", "c", "d"]) {
      expect(read.filter((one) => one.startsWith(id))).toEqual([`${id}0`, `${id}1`, `${id}2`]);
    }
  });

  it("with exactly the stated permissions goes on behind the last record when iterators expire", async () => {
    const config = await table("expiring");
    await config.putMany(Array.from({ length: 1_500 }, (_, n) => change(String(n), n)));
    const access = await open.narrowed(dynamodbStreamsReadPermissions(config));
    const definitions = await planStream(config.streamArn, access);
    open.faults.add({ kind: "expired-iterator", service: "dynamodb", action: "GetRecords", times: 2 });
    const read = await readShards(config.streamArn, definitions, access);
    expect(new Set(read.map(({ start }) => start)).size).toBe(1_500);
    expect(read).toHaveLength(1_500);
  });

  it.each(["throttle", "5xx", "cut"] as const)("throws a problem worth repeating: %s", async (kind) => {
    const config = await table(`changes-${kind}`);
    const definitions = await planStream(config.streamArn, open.access);
    open.faults.add({ kind, service: "dynamodb", action: "GetRecords" });
    await expect(readShards(config.streamArn, definitions, open.access)).rejects.toMatchObject({
      entry: { retry: "later" },
    });
  });

  it("says POSITION_EXPIRED when the shard of a checkpoint is gone", async () => {
    const config = await table("trimmed");
    const [definition] = await planStream(config.streamArn, open.access);
    const gone = { ...definition!, shardId: `shardId-${"0".repeat(20)}-${"0".repeat(8)}` };
    const position = { sequenceNumber: "100000000000000000001", began: Date.now(), readUntil: Date.now() };
    const reading = openStreamShardReader({ config, definition: gone, access: open.access })
      .read(position, signal)
      [Symbol.asyncIterator]()
      .next();
    await expect(reading).rejects.toMatchObject({ code: "POSITION_EXPIRED" });
  });

  it("with exactly the stated permissions ends with a warning at a shard that is gone before it was read", async () => {
    const config = await table("gone");
    const access = await open.narrowed(dynamodbStreamsReadPermissions(config));
    const [definition] = await planStream(config.streamArn, access);
    const shardId = `shardId-${"0".repeat(20)}-${"0".repeat(8)}`;
    const warnings: string[] = [];
    const reader = openStreamShardReader({
      config,
      definition: { ...definition!, shardId },
      access,
      warn: (message) => warnings.push(message),
    });
    expect((await reader.read(null, signal)[Symbol.asyncIterator]().next()).done).toBe(true);
    expect(warnings).toEqual([expect.stringContaining(shardId)]);
    const nowhere = { streamArn: config.streamArn.replace("gone", "nowhere") };
    const elsewhere = openStreamShardReader({ config: nowhere, definition: definition!, access: open.access });
    await expect(elsewhere.read(null, signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "SOURCE_NOT_FOUND",
      message: `The stream ${nowhere.streamArn} does not exist.`,
    });
  });

  it("asks for children that are not listed yet, until the stream is switched off", async () => {
    const { streamArn, switchStreamOff } = await table("lagging");
    const [parent] = await planStream(streamArn, open.access);
    open.faults.add({ kind: "late-children", match: streamArn, latencyMs: 60_000 });
    expect(open.cloud.rollStreamShards(streamArn)).toBe(true);
    const askAgain = vi.fn();
    const input = {
      config: { streamArn },
      manifest: {
        dynamoDBReaderTaskStartFromCondition: "Earliest",
        dynamoDBReaderTaskStopCondition: "Continuous",
        dynamoDBReaderTaskContinuousPollFrequency: "Poll every 1 seconds",
      },
      concurrency: 1,
      access: open.access,
      planned: new Map([[parent!.shardId, { completed: true, completedForMs: 1_000 }]]),
      askAgain,
    };
    expect((await planStreamShards(input, signal).next()).done).toBe(true);
    expect(askAgain).toHaveBeenCalledOnce();
    await switchStreamOff();
    expect((await planStreamShards(input, signal).next()).done).toBe(true);
    expect(askAgain).toHaveBeenCalledOnce();
  });

  it("with Latest begins at the time the stream shows, on a machine whose clock is ahead", async () => {
    const AHEAD_MS = 120_000;
    const behind = await openCloud({ now: () => Date.now() - AHEAD_MS });
    try {
      const { streamArn, put } = await makeTable(behind.access, "behind", { id: "S" });
      const latest = { dynamoDBReaderTaskStartFromCondition: "Latest" };
      const definitions = await planStream(streamArn, behind.access, latest);
      await put(change("a", 0));
      expect(await readShards(streamArn, definitions, behind.access)).toHaveLength(1);
    } finally {
      await behind.cloud.remove();
    }
  });

  it("says POSITION_EXPIRED when the changes behind a checkpoint were trimmed from a shard that lives on", async () => {
    let passedMs = 0;
    const aging = await openCloud({ now: () => Date.now() + passedMs });
    try {
      const { streamArn, put } = await makeTable(aging.access, "aging", { id: "S" });
      for (const n of [0, 1, 2]) await put(change("a", n));
      const definitions = await planStream(streamArn, aging.access);
      const [, second, third] = await readShards(streamArn, definitions, aging.access);
      const definition = definitions.find(({ shardId }) => shardId === second!.source.type)!;
      const position = { sequenceNumber: String(second!.start), began: Date.now(), readUntil: Date.now() };
      const goOn = () =>
        openStreamShardReader({ config: { streamArn }, definition, access: aging.access })
          .read(position, signal)
          [Symbol.asyncIterator]()
          .next();

      passedMs = 23 * 3_600_000;
      expect((await goOn()).value.records.map(({ start }: { start: unknown }) => start)).toEqual([third!.start]);
      passedMs = 25 * 3_600_000;
      await put(change("a", 3));
      await expect(goOn()).rejects.toMatchObject({
        code: "POSITION_EXPIRED",
        message: expect.stringContaining(streamArn),
      });
      const left = await readShards(streamArn, [definition], aging.access);
      expect(left.map(({ body }) => JSON.parse(Buffer.from(body).toString()).newImage.n)).toEqual([3]);
    } finally {
      await aging.cloud.remove();
    }
  });
});

describe("the DynamoDB Streams reader, over stretches of a shard without changes", () => {
  const HOUR_MS = 3_600_000;
  /** A stream that looks through a minute in each read, and whose time passes when told. */
  async function sparseTable() {
    let passedMs = 0;
    const sparse = await openCloud({ now: () => Date.now() + passedMs, dynamodbMillisecondsPerRead: 60_000 });
    return {
      ...(await makeTable(sparse.access, "sparse", { id: "S" })),
      cloud: sparse,
      pass: (hours: number) => {
        passedMs += hours * HOUR_MS;
      },
      [Symbol.asyncDispose]: () => sparse.cloud.remove(),
    };
  }
  type Sparse = Awaited<ReturnType<typeof sparseTable>>;

  async function read({ streamArn, cloud }: Sparse, definition: ShardDefinition, onIdle?: (reads: number) => void) {
    let pausedMs = 0;
    let reads = 0;
    const sleep = async (milliseconds: number) => {
      pausedMs += milliseconds;
    };
    const access = await cloud.narrowed(dynamodbStreamsReadPermissions({ streamArn }));
    const reader = openStreamShardReader({ config: { streamArn }, definition, access }, { now: Date.now, sleep });
    const values: number[] = [];
    for await (const { records } of reader.read(null, signal)) {
      if (records.length === 0) onIdle?.(++reads);
      for (const { body } of records) values.push(JSON.parse(Buffer.from(body).toString()).newImage.n);
    }
    return { values, pausedMs };
  }

  it.each(["Continuous", "AtLatest", "ShardClosed"] as const)(
    "reads a closed shard to its end without a pause: %s",
    async (stopCondition) => {
      await using sparse = await sparseTable();
      await sparse.put(change("a", 0));
      sparse.pass(3.5);
      await sparse.put(change("a", 1));
      sparse.cloud.cloud.rollStreamShards(sparse.streamArn);
      const [definition] = await planStream(sparse.streamArn, sparse.cloud.access, {
        dynamoDBReaderTaskStopCondition: stopCondition,
      });
      expect(await read(sparse, definition!)).toEqual({ values: [0, 1], pausedMs: 0 });
    },
  );

  it("of a stream that was switched off as well", async () => {
    await using sparse = await sparseTable();
    await sparse.put(change("a", 0));
    sparse.pass(3.5);
    await sparse.put(change("a", 1));
    const [definition] = await planStream(sparse.streamArn, sparse.cloud.access);
    await sparse.switchStreamOff();
    expect(await read(sparse, definition!)).toEqual({ values: [0, 1], pausedMs: 0 });
  });

  it("reads an open shard to the changes that came after an hour of none, and ends behind them with AtLatest", async () => {
    await using sparse = await sparseTable();
    await sparse.put(change("a", 0));
    sparse.pass(1);
    await sparse.put(change("a", 1));
    const [definition] = await planStream(sparse.streamArn, sparse.cloud.access);
    expect((await read(sparse, definition!)).values).toEqual([0, 1]);
  });

  it("begins at what is oldest now when the oldest change is trimmed while it comes to it", async () => {
    await using sparse = await sparseTable();
    sparse.pass(0.1);
    await sparse.put(change("a", 0));
    sparse.pass(0.4);
    await sparse.put(change("a", 1));
    sparse.pass(23.55);
    const [definition] = await planStream(sparse.streamArn, sparse.cloud.access);
    const onIdle = (reads: number) => sparse.pass(reads === 1 ? 0.1 : 0);
    const { values } = await read(sparse, { ...definition!, stopCondition: "AtLatest" }, onIdle);
    expect(values).toEqual([1]);
  });
});

describe("the access check of a table's stream", () => {
  it("is satisfied by the stated permissions", async () => {
    const config = await table("checked");
    const access = await open.narrowed(dynamodbStreamsReadPermissions(config));
    expect(await checkDynamodbStreamsRead(config, access, signal)).toEqual([]);
  });

  it("names missing actions, and a stream that is not there", async () => {
    const config = await table("closed");
    const findings = await checkDynamodbStreamsRead(config, await open.narrowed([]), signal);
    expect(findings.map(({ message }) => /dynamodb:\w+/.exec(message)?.[0])).toEqual([
      "dynamodb:DescribeStream",
      "dynamodb:GetShardIterator",
      "dynamodb:DescribeTable",
    ]);
    const nowhere = { streamArn: config.streamArn.replace("closed", "nowhere") };
    expect(await checkDynamodbStreamsRead(nowhere, open.access, signal)).toMatchObject([
      { code: "RESOURCE_NOT_FOUND", path: "readConnector.streamArn" },
    ]);
  });
});
