import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  PutItemCommand,
  type StreamViewType,
  UpdateTableCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  ListStreamsCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
let skewMs = 0;

beforeAll(async () => {
  cloud = await startTestCloud({ now: () => Date.now() + skewMs });
  own = clientsFor(cloud.endpoint, KEYS);
});
afterAll(() => cloud.remove());
afterEach(() => {
  cloud.faults.clear();
  passTime(0);
});

/** For the cloud and for the clients that sign. */
function passTime(ms: number): void {
  skewMs = ms;
  own.dynamodb.config.systemClockOffset = ms;
  own.dynamodbStreams.config.systemClockOffset = ms;
}

/** A table with a stream; returns the stream's ARN. */
async function create(TableName: string, viewType: StreamViewType = "NEW_AND_OLD_IMAGES"): Promise<string> {
  const { TableDescription } = await own.dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: viewType },
    }),
  );
  await waitUntilTableExists({ client: own.dynamodb, maxWaitTime: 5, minDelay: 0.05, maxDelay: 0.1 }, { TableName });
  return TableDescription?.LatestStreamArn ?? "";
}

const put = (TableName: string, id: string, v: string) =>
  own.dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: id }, v: { S: v } } }));

async function shards(StreamArn: string) {
  return (await own.dynamodbStreams.send(new DescribeStreamCommand({ StreamArn }))).StreamDescription?.Shards ?? [];
}

async function iterator(StreamArn: string, ShardId = "", more: Partial<GetShardIteratorCommandInput> = {}) {
  const input = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" as const, ...more };
  return (await own.dynamodbStreams.send(new GetShardIteratorCommand(input))).ShardIterator;
}

/** Until the shard is read out or a page is empty; `closed` tells which. */
async function readShard(StreamArn: string, ShardId = "", more: Partial<GetShardIteratorCommandInput> = {}) {
  const records: NonNullable<GetRecordsCommandOutput["Records"]> = [];
  let next = await iterator(StreamArn, ShardId, more);
  for (;;) {
    const page: GetRecordsCommandOutput = await own.dynamodbStreams.send(
      new GetRecordsCommand({ ShardIterator: next, Limit: 3 }),
    );
    records.push(...(page.Records ?? []));
    next = page.NextShardIterator;
    if (!next || page.Records?.length === 0) return { records, closed: next === undefined };
  }
}

test("changes come in order with their images; a put that changes nothing is no change", async () => {
  const arn = await create("images");
  await put("images", "a", "1");
  await put("images", "a", "2");
  await put("images", "a", "2");
  await own.dynamodb.send(new DeleteItemCommand({ TableName: "images", Key: { id: { S: "a" } } }));
  const [shard] = await shards(arn);
  const { records, closed } = await readShard(arn, shard?.ShardId);
  const image = (v: string) => ({ id: { S: "a" }, v: { S: v } });
  expect(records.map(({ eventName, dynamodb }) => [eventName, dynamodb?.OldImage, dynamodb?.NewImage])).toEqual([
    ["INSERT", undefined, image("1")],
    ["MODIFY", image("1"), image("2")],
    ["REMOVE", image("2"), undefined],
  ]);
  expect(records[0]?.dynamodb).toMatchObject({ Keys: { id: { S: "a" } }, StreamViewType: "NEW_AND_OLD_IMAGES" });
  expect(closed).toBe(false);
});

test("view types keep what they name", async () => {
  const kept = async (viewType: StreamViewType) => {
    const arn = await create(viewType, viewType);
    await put(viewType, "a", "1");
    await put(viewType, "a", "2");
    const { records } = await readShard(arn, (await shards(arn))[0]?.ShardId);
    return [records[1]?.dynamodb?.OldImage?.v?.S, records[1]?.dynamodb?.NewImage?.v?.S];
  };
  expect(await kept("KEYS_ONLY")).toEqual([undefined, undefined]);
  expect(await kept("OLD_IMAGE")).toEqual(["1", undefined]);
  expect(await kept("NEW_IMAGE")).toEqual([undefined, "2"]);
});

test("iterators start where they say, also after a restart", async () => {
  const arn = await create("starts");
  for (const v of ["0", "1", "2", "3"]) await put("starts", v, v);
  const [shard] = await shards(arn);
  const values = async (more: Partial<GetShardIteratorCommandInput>) =>
    (await readShard(arn, shard?.ShardId, more)).records.map(({ dynamodb }) => dynamodb?.NewImage?.v?.S);
  const { records } = await readShard(arn, shard?.ShardId);
  const SequenceNumber = records[2]?.dynamodb?.SequenceNumber;
  cloud = await cloud.restart();
  own = clientsFor(cloud.endpoint, KEYS);
  expect(await values({ ShardIteratorType: "AT_SEQUENCE_NUMBER", SequenceNumber })).toEqual(["2", "3"]);
  expect(await values({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber })).toEqual(["3"]);
  const latest = await iterator(arn, shard?.ShardId, { ShardIteratorType: "LATEST" });
  await put("starts", "4", "4");
  const { Records } = await own.dynamodbStreams.send(new GetRecordsCommand({ ShardIterator: latest }));
  expect(Records?.map(({ dynamodb }) => dynamodb?.NewImage?.v?.S)).toEqual(["4"]);
});

test("a rolled over shard ends; its children go on, and every change is in exactly one shard", async () => {
  const arn = await create("rolled");
  const ids = Array.from({ length: 12 }, (_, index) => `id-${index}`);
  for (const id of ids) await put("rolled", id, "before");
  const answer = await fetch(`${cloud.endpoint}/_local/dynamodb/roll-shards`, {
    method: "POST",
    body: JSON.stringify({ streamArn: arn, childrenEach: 2 }),
  });
  expect(answer.status).toBe(200);
  for (const id of ids) await put("rolled", id, "after");
  const [parent, ...children] = await shards(arn);
  expect(children.map(({ ParentShardId }) => ParentShardId)).toEqual([parent?.ShardId, parent?.ShardId]);
  expect(parent?.SequenceNumberRange?.EndingSequenceNumber).toBeDefined();
  const old = await readShard(arn, parent?.ShardId);
  expect([old.records.length, old.closed]).toEqual([12, true]);
  const young = await Promise.all(children.map(({ ShardId }) => readShard(arn, ShardId)));
  expect(young.every(({ closed, records }) => !closed && records.length > 0)).toBe(true);
  const after = young.flatMap(({ records }) => records.map(({ dynamodb }) => dynamodb?.Keys?.id?.S));
  expect(after.sort()).toEqual([...ids].sort());
  expect(cloud.rollStreamShards(arn)).toBe(true);
  expect((await shards(arn)).length).toBe(5);
});

test("children are listed late by fault, and can be read when they are", async () => {
  const arn = await create("late");
  cloud.faults.add({ kind: "late-children", match: arn, latencyMs: 5_000 });
  expect(cloud.rollStreamShards(arn)).toBe(true);
  const early = await shards(arn);
  expect(early.map(({ SequenceNumberRange: range }) => range?.EndingSequenceNumber)).toEqual([expect.any(String)]);
  await put("late", "a", "1");
  passTime(5_000);
  const [parent, child] = await shards(arn);
  expect(child?.ParentShardId).toBe(parent?.ShardId);
  expect((await readShard(arn, child?.ShardId)).records).toHaveLength(1);
});

test("a stream that is switched off ends its shards and can be read for a day", async () => {
  const arn = await create("off");
  await put("off", "a", "1");
  await own.dynamodb.send(new UpdateTableCommand({ TableName: "off", StreamSpecification: { StreamEnabled: false } }));
  await put("off", "a", "2");
  const { records, closed } = await readShard(arn, (await shards(arn))[0]?.ShardId);
  expect([records.length, closed]).toEqual([1, true]);
  const { Streams } = await own.dynamodbStreams.send(new ListStreamsCommand({ TableName: "off" }));
  expect(Streams?.map(({ StreamArn }) => StreamArn)).toEqual([arn]);
  const { Table } = await own.dynamodb.send(new DescribeTableCommand({ TableName: "off" }));
  expect([Table?.LatestStreamArn, Table?.StreamSpecification]).toEqual([arn, undefined]);
  passTime(24 * 3600_000 + 1000);
  await expect(shards(arn)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test("old positions are refused: iterators after 15 minutes, records after a day, and by fault", async () => {
  const arn = await create("old");
  await put("old", "a", "1");
  await put("old", "a", "2");
  const [shard] = await shards(arn);
  const { records } = await readShard(arn, shard?.ShardId);
  const ShardIterator = await iterator(arn, shard?.ShardId);
  const read = () => own.dynamodbStreams.send(new GetRecordsCommand({ ShardIterator }));
  cloud.faults.add({ kind: "expired-iterator", service: "dynamodb", times: 1 });
  await expect(read()).rejects.toMatchObject({ name: "ExpiredIteratorException" });
  expect((await read()).Records?.length).toBe(2);
  cloud.faults.add({ kind: "throttle", service: "dynamodb", action: "GetRecords", times: 1 });
  await expect(read()).rejects.toMatchObject({ name: "LimitExceededException" });
  passTime(15 * 60_000 + 1000);
  await expect(read()).rejects.toMatchObject({ name: "ExpiredIteratorException" });
  passTime(24 * 3600_000 + 1000);
  const SequenceNumber = records[1]?.dynamodb?.SequenceNumber;
  await expect(
    iterator(arn, shard?.ShardId, { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber }),
  ).rejects.toMatchObject({ name: "TrimmedDataAccessException" });
});

test("an iterator whose next record was trimmed before it is used is refused", async () => {
  const arn = await create("trimmed");
  await put("trimmed", "a", "1");
  passTime(24 * 3600_000 - 60_000);
  await put("trimmed", "a", "2");
  const [shard] = await shards(arn);
  const ShardIterator = await iterator(arn, shard?.ShardId);
  passTime(24 * 3600_000 + 60_000);
  await expect(own.dynamodbStreams.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
    name: "TrimmedDataAccessException",
  });
  expect((await readShard(arn, shard?.ShardId)).records).toHaveLength(1);
});

test("a stretch of a shard without changes may be answered in empty pages, as far as one read looks", async () => {
  const looking = await startTestCloud({ now: () => Date.now() + skewMs, dynamodbMillisecondsPerRead: 3600_000 });
  const before = own;
  own = clientsFor(looking.endpoint, KEYS);
  try {
    const arn = await create("sparse");
    await put("sparse", "a", "1");
    passTime(5.5 * 3600_000);
    await put("sparse", "a", "2");
    const [shard] = await shards(arn);
    let next = await iterator(arn, shard?.ShardId);
    const pages: number[] = [];
    while (pages.reduce((sum, count) => sum + count, 0) < 2) {
      const page = await own.dynamodbStreams.send(new GetRecordsCommand({ ShardIterator: next }));
      pages.push(page.Records?.length ?? 0);
      next = page.NextShardIterator;
    }
    expect(pages).toEqual([1, 0, 0, 0, 0, 1]);
  } finally {
    own = before;
    await looking.remove();
  }
});

test("rights are per table and per stream, and a batch needs those of every table it names", async () => {
  const arn = await create("mine");
  await create("theirs");
  await own.iam.send(new CreateUserCommand({ UserName: "reader" }));
  const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
  const table = arn.replace(/\/stream\/.*/, "");
  await own.iam.send(
    new PutUserPolicyCommand({
      UserName: "reader",
      PolicyName: "p",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          allow(["dynamodb:PutItem", "dynamodb:BatchWriteItem"], table),
          allow(["dynamodb:DescribeStream"], arn),
        ],
      }),
    }),
  );
  const { AccessKey } = await own.iam.send(new CreateAccessKeyCommand({ UserName: "reader" }));
  const reader = clientsFor(cloud.endpoint, {
    accessKeyId: AccessKey?.AccessKeyId ?? "",
    secretAccessKey: AccessKey?.SecretAccessKey ?? "",
  });
  const putAs = (TableName: string) =>
    reader.dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: "a" } } }));
  await putAs("mine");
  await putAs(table);
  await expect(putAs("theirs")).rejects.toMatchObject({ name: "AccessDeniedException" });
  await reader.dynamodbStreams.send(new DescribeStreamCommand({ StreamArn: arn }));
  const ShardId = (await shards(arn))[0]?.ShardId;
  await expect(
    reader.dynamodbStreams.send(new GetShardIteratorCommand({ StreamArn: arn, ShardId, ShardIteratorType: "LATEST" })),
  ).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining(`dynamodb:GetShardIterator on resource: ${arn}`),
  });
});
