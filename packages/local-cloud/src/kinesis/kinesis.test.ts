import { setTimeout as wait } from "node:timers/promises";
import {
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  MergeShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
let skewMs = 0;
/** Where the cloud's clock stands still; null: it goes. */
let standsAt: number | null = null;

beforeAll(async () => {
  const now = () => standsAt ?? Date.now() + skewMs;
  cloud = await startTestCloud({ now, kinesisShardReadsPerSecond: 1000 });
  own = clientsFor(cloud.endpoint, KEYS);
});
afterAll(() => cloud.remove());

/** For the cloud and for the client that signs. */
function passTime(ms: number): void {
  skewMs += ms;
  own.kinesis.config.systemClockOffset = skewMs;
}

async function active(client: KinesisClient, StreamName: string): Promise<void> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    if (StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
    if (Date.now() > deadline) throw new Error(`${StreamName} did not become ACTIVE`);
    await wait(10);
  }
}

async function create(StreamName: string, ShardCount = 1): Promise<void> {
  await own.kinesis.send(new CreateStreamCommand({ StreamName, ShardCount }));
  await active(own.kinesis, StreamName);
}

async function iterator(StreamName: string, ShardId: string, more: Partial<GetShardIteratorCommandInput> = {}) {
  const input = { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" as const, ...more };
  return (await own.kinesis.send(new GetShardIteratorCommand(input))).ShardIterator;
}

async function readShard(
  StreamName: string,
  ShardId: string,
  more: Partial<GetShardIteratorCommandInput> = {},
): Promise<string[]> {
  const texts: string[] = [];
  let next = await iterator(StreamName, ShardId, more);
  while (next) {
    const page = await own.kinesis.send(new GetRecordsCommand({ ShardIterator: next, Limit: 7 }));
    for (const { Data } of page.Records ?? []) texts.push(Buffer.from(Data ?? []).toString());
    next = page.Records?.length ? page.NextShardIterator : undefined;
  }
  return texts;
}

async function shards(StreamName: string) {
  return (await own.kinesis.send(new ListShardsCommand({ StreamName }))).Shards ?? [];
}

function entries(count: number, text = "r") {
  return Array.from({ length: count }, (_, index) => ({
    PartitionKey: `key-${index}`,
    Data: Buffer.from(`${text}${index}`),
  }));
}

test("records spread over shards by the MD5 of their key, and come back in order of rising sequence numbers", async () => {
  await create("spread", 3);
  const { Records, FailedRecordCount } = await own.kinesis.send(
    new PutRecordsCommand({ StreamName: "spread", Records: entries(300) }),
  );
  expect(FailedRecordCount).toBe(0);
  const listed = await shards("spread");
  const back = new Map<string, string[]>();
  for (const { ShardId = "" } of listed) back.set(ShardId, await readShard("spread", ShardId));
  for (const { ShardId = "" } of listed) {
    const expected = (Records ?? []).flatMap((outcome, index) => (outcome.ShardId === ShardId ? [`r${index}`] : []));
    expect(back.get(ShardId)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(50);
  }
  const sequences = (Records ?? []).map(({ SequenceNumber }) => BigInt(SequenceNumber ?? 0));
  expect(sequences.every((value, index) => index === 0 || value > (sequences[index - 1] ?? 0n))).toBe(true);
});

test("all five iterator types start where they say", async () => {
  await create("iterators");
  const shard = "shardId-000000000000";
  const sequence: string[] = [];
  const putAt: Date[] = [];
  for (let index = 0; index < 5; index++) {
    skewMs += 1000;
    putAt.push(new Date(Date.now() + skewMs));
    const put = await own.kinesis.send(
      new PutRecordCommand({ StreamName: "iterators", PartitionKey: "k", Data: Buffer.from(`${index}`) }),
    );
    sequence.push(put.SequenceNumber ?? "");
  }
  const at = (type: GetShardIteratorCommandInput["ShardIteratorType"], more = {}) =>
    readShard("iterators", shard, { ShardIteratorType: type, ...more });
  expect(await at("TRIM_HORIZON")).toEqual(["0", "1", "2", "3", "4"]);
  expect(await at("AT_SEQUENCE_NUMBER", { StartingSequenceNumber: sequence[3] })).toEqual(["3", "4"]);
  expect(await at("AFTER_SEQUENCE_NUMBER", { StartingSequenceNumber: sequence[3] })).toEqual(["4"]);
  expect(await at("LATEST")).toEqual([]);
  expect(await at("AT_TIMESTAMP", { Timestamp: putAt[3] })).toEqual(["3", "4"]);
});

test("a start time still to come is refused", async () => {
  await create("early");
  const at = (fromNowMs: number) =>
    iterator("early", "shardId-000000000000", {
      ShardIteratorType: "AT_TIMESTAMP",
      Timestamp: new Date(Date.now() + skewMs + fromNowMs),
    });
  await expect(at(60_000)).rejects.toMatchObject({
    name: "InvalidArgumentException",
    message: expect.stringContaining("cannot be greater than the currentTimestampInMillis"),
  });
  expect(await at(-1)).toBeTypeOf("string");
});

test("a stream forgets records older than its retention, and shards that were closed before", async () => {
  const StreamName = "forgetful";
  const [parent = "", first = ""] = ["shardId-000000000000", "shardId-000000000001"];
  const HOUR_MS = 3_600_000;
  await create(StreamName);
  const put = (text: string) =>
    own.kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: "k", Data: Buffer.from(text) }));
  const { SequenceNumber } = await put("0");
  passTime(HOUR_MS);
  await put("1");
  passTime(23.5 * HOUR_MS);
  expect(await readShard(StreamName, parent)).toEqual(["1"]);
  const from0 = { ShardIteratorType: "AT_SEQUENCE_NUMBER" as const, StartingSequenceNumber: SequenceNumber };
  expect(await readShard(StreamName, parent, from0)).toEqual(["1"]);

  const retention = { StreamName, RetentionPeriodHours: 48 };
  await own.kinesis.send(new IncreaseStreamRetentionPeriodCommand(retention));
  await expect(own.kinesis.send(new IncreaseStreamRetentionPeriodCommand(retention))).rejects.toMatchObject({
    name: "InvalidArgumentException",
  });
  expect(await readShard(StreamName, parent)).toEqual(["1"]);
  const { StreamDescriptionSummary } = await own.kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  expect(StreamDescriptionSummary?.RetentionPeriodHours).toBe(48);
  await put("2");
  const middle = String(2n ** 127n);
  await own.kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: parent, NewStartingHashKey: middle }));
  passTime(30 * HOUR_MS);
  expect(await readShard(StreamName, parent)).toEqual(["2"]);
  const open = await iterator(StreamName, parent);
  await own.kinesis.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours: 24 }));
  expect((await shards(StreamName)).map(({ ShardId }) => ShardId)).toEqual([first, "shardId-000000000002"]);
  await expect(iterator(StreamName, parent)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await expect(own.kinesis.send(new GetRecordsCommand({ ShardIterator: open }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
  passTime(-skewMs);
});

test("limits: 500 records, 5 MiB, 1 MiB a record", async () => {
  await create("limits");
  const put = (Records: ReturnType<typeof entries>) =>
    own.kinesis.send(new PutRecordsCommand({ StreamName: "limits", Records }));
  await expect(put(entries(501))).rejects.toMatchObject({ name: "ValidationException" });
  const big = Array.from({ length: 6 }, () => ({ PartitionKey: "k", Data: Buffer.alloc(1_000_000) }));
  await expect(put(big)).rejects.toMatchObject({ name: "InvalidArgumentException" });
  await expect(put([{ PartitionKey: "k", Data: Buffer.alloc(1024 * 1024) }])).rejects.toMatchObject({
    name: "ValidationException",
  });
});

test("a shard takes 1 MiB a second; the rest of the batch fails per record and succeeds later", async () => {
  await create("throttled");
  const Records = Array.from({ length: 4 }, (_, index) => ({ PartitionKey: `${index}`, Data: Buffer.alloc(400_000) }));
  const first = await own.kinesis.send(new PutRecordsCommand({ StreamName: "throttled", Records }));
  expect(first.FailedRecordCount).toBe(2);
  expect(first.Records?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    undefined,
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceededException",
  ]);
  skewMs += 1000;
  const second = await own.kinesis.send(new PutRecordsCommand({ StreamName: "throttled", Records: Records.slice(2) }));
  expect(second.FailedRecordCount).toBe(0);
});

test("an iterator expires after five minutes", async () => {
  await create("expiring");
  const old = await iterator("expiring", "shardId-000000000000");
  skewMs += 5 * 60_000 + 1;
  await expect(own.kinesis.send(new GetRecordsCommand({ ShardIterator: old }))).rejects.toMatchObject({
    name: "ExpiredIteratorException",
  });
});

test("split and merge: parents end, children cover the same keys, nothing is lost", async () => {
  await create("reshard");
  await own.kinesis.send(new PutRecordsCommand({ StreamName: "reshard", Records: entries(20, "before") }));
  // A stream is UPDATING for a moment only, however late the next call comes.
  standsAt = Date.now() + skewMs;
  onTestFinished(() => {
    standsAt = null;
  });
  await own.kinesis.send(
    new SplitShardCommand({
      StreamName: "reshard",
      ShardToSplit: "shardId-000000000000",
      NewStartingHashKey: (1n << 127n).toString(),
    }),
  );
  await expect(
    own.kinesis.send(
      new SplitShardCommand({
        StreamName: "reshard",
        ShardToSplit: "shardId-000000000001",
        NewStartingHashKey: (1n << 126n).toString(),
      }),
    ),
  ).rejects.toMatchObject({ name: "ResourceInUseException" });
  standsAt = null;
  await active(own.kinesis, "reshard");
  await own.kinesis.send(new PutRecordsCommand({ StreamName: "reshard", Records: entries(20, "after") }));
  const next = await iterator("reshard", "shardId-000000000000");
  const page = await own.kinesis.send(new GetRecordsCommand({ ShardIterator: next }));
  expect(page.Records).toHaveLength(20);
  expect(page.NextShardIterator).toBeUndefined();
  expect(page.ChildShards?.map(({ ShardId }) => ShardId)).toEqual(["shardId-000000000001", "shardId-000000000002"]);
  const [low, high] = [
    await readShard("reshard", "shardId-000000000001"),
    await readShard("reshard", "shardId-000000000002"),
  ];
  expect([...low, ...high].sort()).toEqual(
    entries(20, "after")
      .map(({ Data }) => Data.toString())
      .sort(),
  );

  await own.kinesis.send(
    new MergeShardsCommand({
      StreamName: "reshard",
      ShardToMerge: "shardId-000000000001",
      AdjacentShardToMerge: "shardId-000000000002",
    }),
  );
  await active(own.kinesis, "reshard");
  await own.kinesis.send(
    new UpdateShardCountCommand({ StreamName: "reshard", TargetShardCount: 2, ScalingType: "UNIFORM_SCALING" }),
  );
  await active(own.kinesis, "reshard");
  const open = (
    await own.kinesis.send(new ListShardsCommand({ StreamName: "reshard", ShardFilter: { Type: "AT_LATEST" } }))
  ).Shards;
  expect(open?.map(({ ShardId, ParentShardId }) => [ShardId, ParentShardId])).toEqual([
    ["shardId-000000000004", "shardId-000000000003"],
    ["shardId-000000000005", "shardId-000000000003"],
  ]);
});

test("listing shards pages with a token alone", async () => {
  await create("paged", 5);
  const first = await own.kinesis.send(new ListShardsCommand({ StreamName: "paged", MaxResults: 3 }));
  const second = await own.kinesis.send(new ListShardsCommand({ NextToken: first.NextToken }));
  expect([...(first.Shards ?? []), ...(second.Shards ?? [])]).toHaveLength(5);
  expect(second.NextToken).toBeUndefined();
});

test("streams are there once, and gone when deleted", async () => {
  await create("once");
  await expect(own.kinesis.send(new CreateStreamCommand({ StreamName: "once", ShardCount: 1 }))).rejects.toMatchObject({
    name: "ResourceInUseException",
  });
  expect((await own.kinesis.send(new ListStreamsCommand({}))).StreamNames).toContain("once");
  await own.kinesis.send(new DeleteStreamCommand({ StreamName: "once" }));
  await expect(own.kinesis.send(new DescribeStreamSummaryCommand({ StreamName: "once" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

test("records and sequence numbers go on after a restart", async () => {
  skewMs = 0;
  await create("kept");
  const { Records } = await own.kinesis.send(new PutRecordsCommand({ StreamName: "kept", Records: entries(50) }));
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  const later = await own.kinesis.send(
    new PutRecordCommand({ StreamName: "kept", PartitionKey: "k", Data: Buffer.from("later") }),
  );
  expect(BigInt(later.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(Records?.at(-1)?.SequenceNumber ?? 0));
  expect(await readShard("kept", "shardId-000000000000")).toEqual([
    ...entries(50).map(({ Data }) => Data.toString()),
    "later",
  ]);
});
