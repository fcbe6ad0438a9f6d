import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientFor } from "@letsdata/aws/client-for";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor, waitUntilSettled } from "../installation/dataset-run.ts";
import { startTestInstallation, type TestInstallation, testBuckets } from "../installation/start-installation.ts";
import { createSparkDataset, type SparkShape, writtenBelow } from "./spark-dataset.ts";

const SETTLED_SECONDS = 180;

let installation: TestInstallation;
beforeAll(async () => {
  installation = await startTestInstallation();
  await installation.putHandler("spark-words", join(import.meta.dirname, "../../fixtures/handlers/spark-words"));
  installation.startWorker();
});
afterAll(() => installation?.stop());

const files = { "a.txt": "one two two\nthree", "b.txt": "two three" };
const total = { one: 1, two: 3, three: 2 };

async function settled(dataset: string) {
  const view = await waitUntilSettled(installation, dataset, SETTLED_SECONDS);
  const { items: tasks } = await installation.client.tasks.list({ dataset, limit: 50 });
  return { dataset, view, tasks };
}
const run = async (shape: SparkShape) => settled(await createSparkDataset(installation, shape));
/** What the log says of the only attempt. Its lines come in their order, the last ones a moment after the task is settled. */
const linesOf = (dataset: string) =>
  waitFor(
    async () => {
      const { items } = await installation.client.logs.list({ dataset, limit: 500 });
      const lines = items.map(({ message }) => message);
      return lines.some((line) => line.startsWith("Attempt 1 ended after")) ? lines : null;
    },
    30,
    "the line that tells of the end of the attempt",
  );

async function secretsLeft(): Promise<number> {
  const { SecretList = [] } = await clientFor(SecretsManagerClient, installation.ours).send(new ListSecretsCommand({}));
  return SecretList.length;
}

test("mappers leave parquet in a bucket between, one reducer reads all of it and writes the target; nothing is counted", async () => {
  const { view, tasks, dataset } = await run({ name: "Both", steps: "MAPPER_AND_REDUCER", files });
  expect(view.datasetStatus, JSON.stringify(tasks.map(({ lastError }) => lastError))).toBe("COMPLETED");
  expect(tasks.map(({ taskType, taskStatus }) => `${taskType} ${taskStatus}`)).toEqual([
    "SPARK_MAPPER COMPLETED",
    "SPARK_MAPPER COMPLETED",
    "SPARK_REDUCER COMPLETED",
  ]);
  const reducer = tasks[2]!.taskId;
  expect(await writtenBelow(installation, testBuckets.output, "out/Both/")).toEqual([
    {
      key: `out/Both/${reducer}.json/part-00000`,
      counts: total,
      told: { inputs: 2, readFormat: "parquet", readOptions: {}, writeMode: "overwrite" },
    },
  ]);
  const between = `tldim${view.datasetId}`;
  expect(view.resources.filter(({ name }) => name === between)).toMatchObject([{ component: "computeEngine" }]);
  const ours = clientFor(S3Client, installation.ours);
  const [first] = await writtenBelow({ s3: ours }, between, `Both/${tasks[0]!.taskId}.parquet/`);
  expect(first).toMatchObject({
    counts: { one: 1, two: 2, three: 1 },
    told: {
      appName: `Both-${tasks[0]!.taskId}`,
      readDestination: "S3",
      readFormat: "text",
      readOptions: { lineSep: "\n" },
      writeDestination: "S3",
      writeFormat: "parquet",
      writeMode: "overwrite",
      writeOptions: { compression: "gzip" },
    },
  });
  expect(view).toMatchObject({
    countsRecords: false,
    counts: { recordsRead: 0 },
    delivery: { guarantee: "overwrite" },
  });
  // The reducer began when the last mapper had ended.
  const ends = tasks.slice(0, 2).map(({ taskExecutionLogs }) => taskExecutionLogs.at(-1)!.endDatetime!);
  expect(tasks[2]!.taskExecutionLogs[0]!.startDatetime).toBeGreaterThanOrEqual(Math.max(...ends));
  const { items: usage } = await installation.client.usage.listOfDataset({ dataset, limit: 50 });
  const compute = usage.filter(({ meteringDimension }) => meteringDimension === "ComputeDuration");
  expect(compute.map(({ resource }) => resource)).toEqual(["SPARK", "SPARK", "SPARK"]);

  await installation.client.datasets.delete({ params: { dataset }, query: { type: "DELETE" } });
  const isGone = (error: Error) => (error.name === "NotFound" ? true : null);
  await waitFor(
    () => ours.send(new HeadBucketCommand({ Bucket: between })).then(() => null, isGone),
    60,
    "the bucket between to go with its dataset",
  );
});

test("MAPPER_ONLY writes the target, into a bucket LetsData made as well; options of the writer are handed on", async () => {
  const { view, tasks } = await run({
    name: "Mappers",
    steps: "MAPPER_ONLY",
    files,
    write: { sparkFileFormat: "csv", sparkWriteOptions: { header: "true" } },
  });
  expect(view.datasetStatus).toBe("COMPLETED");
  const written = await writtenBelow(installation, testBuckets.output, "out/Mappers/");
  expect(written.map(({ key }) => key).sort()).toEqual(
    tasks.map(({ taskId }) => `out/Mappers/${taskId}.csv/part-00000`).sort(),
  );
  expect(written[0]!.told).toMatchObject({ writeFormat: "csv", writeOptions: { header: "true" } });

  const { resourceLocation, bucketName } = { resourceLocation: "LetsData", bucketName: undefined };
  const ours = await run({
    name: "Ours",
    steps: "MAPPER_ONLY",
    files,
    write: { resourceLocation, bucketName, s3KeyPrefix: "" },
  });
  expect(ours.view.datasetStatus, JSON.stringify(ours.tasks.map(({ lastError }) => lastError))).toBe("COMPLETED");
  const s3 = clientFor(S3Client, installation.ours);
  expect(await writtenBelow({ s3 }, `tldwc${ours.view.datasetId}`, "Ours/")).toHaveLength(2);
});

test("REDUCER_ONLY reads every key of the manifest in one task", async () => {
  const { view, tasks } = await run({ name: "Reducer", steps: "REDUCER_ONLY", files });
  expect(view.datasetStatus, JSON.stringify(tasks.map(({ lastError }) => lastError))).toBe("COMPLETED");
  expect(tasks).toHaveLength(1);
  expect(await writtenBelow(installation, testBuckets.output, "out/Reducer/")).toMatchObject([
    { counts: total, told: { inputs: 2, readFormat: "text", readOptions: { lineSep: "\n" } } },
  ]);
});

test("a failed mapper keeps the reducer from starting and says so; redriven alone, it takes the reducer along", async () => {
  const broken = { "good.txt": "one", "bad.txt": "!fail\ntwo" };
  const { view, tasks, dataset } = await run({ name: "Fails", steps: "MAPPER_AND_REDUCER", files: broken });
  expect(view.datasetStatus).toBe("ERRORED");
  const [good, bad, reducer] = tasks;
  expect(good!.taskStatus).toBe("COMPLETED");
  expect(bad!.lastError).toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: expect.stringContaining(
      "mapper threw for s3a://test-data/bad.txt: ValueError: this file is not to be counted",
    ),
    details: expect.stringMatching(/SparkMapperInterface\.py", line \d+, in mapper[\s\S]*in obey/),
  });
  expect(reducer).toMatchObject({
    taskStatus: "ERRORED",
    taskExecutionLogs: [],
    lastError: { code: "MAPPERS_FAILED", message: "1 mapper failed: the reducer starts when all are COMPLETED." },
  });
  expect(await writtenBelow(installation, testBuckets.output, "out/Fails/")).toEqual([]);

  await installation.putObject(testBuckets.data, "bad.txt", "two two");
  await installation.client.redrives.create({
    dataset,
    selection: "TASK_IDS",
    taskIds: [bad!.taskId],
    policy: "RESUME_FROM_CHECKPOINT",
  });
  await waitFor(
    async () => ((await installation.client.datasets.view({ dataset })).datasetStatus === "COMPLETED" ? true : null),
    SETTLED_SECONDS,
    "the redriven dataset to complete",
  );
  expect(await writtenBelow(installation, testBuckets.output, "out/Fails/")).toMatchObject([
    { counts: { one: 1, two: 2 } },
  ]);
});

test("while mappers run the reducer says how many it waits for", async () => {
  const dataset = await createSparkDataset(installation, {
    name: "Waits",
    steps: "MAPPER_AND_REDUCER",
    files: { "slow.txt": "!wait\none", "quick.txt": "two" },
  });
  const waiting = await waitFor(
    async () => {
      const { items } = await installation.client.tasks.list({ dataset, limit: 50 });
      const [slow, , reducer] = items;
      return slow?.taskStatus === "RUNNING" ? reducer! : null;
    },
    60,
    "the slow mapper to run",
  );
  expect(waiting).toMatchObject({ taskStatus: "QUEUED", workerId: null });
  expect(waiting.waitsForTasks).toBeGreaterThanOrEqual(1);
  const { view, tasks } = await settled(dataset);
  expect(view.datasetStatus).toBe("COMPLETED");
  expect(tasks[2]!.waitsForTasks).toBe(0);
});

test("steps that hang, crash, exit or lack Spark end as task errors of their own kind", async () => {
  const { view, tasks } = await run({
    name: "Misbehaves",
    steps: "MAPPER_ONLY",
    files: { "hang.txt": "!hang", "crash.txt": "!crash", "exit.txt": "!exit", "spark.txt": "!spark" },
    timeoutSeconds: 30,
    concurrency: 4,
  });
  expect(view.datasetStatus).toBe("ERRORED");
  const [hang, crash, exit, spark] = tasks.map(({ lastError }) => lastError);
  expect(hang).toMatchObject({ code: "NO_PROGRESS", message: expect.stringContaining("TASK_TIMED_OUT") });
  expect(crash).toMatchObject({ code: "NO_PROGRESS", message: expect.stringContaining("signal SIGKILL") });
  expect(exit).toMatchObject({ code: "HANDLER_EXCEPTION", message: expect.stringContaining("SystemExit: no more") });
  expect(spark).toMatchObject({
    code: "NOT_AVAILABLE_LOCALLY",
    message: expect.stringMatching(
      /imports pyspark\S*, which this machine's Python does not have\. Install pyspark .*SPARK_HOME/,
    ),
  });
  expect(tasks[0]!.taskExecutionLogs.map(({ outcome }) => outcome)).toEqual(["RERUN", "RERUN", "ERRORED"]);
});

test("a step sees no secret but its own, reaches nothing of the machine, and leaves nothing behind", async () => {
  const { view, dataset } = await run({
    name: "Contained",
    steps: "MAPPER_ONLY",
    files: { "environment.txt": "!environment\none" },
  });
  expect(view.datasetStatus).toBe("COMPLETED");
  const lines = await linesOf(dataset);
  const told = (start: string) =>
    lines
      .find((line) => line.startsWith(start))!
      .slice(start.length)
      .trim();
  const variables = told("variables:").split(" ");
  expect(variables.filter((name) => name.startsWith("DATABASE") || name.startsWith("LETSDATA_STATE"))).toEqual([]);
  expect(variables).toEqual(expect.arrayContaining(["AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"]));
  // Any other process of this user may do the first two, so that it is the step's containment that refuses.
  expect(readFileSync("/etc/hostname", "utf8")).not.toBe("");
  accessSync("/tmp", constants.W_OK);
  expect(lines.filter((line) => /^(reached|refused)/.test(line)).sort()).toEqual([
    "refused a file that all may read",
    "refused a folder among them",
    "refused the folder that all may write into",
    "refused the folders of other attempts",
  ]);
  expect(lines.some((line) => line.includes("reads s3a://test-data/environment.txt"))).toBe(true);
  const scratch = told("scratch");
  expect(existsSync(scratch)).toBe(false);
  expect(readdirSync(dirname(scratch))).toEqual([]);
  expect(await secretsLeft()).toBe(0);
});

test("a trial is refused, because steps write by themselves", async () => {
  const { config } = await installation.client.datasets.view({ dataset: "Mappers" });
  const { datasetName: _, ...rest } = config;
  await expect(
    installation.client.tries.create({ config: { ...rest, datasetName: "Tried" }, records: 5 }),
  ).rejects.toMatchObject({ code: "TRIAL_NOT_POSSIBLE" });
});
