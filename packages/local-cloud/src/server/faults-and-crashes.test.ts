import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { GetMetricStreamCommand } from "@aws-sdk/client-cloudwatch";
import { ListGroupsCommand } from "@aws-sdk/client-iam";
import {
  CreateStreamCommand,
  DescribeLimitsCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, GetFederationTokenCommand } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Clients, clientsFor } from "../testing/clients.ts";
import { ACCOUNTS, KEYS, startTestCloud, type TestCloud } from "../testing/test-cloud.ts";

let cloud: TestCloud;
let own: Clients;
const Bucket = "faults";
const shard = { StreamName: "faults", ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" as const };

beforeAll(async () => {
  cloud = await startTestCloud();
  own = clientsFor(cloud.endpoint, KEYS);
  await own.s3.send(new CreateBucketCommand({ Bucket }));
  await own.s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x".repeat(1_000_000) }));
  await createStream(own.kinesis, "faults");
});
afterAll(() => cloud.remove());
afterEach(() => cloud.faults.clear());

async function createStream(kinesis: KinesisClient, StreamName: string): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  for (const deadline = Date.now() + 5000; ; await wait(10)) {
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    if (StreamDescriptionSummary?.StreamStatus === "ACTIVE" || Date.now() > deadline) return;
  }
}

const put = (Key: string) => own.s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));

test("throttling and server errors come by rule and as often as told", async () => {
  cloud.faults.add({ kind: "throttle", service: "s3", action: "PutObject", match: "faults/slow", times: 1 });
  await put("other");
  await expect(put("slow")).rejects.toMatchObject({ name: "SlowDown", $metadata: { httpStatusCode: 503 } });
  await put("slow");
  cloud.faults.add({ kind: "5xx", service: "kinesis", times: 1 });
  await expect(own.kinesis.send(new GetShardIteratorCommand(shard))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 500 },
  });
  await own.kinesis.send(new GetShardIteratorCommand(shard));
});

test("a seed makes probability repeatable", async () => {
  const outcomes = async () => {
    cloud.faults.clear();
    cloud.faults.add({ kind: "throttle", service: "s3", action: "PutObject", probability: 0.5, seed: 7 });
    const results: boolean[] = [];
    for (let index = 0; index < 12; index++)
      results.push(
        await put("p").then(
          () => true,
          () => false,
        ),
      );
    return results;
  };
  const first = await outcomes();
  expect(new Set(first).size).toBe(2);
  expect(await outcomes()).toEqual(first);
});

test("partial batches, expired iterators and latency", async () => {
  cloud.faults.add({ kind: "partial", service: "kinesis", action: "PutRecords", times: 2 });
  const Records = ["a", "b", "c"].map((key) => ({ PartitionKey: key, Data: Buffer.from(key) }));
  expect((await own.kinesis.send(new PutRecordsCommand({ StreamName: "faults", Records }))).FailedRecordCount).toBe(2);
  cloud.faults.add({ kind: "expired-iterator", times: 1 });
  const { ShardIterator } = await own.kinesis.send(new GetShardIteratorCommand(shard));
  await expect(own.kinesis.send(new GetRecordsCommand({ ShardIterator }))).rejects.toMatchObject({
    name: "ExpiredIteratorException",
  });
  cloud.faults.add({ kind: "latency", service: "sts", latencyMs: 150, times: 1 });
  const before = performance.now();
  await own.sts.send(new GetCallerIdentityCommand({}));
  expect(performance.now() - before).toBeGreaterThan(140);
});

test("a cut read ends in the middle; a cut answer leaves the write done", async () => {
  cloud.faults.add({ kind: "cut", service: "s3", action: "GetObject", times: 1 });
  const read = own.s3.send(new GetObjectCommand({ Bucket, Key: "k" })).then(({ Body }) => Body?.transformToByteArray());
  await expect(read).rejects.toThrow();
  cloud.faults.add({ kind: "cut", service: "s3", action: "PutObject", times: 1, when: "after" });
  await expect(put("written")).rejects.toThrow();
  expect((await own.s3.send(new ListObjectsV2Command({ Bucket, Prefix: "written" }))).KeyCount).toBe(1);
});

test("faults are also set over the admin path, which browsers may not use", async () => {
  const add = await fetch(`${cloud.endpoint}/_local/faults`, {
    method: "POST",
    body: JSON.stringify({ kind: "throttle", service: "s3", action: "PutObject" }),
  });
  expect(add.status).toBe(200);
  await expect(put("x")).rejects.toMatchObject({ name: "SlowDown" });
  await fetch(`${cloud.endpoint}/_local/faults`, { method: "DELETE" });
  await put("x");
  expect((await fetch(`${cloud.endpoint}/_local/faults`, { method: "POST", body: "{}" })).status).toBe(400);
  expect(await (await fetch(`${cloud.endpoint}/_local/health`)).json()).toMatchObject({ status: "ok" });
  const fromPage = request(`${cloud.endpoint}/_local/faults`, {
    method: "POST",
    headers: { origin: "http://evil.example" },
  }).end('{"kind":"throttle"}');
  const [answer] = await once(fromPage, "response");
  expect(answer.statusCode).toBe(403);
});

test("what is not there answers 501 with its name", async () => {
  const unknown = [
    [() => own.s3.send(new ListObjectVersionsCommand({ Bucket })), "ListObjectVersions"],
    [() => own.iam.send(new ListGroupsCommand({})), "ListGroups"],
    [() => own.sts.send(new GetFederationTokenCommand({ Name: "x" })), "GetFederationToken"],
    [() => own.kinesis.send(new DescribeLimitsCommand({})), "DescribeLimits"],
    [() => own.secrets.send(new RotateSecretCommand({ SecretId: "x" })), "RotateSecret"],
    [() => own.cloudwatch.send(new GetMetricStreamCommand({ Name: "x" })), "GetMetricStream"],
  ] as const;
  for (const [attempt, name] of unknown) {
    await expect(attempt()).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
      message: expect.stringContaining(name),
    });
  }
});

test("kill -9: everything acknowledged is there at the next start", async () => {
  const dir = mkdtempSync(join(tmpdir(), "local-cloud-kill-"));
  const config = join(dir, "config.json");
  writeFileSync(
    config,
    JSON.stringify({ accounts: ACCOUNTS, kinesisShardBytesPerSecond: 1e9, kinesisShardRecordsPerSecond: 1e9 }),
  );
  const children: ChildProcess[] = [];
  const start = async () => {
    const env = {
      PATH: process.env.PATH ?? "",
      LETSDATA_CLOUD_PORT: "0",
      LETSDATA_CLOUD_DIR: join(dir, "state"),
      LETSDATA_CLOUD_CONFIG: config,
    };
    const child = spawn(process.execPath, [join(import.meta.dirname, "../main.ts")], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    let printed = "";
    for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      printed += text;
      const endpoint = /ready: (\S+)/.exec(printed)?.[1];
      if (endpoint) return { child, clients: clientsFor(endpoint, KEYS) };
    }
    throw new Error(`local-cloud did not start: ${printed}`);
  };
  try {
    const first = await start();
    await first.clients.s3.send(new CreateBucketCommand({ Bucket: "killed" }));
    await createStream(first.clients.kinesis, "killed");
    const keys: string[] = [];
    let records = 0;
    const writeUntilKilled = async (lane: number) => {
      for (let index = 0; ; index++) {
        const Key = `${lane}-${index}`;
        await first.clients.s3.send(new PutObjectCommand({ Bucket: "killed", Key, Body: Key }));
        keys.push(Key);
        const Records = Array.from({ length: 100 }, (_, at) => ({ PartitionKey: `${at}`, Data: Buffer.from(Key) }));
        const put = await first.clients.kinesis.send(new PutRecordsCommand({ StreamName: "killed", Records }));
        // Only now: what other lanes have counted meanwhile counts, too.
        records += Records.length - (put.FailedRecordCount ?? 0);
      }
    };
    const lanes = [0, 1, 2, 3].map((lane) => writeUntilKilled(lane).catch(() => undefined));
    while (keys.length < 60) await wait(5);
    first.child.kill("SIGKILL");
    await Promise.all(lanes);

    const second = await start();
    for (const Key of keys) {
      const { Body } = await second.clients.s3.send(new GetObjectCommand({ Bucket: "killed", Key }));
      expect(await Body?.transformToString()).toBe(Key);
    }
    let found = 0;
    let next = (await second.clients.kinesis.send(new GetShardIteratorCommand({ ...shard, StreamName: "killed" })))
      .ShardIterator;
    for (let more = true; more; ) {
      const page = await second.clients.kinesis.send(new GetRecordsCommand({ ShardIterator: next }));
      found += page.Records?.length ?? 0;
      next = page.NextShardIterator;
      more = (page.Records?.length ?? 0) > 0;
    }
    expect(found).toBeGreaterThanOrEqual(records);
    second.child.kill("SIGTERM");
    const [code] = await once(second.child, "exit");
    expect(code).toBe(0);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
});
