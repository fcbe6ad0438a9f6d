import { gzipSync } from "node:zlib";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, DescribeStreamSummaryCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { writeConnectorConfigs } from "@letsdata/connectors/config-catalogue";
import { clientsFor } from "@letsdata/local-cloud/testing/clients";
import { OTHER_KEYS, startTestCloud, type TestCloud } from "@letsdata/local-cloud/testing/test-cloud";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { exitCodes } from "../exit-codes.ts";
import { runCli } from "../run-cli.ts";

let cloud: TestCloud;
let keys: readonly string[];

beforeAll(async () => {
  cloud = await startTestCloud();
  keys = [
    "--awsRegion",
    "us-east-1",
    "--awsEndpoint",
    cloud.endpoint,
    "--awsAccessKeyId",
    OTHER_KEYS.accessKeyId,
    "--awsSecretKey",
    OTHER_KEYS.secretAccessKey,
  ];
});
afterAll(() => cloud?.remove());

const letsdata = (...args: readonly string[]) => run(args);

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let out = "";
  let err = "";
  const terminal = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const code = await runCli(args, { env: { LETSDATA_CONFIG_FILE: "/nonexistent/profiles.json", ...env }, terminal });
  return { code, out, err };
}

test("every record of a stream is read back, plain and gzip, shard by shard and page by page", async () => {
  const { kinesis } = clientsFor(cloud.endpoint, OTHER_KEYS);
  const StreamName = "results";
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
  await vi.waitFor(
    async () => {
      const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
      expect(StreamDescriptionSummary?.StreamStatus).toBe("ACTIVE");
    },
    { timeout: 20_000, interval: 50 },
  );
  const bodies = Array.from({ length: 25 }, (_, i) => JSON.stringify({ documentId: `d${i}` }));
  await kinesis.send(
    new PutRecordsCommand({
      StreamName,
      Records: bodies.map((body, i) => ({
        PartitionKey: `key-${i}`,
        Data: i % 2 === 0 ? Buffer.from(body) : gzipSync(body),
      })),
    }),
  );
  const listed = await letsdata("read", "kinesis", "listShards", "--streamName", StreamName, ...keys);
  expect(listed.err).toBe("");
  const shards = (JSON.parse(listed.out) as { items: { shardId: string }[] }).items;
  expect(shards).toHaveLength(2);
  const found: string[] = [];
  for (const { shardId } of shards) {
    let place = ["--shardId", shardId];
    for (;;) {
      const read = ["read", "kinesis", "getRecords", "--streamName", StreamName, ...place, "--limit", "4", ...keys];
      const { code, out } = await letsdata(...read);
      expect(code).toBe(exitCodes.ok);
      const page = JSON.parse(out) as { records: { data: string }[]; nextShardIterator: string };
      if (page.records.length === 0) break;
      found.push(...page.records.map(({ data }) => data));
      place = ["--shardIterator", page.nextShardIterator];
    }
  }
  expect(found.sort()).toEqual([...bodies].sort());
});

test("objects are listed by page and printed unpacked", async () => {
  const { s3 } = clientsFor(cloud.endpoint, OTHER_KEYS);
  const Bucket = "results-of-a-dataset";
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const i of [1, 2, 3]) {
    await s3.send(new PutObjectCommand({ Bucket, Key: `out/${i}.gz`, Body: gzipSync(`{"n":${i}}\n`) }));
  }
  const listing = ["read", "s3", "list", "--bucketName", Bucket, "--prefix", "out/", "--limit", "2", ...keys];
  const first = JSON.parse((await letsdata(...listing)).out);
  expect(first.items.map(({ key }: { key: string }) => key)).toEqual(["out/1.gz", "out/2.gz"]);
  const second = JSON.parse((await letsdata(...listing, "--cursor", first.nextCursor)).out);
  expect(second).toMatchObject({ items: [{ key: "out/3.gz" }], nextCursor: null });
  const object = await letsdata("read", "s3", "get", "--bucketName", Bucket, "--key", "out/2.gz", ...keys);
  expect(object).toEqual({ code: exitCodes.ok, out: '{"n":2}\n', err: "" });
});

test("messages of a queue are read back, come again unless deleted, and are gone when deleted", async () => {
  const { sqs } = clientsFor(cloud.endpoint, OTHER_KEYS);
  const Attributes = { FifoQueue: "true", ContentBasedDeduplication: "true" };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "results.fifo", Attributes }));
  for (const body of ["one", "two"]) {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId: "g" }));
  }
  const read = async (...more: readonly string[]) => {
    const { code, out } = await letsdata("read", "sqs", "--queueName", "results.fifo", ...more, ...keys);
    expect(code).toBe(exitCodes.ok);
    return (JSON.parse(out) as { messages: { body: string; messageGroupId: string }[] }).messages;
  };
  const looked = await read("--visibilitySeconds", "0", "--waitSeconds", "0");
  expect(looked).toMatchObject([
    { body: "one", messageGroupId: "g", approximateReceiveCount: 1 },
    { body: "two", messageGroupId: "g", approximateReceiveCount: 1 },
  ]);
  expect(await read("--limit", "1", "--delete")).toMatchObject([{ body: "one", approximateReceiveCount: 2 }]);
  expect((await read("--delete")).map(({ body }) => body)).toEqual(["two"]);
  expect(await read("--waitSeconds", "0")).toEqual([]);
  const many = await letsdata("read", "sqs", "--queueName", "results.fifo", "--limit", "11", ...keys);
  expect(many.code).toBe(exitCodes.usage);
  const missing = await letsdata("read", "sqs", "--queueName", "nowhere", ...keys);
  expect(missing.code).toBe(exitCodes.problem);
  expect(missing.err).toContain("queue nowhere does not exist");
});

test("what is not there and keys that do not hold are said, with exit code 1", async () => {
  const missing = await letsdata("read", "s3", "list", "--bucketName", "no-such-bucket-at-all", ...keys);
  expect(missing.code).toBe(exitCodes.problem);
  expect(missing.err).not.toBe("");
  const wrong = keys.map((part) => (part === OTHER_KEYS.secretAccessKey ? "another-secret" : part));
  const refused = await letsdata("read", "kinesis", "listShards", "--streamName", "results", ...wrong);
  expect(refused.code).toBe(exitCodes.problem);
  expect(refused.out).toBe("");
});

test("a table's items are scanned by page and got by key, as plain values with all their digits", async () => {
  const { dynamodb } = clientsFor(cloud.endpoint, OTHER_KEYS);
  const TableName = "results";
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "N" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
  const digits = "12345678901234567890";
  await vi.waitFor(
    () => dynamodb.send(new PutItemCommand({ TableName, Item: { id: { N: digits }, tags: { SS: ["a"] } } })),
    { timeout: 20_000, interval: 50 },
  );
  await dynamodb.send(new PutItemCommand({ TableName, Item: { id: { N: "2" } } }));
  const scan = ["read", "dynamodb", "scan", "--tableName", TableName, "--limit", "1", ...keys];
  const first = await letsdata(...scan);
  const second = await letsdata(...scan, "--cursor", JSON.parse(first.out).nextCursor);
  const whole = `{"id":${digits},"tags":["a"]}`;
  expect(first.out + second.out).toContain(whole);
  expect(first.out + second.out).toContain('{"id":2}');
  const got = await letsdata("read", "dynamodb", "get", "--tableName", TableName, "--key", `{"id":${digits}}`, ...keys);
  expect(got).toEqual({ code: exitCodes.ok, out: `${whole}\n`, err: "" });
  const none = await letsdata("read", "dynamodb", "get", "--tableName", TableName, "--key", '{"id":3}', ...keys);
  expect(none.code).toBe(exitCodes.problem);
});

const readBack = Object.values(writeConnectorConfigs).flatMap((entry) => ("readBack" in entry ? entry.readBack : []));

test.each(readBack)("the catalogue's command is one there is: letsdata read %s", async (command) => {
  // One that is understood asks the installation for the dataset; any other ends before that.
  const args = ["read", ...command.replace("<json>", '{"id":"1"}').split(" "), "--datasetName", "Results"];
  const { code, err } = await run(args, { LETSDATA_ENDPOINT: "http://127.0.0.1:9" });
  expect({ code, err }).toEqual({
    code: exitCodes.problem,
    err: expect.stringContaining("127.0.0.1:9 does not answer"),
  });
});
