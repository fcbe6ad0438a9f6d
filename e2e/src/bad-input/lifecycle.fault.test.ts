import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { HeadBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasetJson, waitFor } from "../installation/dataset-run.ts";
import { testBuckets } from "../installation/start-installation.ts";
import { type BadInputBench, documents, expectBalance, lines, startBadInputBench } from "./bad-input-bench.ts";

let bench: BadInputBench;
beforeAll(async () => {
  bench = await startBadInputBench({ LETSDATA_TASK_SLOTS: "3" });
});
afterAll(() => bench?.stop());

const put = (key: string, body: string) => bench.installation.putObject(testBuckets.data, key, body);
const ids = (count: number, prefix: string) => documents(count, prefix).map(({ id }) => id);

describe.concurrent("a redrive", () => {
  test.each(["RESUME_FROM_CHECKPOINT", "RESTART_FROM_BEGINNING"] as const)(
    "%s of errored tasks completes with exact output once the missing object is there",
    async (policy) => {
      const name = `Redrive${policy.replaceAll("_", "")}`;
      const keys = ["a", "gone", "b"].map((file) => `${name}/${file}.jsonl`);
      const objects = { "a.jsonl": lines(documents(2, "a")), "b.jsonl": lines(documents(2, "b")) };
      const failed = await bench.run(name, objects, { keys });
      expect(failed.view.datasetStatus).toBe("ERRORED");
      await put(keys[1] as string, lines(documents(700, "g")));
      const { client } = bench.installation;
      const counted = await client.redrives.create({ dataset: name, policy, dryRun: true });
      expect(counted).toEqual({ request: null, matchingTasks: 1 });
      await client.redrives.create({ dataset: name, policy });
      const run = await bench.settled(name);
      expect(run.view.datasetStatus).toBe("COMPLETED");
      expect(run.tasks.every(({ lastError }) => lastError === null)).toBe(true);
      expect(run.view.counts).toMatchObject({ recordsRead: 704, documentsWritten: 704 });
      expect((await bench.writtenIds(name)).toSorted()).toEqual(
        [...ids(2, "a"), ...ids(2, "b"), ...ids(700, "g")].toSorted(),
      );
      expectBalance(run);
    },
  );

  test("of an initialisation that failed halfway through its plan plans the manifest as it is now, and mixes nothing", async () => {
    const manifest = "Halfway/manifest.txt";
    await put("Halfway/old.jsonl", lines(documents(1, "old")));
    await put("Halfway/new.jsonl", lines(documents(4, "new")));
    // One batch of 2,000 is stored, then the database refuses the next.
    await put(
      manifest,
      [...Array.from({ length: 2_500 }, () => "Halfway/old.jsonl"), "Halfway/refused.jsonl"].join("\n"),
    );
    const { database, client } = bench.installation;
    await database.$executeRaw`
      CREATE FUNCTION refuse_task() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`;
    await database.$executeRaw`
      CREATE TRIGGER refuse_task BEFORE INSERT ON task FOR EACH ROW
      WHEN (NEW.reader_definition::text LIKE '%Halfway/refused%') EXECUTE FUNCTION refuse_task()`;
    const json = datasetJson(bench.installation, { name: "Halfway", handler: "misbehaving.zip", keys: [] });
    const failed = await bench.create({
      ...json,
      manifestFile: {
        manifestType: "S3ReaderS3LinkManifestFile",
        manifestFileS3Uri: `s3://${testBuckets.data}/${manifest}`,
        readerManifestResourceLocation: "Customer",
      },
    });
    expect(failed.view).toMatchObject({ datasetStatus: "ERRORED", datasetProgress: { totalTasks: 2_000 } });
    await put(manifest, "Halfway/new.jsonl");
    await client.redrives.create({ dataset: "Halfway" });
    const run = await bench.settled("Halfway");
    expect(run.view).toMatchObject({
      datasetStatus: "COMPLETED",
      datasetProgress: { totalTasks: 1, completedTasks: 1 },
    });
    expect(await bench.writtenIds("Halfway")).toEqual(ids(4, "new"));
    expectBalance(run);
  });

  test("after an object was replaced under a checkpoint says SOURCE_CHANGED; from the beginning it completes with exact output", async () => {
    const broken = lines([...documents(1_000), { id: "bad", do: "throw" }]);
    const failed = await bench.run("Replaced", { "a.jsonl": broken });
    expect(failed.tasks[0]?.lastError?.code).toBe("HANDLER_EXCEPTION");
    await put("Replaced/a.jsonl", lines([...documents(1_000), ...documents(5, "new")]));
    const { client } = bench.installation;
    await client.redrives.create({ dataset: "Replaced" });
    const resumed = await bench.settled("Replaced");
    expect(resumed.tasks[0]?.lastError?.code).toBe("SOURCE_CHANGED");
    expect(resumed.view.counts.documentsWritten).toBe(1_000);
    await client.redrives.create({ dataset: "Replaced", policy: "RESTART_FROM_BEGINNING" });
    const run = await bench.settled("Replaced");
    expect(run.view.datasetStatus).toBe("COMPLETED");
    expect(await bench.writtenIds("Replaced")).toEqual([...ids(1_000, "d"), ...ids(5, "new")]);
    expect(run.view.counts).toMatchObject({ recordsRead: 1_005, documentsWritten: 1_005 });
    expectBalance(run);
  });
});

describe.concurrent("a stop", () => {
  test.each([
    ["COMPLETE", "COMPLETED"],
    ["ERROR", "ERRORED"],
  ] as const)(
    "%s in the middle drains to a checkpoint that holds all that was written",
    async (moveStoppedTasksTo, status) => {
      const { client } = bench.installation;
      const name = `Stop${moveStoppedTasksTo}`;
      const slow = Array.from({ length: 100_000 }, (_, index) => ({ id: `s${index}`, do: "slow" }));
      for (const file of ["a", "b", "c"]) await put(`${name}/${file}.jsonl`, lines(slow));
      const keys = ["a", "b", "c"].map((file) => `${name}/${file}.jsonl`);
      await client.datasets.create(
        datasetJson(bench.installation, { name, handler: "misbehaving.zip", keys, concurrency: 1 }),
      );
      const isRunning = async () =>
        (await client.tasks.list({ dataset: name })).items.some(({ taskStatus }) => taskStatus === "RUNNING") || null;
      await waitFor(isRunning, 120, `${name} to run`);
      await client.stops.create({ dataset: name, moveStoppedTasksTo });
      const run = await bench.settled(name);
      expect(run.view.datasetStatus).toBe(status);
      expect(run.tasks.map(({ taskStatus }) => taskStatus)).toEqual([status, status, status]);
      expect(run.tasks.every(({ stopReason }) => stopReason !== null)).toBe(true);
      expect(run.view.counts.recordsRead).toBeLessThan(100_000);
      expect(await bench.writtenIds(name)).toEqual(slow.slice(0, run.view.counts.documentsWritten).map(({ id }) => id));
      expectBalance(run);
    },
  );
});

test("what this installation cannot carry out is refused at once and changes nothing", async () => {
  const { client } = bench.installation;
  const run = await bench.run("Refuses", { "a.jsonl": lines([{ id: "bad", do: "throw" }]) });
  expect(run.view.allowedActions.toSorted()).toEqual(["delete", "redrive", "updateCode", "updateCompute"]);
  expect(run.view.allowedRedrivePolicies.toSorted()).toEqual(["RESTART_FROM_BEGINNING", "RESUME_FROM_CHECKPOINT"]);
  const asked = [
    client.redrives.create({ dataset: "Refuses", policy: "ERROR_RECORDS_ONLY" }),
    client.datasets.delete({ params: { dataset: "Refuses" }, query: { type: "DESCALE" } }),
    client.datasets.delete({ params: { dataset: "Refuses" }, query: { type: "FREEZE" } }),
  ];
  const answers = await Promise.all(asked.map((call) => call.catch((error: unknown) => error)));
  expect(answers).toMatchObject([
    { code: "NOT_AVAILABLE_LOCALLY", message: expect.stringContaining("ERROR_RECORDS_ONLY") },
    { code: "NOT_AVAILABLE_LOCALLY", message: expect.stringContaining("DESCALE") },
    { code: "NOT_AVAILABLE_LOCALLY", message: expect.stringContaining("FREEZE") },
  ]);
  expect((await client.datasets.view({ dataset: "Refuses" })).datasetStatus).toBe("ERRORED");
  expect((await client.requests.list({ dataset: "Refuses" })).items).toEqual([]);
});

test("delete removes LetsData's stream, error bucket, access role and the dataset's rows, and leaves the customer's objects", async () => {
  const { client, database, ours, s3 } = bench.installation;
  const content = [...documents(3), { id: "e", do: "bigInt" }];
  const run = await bench.run(
    "Doomed",
    { "a.jsonl": lines(content) },
    { write: { connectorDestination: "KINESIS", resourceLocation: "LetsData", kinesisShardCount: 1 } },
  );
  expect(run.view.datasetStatus).toBe("COMPLETED");
  const { datasetId, customerAccessRoleArn } = run.view;
  const [kinesis, iam, buckets] = [
    clientFor(KinesisClient, ours),
    clientFor(IAMClient, ours),
    clientFor(S3Client, ours),
  ];
  const look = {
    stream: () => kinesis.send(new DescribeStreamSummaryCommand({ StreamName: `tldwc${datasetId}` })),
    bucket: () => buckets.send(new HeadBucketCommand({ Bucket: `tldec${datasetId}` })),
    role: () => iam.send(new GetRoleCommand({ RoleName: customerAccessRoleArn?.split("/").at(-1) })),
  };
  await Promise.all(Object.values(look).map((call) => call()));

  await client.datasets.delete({ params: { dataset: "Doomed" }, query: { type: "DELETE" } });
  const isGone = async () =>
    (await database.dataset.findUnique({ where: { id: datasetId } }))?.status === "DELETED" ? true : null;
  await waitFor(isGone, 120, "the dataset to be deleted");
  for (const call of Object.values(look)) await expect(call()).rejects.toThrow();
  const where = { datasetId };
  const left = await Promise.all([
    database.task.count({ where }),
    database.taskLogLine.count({ where }),
    database.metricPoint.count({ where }),
    database.errorFile.count({ where }),
  ]);
  expect(left).toEqual([0, 0, 0, 0]);
  const objects = await s3.send(new ListObjectsV2Command({ Bucket: testBuckets.data, Prefix: "Doomed/" }));
  expect(objects.KeyCount).toBe(1);
  await expect(client.tasks.list({ dataset: "Doomed" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  const again = await bench.run("Doomed", { "a.jsonl": lines(content) });
  expect(again.view.datasetStatus).toBe("COMPLETED");
});

test("the worker lives on", () => bench.expectWorkerLivesOn());
