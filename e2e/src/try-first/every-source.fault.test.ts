import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordCommand,
} from "@aws-sdk/client-kinesis";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCustomersResources, recordIds } from "../access/customers-resources.ts";
import { datasetWithExactRole } from "../access/dataset-with-exact-role.ts";
import { waitFor } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation } from "../installation/start-installation.ts";
import { resultOfTrial } from "./trial-run.ts";

const handler = "every-source";
const good = recordIds.filter((id) => !id.startsWith("bad"));
let installation: TestInstallation;
let made: Awaited<ReturnType<typeof makeCustomersResources>>;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler(handler, join(import.meta.dirname, "../../fixtures/handlers", handler));
  made = await makeCustomersResources(installation);
  installation.startWorker();
});
afterAll(() => installation?.stop());

type Result = Awaited<ReturnType<typeof resultOfTrial>>;
const idOf = (text: string) => /"id":"(\w+)"/.exec(text)?.[1];
const trialOf = async (
  source: keyof typeof made.sources,
  name: string,
  change: {
    readonly manifest?: Readonly<Record<string, unknown>>;
    readonly write?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<Result> => {
  const { read, manifest } = made.sources[source];
  const job = {
    name,
    handler: `${handler}.zip`,
    read,
    manifest: { ...manifest, ...change.manifest },
    write: change.write ?? made.targets.S3,
  };
  return resultOfTrial(installation, await datasetWithExactRole(installation, job));
};

test("every source is tried with exactly the generated policy: records read as the handler gets them, their documents and errors", async () => {
  for (const source of ["S3", "SQS", "KINESIS", "DYNAMODBSTREAMS"] as const) {
    const { records, failure } = await trialOf(source, `Tried${source}`);
    expect(failure, source).toBeNull();
    expect(records.map(({ body }) => idOf(body.text)).sort(), source).toEqual([...recordIds].sort());
    const documents = records.filter(({ outcome }) => outcome === "document");
    expect(documents.map(({ document }) => document?.documentId).sort(), source).toEqual(good);
    const [errored] = records.filter(({ outcome }) => outcome === "error");
    expect(errored?.error, source).toMatchObject({ origin: "HANDLER", message: "bad1 is meant to fail" });
    expect(documents.every(({ document }) => (document?.countedBytes ?? 0) > 0)).toBe(true);
  }
});

test("a table is tried segment by segment until one has items; that DynamoDB has not counted it yet is said", async () => {
  const { item, records, notices, estimate } = await trialOf("DYNAMODB", "TriedTable", {
    manifest: { dynamoDBTableReaderTaskCount: 10, dynamoDBTableReaderCompletionMode: "SingleTableScan" },
  });
  expect(records.length).toBeGreaterThan(0);
  const skipped = Number(/^segment (\d+) of 10$/.exec(item)?.[1]);
  const before = Array.from({ length: skipped }, (_, n) => `segment ${n} of 10`);
  expect(notices).toEqual(skipped === 0 ? [] : [`No record came of ${before.join(", ")}.`]);
  const whole = await trialOf("DYNAMODB", "TriedWholeTable", { manifest: { dynamoDBTableReaderTaskCount: 1 } });
  expect(whole.item).toBe("segment 0 of 1");
  expect(whole.records).toHaveLength(recordIds.length);
  expect(JSON.parse(whole.records[0]!.body.text)).toMatchObject({ keys: expect.anything(), item: expect.anything() });
  expect(whole.sourceEnded).toBe(true);
  // DynamoDB counted the table when it was new: what it says then is no number to build on.
  const reason = expect.stringContaining("DynamoDB counts no item in source");
  for (const { records, notKnown } of [estimate, whole.estimate]) {
    expect({ records, notKnown }).toMatchObject({
      records: null,
      notKnown: [{ reason }, { reason }, { what: "time" }],
    });
  }
});

test("a filter holds in a trial, and the estimate says that it is for all items", async () => {
  const filter = {
    dynamoDBTableReaderTaskCount: 1,
    dynamoDBTableReaderCompletionMode: "Continuous",
    filterExpression: "#i = :i",
    expressionAttributeNames: { "#i": "id" },
  };
  const values = (id: string) => ({ expressionAttributeValues: { ":i": { S: id } } });
  const one = await trialOf("DYNAMODB", "TriedFilter", { manifest: { ...filter, ...values("c") } });
  expect(one.records.map(({ document }) => document?.documentId)).toEqual(["c"]);
  expect(one.estimate).toMatchObject({ seconds: null, costPer: "hour" });
  expect(one.estimate.basis.join(" ")).toContain("how many pass the filter is not known");
  const none = await trialOf("DYNAMODB", "TriedFilterNone", { manifest: { ...filter, ...values("nobody") } });
  expect(none).toMatchObject({
    records: [],
    failure: null,
    notices: ["The table's segment 0 of 1 gave no item that passes the filter."],
  });
});

test("a stream's trial ends at what is there though the dataset goes on; the estimate says what nobody knows", async () => {
  for (const [source, prefix] of [
    ["KINESIS", "kinesis"],
    ["DYNAMODBSTREAMS", "dynamoDB"],
  ] as const) {
    const manifest = { [`${prefix}ReaderTaskStopCondition`]: "Continuous" };
    const { records, notices, item, estimate } = await trialOf(source, `GoesOn${source}`, { manifest });
    expect(records).toHaveLength(recordIds.length);
    expect(notices).toEqual([]);
    expect(item).toMatch(/^shard shardId-/);
    expect(estimate).toMatchObject({ tasks: 1, records: null, bytes: null, seconds: null, costPer: "hour" });
    expect(estimate.notKnown.map(({ what }) => what)).toEqual(["records", "bytes", "time"]);
    expect(estimate.notKnown[2]?.reason).toBe("Each shard is read until the dataset is stopped.");
    expect(estimate.totalUsd).toBeGreaterThan(0);
    expect(estimate.basis.join(" ")).toMatch(/A task gets through about [\d,]+ records a second/);
  }
});

test("packed data is shown as the handler gets it; an idle shard is said to be one, and the next is tried", async () => {
  const kinesis = clientFor(KinesisClient, installation.customer);
  const streamOf = async (StreamName: string) => {
    await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
    await waitFor(
      async () => {
        const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
        return StreamDescriptionSummary?.StreamStatus === "ACTIVE" ? true : null;
      },
      20,
      `${StreamName} to be active`,
    );
    const streamArn = `arn:aws:kinesis:us-east-1:${installation.customerAccountId}:stream/${StreamName}`;
    return { connectorDestination: "KINESIS", streamArn };
  };
  const tried = async (name: string, read: Readonly<Record<string, unknown>>) => {
    const manifest = { manifestType: "KinesisStreamReaderManifest" };
    const job = { name, handler: `${handler}.zip`, read, manifest, write: made.targets.S3 };
    return resultOfTrial(installation, await datasetWithExactRole(installation, job));
  };
  const read = await streamOf("packed");
  const idle = await tried("IdleShards", read);
  expect(idle).toMatchObject({ records: [], failure: null, estimate: { tasks: 2 } });
  expect(idle.notices).toEqual([
    "The shard shardId-000000000000 gave no record. Nothing came of shard shardId-000000000001 either.",
  ]);
  const Data = gzipSync('{"id":"packed1"}');
  await kinesis.send(
    new PutRecordCommand({ StreamName: "packed", Data, PartitionKey: "k", ExplicitHashKey: String(2n ** 128n - 1n) }),
  );
  const { item, records, notices } = await tried("SecondShard", read);
  expect({ item, notices }).toEqual({
    item: "shard shardId-000000000001",
    notices: ["No record came of shard shardId-000000000000."],
  });
  expect(records[0]).toMatchObject({
    body: { encoding: "utf8", text: '{"id":"packed1"}' },
    attributes: { partitionKey: "k" },
    outcome: "document",
  });
});

test("where a start of Latest or a time gives nothing, the oldest records are tried and it is said", async () => {
  const latest = await trialOf("KINESIS", "FromLatest", {
    manifest: { kinesisReaderTaskStartFromCondition: "Latest" },
  });
  expect(latest.records).toHaveLength(recordIds.length);
  expect(latest.notices).toEqual([expect.stringContaining("(Latest); the trial took the oldest records there are")]);
  for (const [source, prefix] of [
    ["KINESIS", "kinesis"],
    ["DYNAMODBSTREAMS", "dynamoDB"],
  ] as const) {
    const at = (startFromTimestamp: number) => ({
      manifest: { [`${prefix}ReaderTaskStartFromCondition`]: "AtTimestamp", startFromTimestamp },
    });
    const since = await trialOf(source, `Since${source}`, at(Date.now() - 3_600_000));
    expect(since).toMatchObject({ notices: [], records: { length: recordIds.length } });
    const after = await trialOf(source, `After${source}`, at(Date.now()));
    expect(after.records).toHaveLength(recordIds.length);
    expect(after.notices).toEqual([expect.stringContaining("Nothing has arrived since 20")]);
    const future = await trialOf(source, `Future${source}`, at(Date.now() + 3_600_000));
    expect(future.records).toHaveLength(recordIds.length);
    expect(future.notices).toEqual([expect.stringContaining("which is still to come")]);
  }
});

test("documents are measured against the limits of each destination, also of one that LetsData will make", async () => {
  const { KINESIS, SQS, DYNAMODB } = made.targets;
  for (const [name, write, maxDocumentBytes] of [
    ["Kinesis", KINESIS, 1_048_576],
    ["Sqs", SQS, 262_144],
    ["Table", DYNAMODB, 409_600],
    ["OurQueue", { connectorDestination: "SQS", resourceLocation: "LetsData" }, 262_144],
    ["OurTable", { connectorDestination: "DYNAMODB", resourceLocation: "LetsData" }, 409_600],
    [
      "OurIndex",
      { connectorDestination: "S3_VECTORS", resourceLocation: "LetsData", numDimensions: 3 },
      expect.any(Number),
    ],
    ["OurStream", { connectorDestination: "KINESIS", resourceLocation: "LetsData" }, 1_048_576],
  ] as const) {
    const { limits, records, notices } = await trialOf("KINESIS", `Limits${name}`, { write });
    expect({ name, limits, notices }).toMatchObject({ name, limits: { maxDocumentBytes }, notices: [] });
    expect(records[0]?.document?.countedBytes).toBeGreaterThan(0);
  }
});
