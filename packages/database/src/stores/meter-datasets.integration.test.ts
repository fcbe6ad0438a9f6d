import { type Meter, type MeterName, meters, usageIdText } from "@letsdata/dataset/meters";
import type { AttemptOutcome, CheckpointUpdate, Measurement } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { processingDataset, sampleTenant, written } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { waitsForALock, whileIdle } from "../testing/waits-for-a-lock.ts";
import { createCheckpointStore } from "./checkpoint-store.ts";
import { type ClaimedTask, claimTasks } from "./claim-tasks.ts";
import { transitionDataset } from "./dataset-store.ts";
import { deleteDatasetContents } from "./delete-dataset.ts";
import { appendLogLines } from "./log-store.ts";
import { meterDataset, meterDatasets } from "./meter-datasets.ts";
import { redriveTasks } from "./redrive-tasks.ts";
import { settleDatasets } from "./settle-datasets.ts";
import { settleTask } from "./settle-task.ts";
import { releaseExpiredLeases } from "./task-leases.ts";
import { listUsage, type UsageRecord } from "./usage-store.ts";

let server: TestDatabase;
let db: Database;
let tenantId: string;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url);
  tenantId = await sampleTenant(db);
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});

const resources: Readonly<Record<Meter["resourceType"], string>> = {
  READ_CONNECTOR: "S3",
  WRITE_CONNECTOR: "KINESIS",
  ERROR_CONNECTOR: "S3",
  COMPUTE_ENGINE: "LAMBDA_AND_SAGEMAKER",
  INTERNAL: "LetsData",
};
const config = {
  readConnector: { connectorDestination: resources.READ_CONNECTOR },
  writeConnector: { connectorDestination: resources.WRITE_CONNECTOR },
  errorConnector: { connectorDestination: resources.ERROR_CONNECTOR },
  computeEngine: {
    computeEngineType: resources.COMPUTE_ENGINE,
    lambda: { lambdaMemoryLimitInMegabytes: 1024 },
    endpoint: { sagemakerServerless: { sagemakerMemoryLimitInMegabytes: 2048 } },
  },
};
async function startedDataset(tasks = 1): Promise<string> {
  const { datasetId } = await processingDataset(db, tenantId, { tasks });
  await db.dataset.update({ where: { id: datasetId }, data: { config } });
  return datasetId;
}
async function claimOne(datasetId: string): Promise<ClaimedTask> {
  const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 60, datasetIds: [datasetId] });
  await db.$executeRaw`UPDATE task_attempt SET started_at = clock_timestamp() - interval '10 seconds'
    WHERE task_id = ${task!.taskId} AND attempt = ${task!.attempt}::int`;
  return task!;
}
const measured = (metric: string, sum: number): Measurement => ({
  metric,
  minute: 0,
  count: 1,
  sum,
  min: sum,
  max: sum,
});
const requests = (reads: number, writes: number) => [
  measured("read.requests", reads),
  measured("write.requests", writes),
];
const save = (task: ClaimedTask, records: number, carried: Partial<CheckpointUpdate> = {}) =>
  createCheckpointStore(db).save(task.taskId, task.lease, {
    position: { offset: records },
    counts: written(records),
    errorFiles: [],
    measurements: [],
    ...carried,
  });
const settle = (task: ClaimedTask, outcome: AttemptOutcome) =>
  settleTask(db, { taskId: task.taskId, lease: task.lease, outcome });
const say = (datasetId: string, ...messages: readonly string[]) =>
  appendLogLines(
    db,
    messages.map((message) => ({
      ...{ datasetId, taskId: null, attempt: null, time: Date.now() },
      ...{ level: "INFO", source: "ENGINE", message },
    })),
  );
const usageOf = async (datasetId: string) => (await listUsage(db, { tenantId, datasetId, limit: 500 })).items;
/** Counted things by meter: requests, bytes, points. */
async function counted(datasetId: string, ...names: readonly MeterName[]) {
  const records = await usageOf(datasetId);
  const sumOf = (name: MeterName) => {
    const { resourceType, meteringDimension, countsPerUnit }: Meter = meters[name];
    const own = records.filter(
      (record) => record.resourceType === resourceType && record.meteringDimension === meteringDimension,
    );
    return Math.round(own.reduce((sum, { meteringValue }) => sum + meteringValue, 0) * countsPerUnit);
  };
  return Object.fromEntries(names.map((name) => [name, sumOf(name)]));
}
const fileOf = (bytes: number, key = "e.jsonl") => ({ key, records: 1, bytes });
const now = new AbortController().signal;

test("every meter of use in the catalogue has who emits it, in its words and units, under its id", async () => {
  const datasetId = await startedDataset();
  const task = await claimOne(datasetId);
  const measurements = [...requests(2, 3), measured("inference.milliseconds", 1_000)];
  await save(task, 5, { errorFiles: [fileOf(70)], measurements });
  await settle(task, { kind: "completed", counts: written(5) });
  await say(datasetId, "done");
  await meterDataset(db, datasetId);

  const expected = (Object.entries(meters) as [MeterName, Meter][]).filter(([, { kind }]) => kind === "use");
  const records = await usageOf(datasetId);
  for (const [name, { resourceType, meteringDimension, meteringUnit }] of expected) {
    const own = records.filter(
      (record) => record.resourceType === resourceType && record.meteringDimension === meteringDimension,
    );
    expect(own, name).toHaveLength(1);
    const { usageId, taskId, resource, eventStartTime, eventEndTime, billedStatus } = own[0] as UsageRecord;
    expect(own[0], name).toMatchObject({ meteringUnit, resource: resources[resourceType] });
    expect({ usageId, billedStatus }).toEqual({
      usageId: usageIdText({ datasetId, taskId, resource, meter: name, eventStartTime }),
      billedStatus: "UNBILLED",
    });
    expect(eventEndTime, name).toBeGreaterThan(eventStartTime);
  }
  expect(records).toHaveLength(expected.length);
});

test("what tasks did is metered once: under repeated saves and ends, lost leases and crashes, by any number of workers at once", async () => {
  const datasetId = await startedDataset();
  const meterTwice = () =>
    Promise.all([meterDataset(db, datasetId), meterDatasets(db, now), meterDataset(db, datasetId)]);
  const first = await claimOne(datasetId);
  const update = { errorFiles: [fileOf(70)], measurements: [...requests(2, 3), measured("records.processed", 1)] };
  await save(first, 100, update);
  await save(first, 100, update);
  await meterTwice();
  await db.$executeRaw`UPDATE task SET lease_expires_at = now() - interval '1 second' WHERE id = ${first.taskId}`;
  await Promise.all([releaseExpiredLeases(db), releaseExpiredLeases(db)]);
  await expect(save(first, 200, update)).rejects.toMatchObject({ code: "LEASE_LOST" });
  await expect(
    settle(first, { kind: "rerun", counts: written(100), measurements: requests(50, 50) }),
  ).rejects.toMatchObject({ code: "LEASE_LOST" });
  await meterTwice();

  const second = await claimOne(datasetId);
  await save(second, 150, { errorFiles: [fileOf(5, "f.jsonl")], measurements: [measured("records.processed", 1)] });
  await expect(
    inTransaction(db, async (transaction) => {
      await settleTask(transaction, {
        taskId: second.taskId,
        lease: second.lease,
        outcome: { kind: "completed", counts: written(150), measurements: requests(40, 40) },
      });
      await meterDataset(transaction, datasetId);
      throw new Error("the worker died before the commit");
    }),
  ).rejects.toThrow("died");
  const end = { kind: "completed", counts: written(150), measurements: requests(10, 1) } as const;
  await settle(second, end);
  let behind: Promise<number> = Promise.resolve(0);
  await inTransaction(db, async (transaction) => {
    expect(await meterDataset(transaction, datasetId)).toBeGreaterThan(0);
    behind = meterDataset(db, datasetId);
    await expect.poll(() => waitsForALock(db), whileIdle).toBe(true);
  });
  expect(await behind).toBe(0);
  await expect(settle(second, end)).rejects.toMatchObject({ code: "LEASE_LOST" });
  await meterTwice();
  await meterTwice();

  expect(
    await counted(datasetId, "readRequests", "writeRequests", "checkpoints", "errorBytes", "metricPoints"),
  ).toEqual({
    readRequests: 12,
    writeRequests: 4,
    checkpoints: 2,
    errorBytes: 75,
    metricPoints: await db.metricPoint.count({ where: { datasetId } }),
  });
  const records = await usageOf(datasetId);
  expect(records.every(({ meteringValue }) => meteringValue > 0)).toBe(true);
  const intervals = records.filter(({ meteringDimension }) => meteringDimension === "Checkpoints").reverse();
  for (const [index, { eventStartTime }] of intervals.entries())
    expect(eventStartTime).toBeGreaterThanOrEqual(intervals[index - 1]?.eventEndTime ?? 0);
});

test("requests are counted for usage and become no points of charts", async () => {
  const datasetId = await startedDataset();
  await save(await claimOne(datasetId), 1, { measurements: requests(7, 0) });
  await meterDataset(db, datasetId);
  expect(await db.metricPoint.count({ where: { datasetId } })).toBe(0);
  expect(await counted(datasetId, "readRequests", "writeRequests", "metricPoints")).toEqual({
    ...{ readRequests: 7, writeRequests: 0, metricPoints: 0 },
  });
});

test("each log line is metered once, by the bytes of its text, also one whose insert was seen after later ones", async () => {
  const datasetId = await startedDataset();
  await say(datasetId, "before", "grün");
  await meterDataset(db, datasetId);
  expect(await counted(datasetId, "logBytes")).toEqual({ logBytes: 6 + 5 });

  let metering: Promise<unknown> = Promise.resolve();
  await inTransaction(db, async (transaction) => {
    const line = { datasetId, taskId: null, attempt: null, time: 0, level: "INFO", source: "HANDLER" } as const;
    await appendLogLines(transaction, [{ ...line, message: "slow" }]);
    await say(datasetId, "quick");
    let isOver = false;
    metering = meterDataset(db, datasetId).finally(() => {
      isOver = true;
    });
    await expect.poll(async () => isOver || (await waitsForALock(db)), whileIdle).toBe(true);
  });
  await metering;
  await meterDataset(db, datasetId);
  expect(await counted(datasetId, "logBytes")).toEqual({ logBytes: 11 + 4 + 5 });
});

test("log lines are stored while their dataset is metered, and metered the next time", async () => {
  const datasetId = await startedDataset();
  await say(datasetId, "before");
  await inTransaction(db, async (transaction) => {
    await meterDataset(transaction, datasetId);
    let isStored = false;
    void say(datasetId, "meanwhile").then(() => {
      isStored = true;
    });
    await expect.poll(() => isStored, whileIdle).toBe(true);
  });
  expect(await counted(datasetId, "logBytes")).toEqual({ logBytes: 6 });
  await meterDataset(db, datasetId);
  await meterDataset(db, datasetId);
  expect(await counted(datasetId, "logBytes")).toEqual({ logBytes: 6 + 9 });
});

test("a dataset that is deleted is metered before what it is metered by goes, and never again", async () => {
  const datasetId = await startedDataset();
  const task = await claimOne(datasetId);
  await save(task, 1, {
    errorFiles: [fileOf(30)],
    measurements: [...requests(4, 4), measured("records.processed", 1)],
  });
  await settle(task, { kind: "completed", counts: written(1) });
  await say(datasetId, "bye");
  const points = await db.metricPoint.count({ where: { datasetId } });
  await deleteDatasetContents(db, datasetId, now, 1);
  const used = await usageOf(datasetId);
  expect(await counted(datasetId, "readRequests", "errorBytes", "metricPoints", "logBytes")).toEqual({
    ...{ readRequests: 4, errorBytes: 30, metricPoints: points, logBytes: 3 },
  });
  await deleteDatasetContents(db, datasetId, now, 1);
  expect(await meterDataset(db, datasetId)).toBe(0);
  expect(await usageOf(datasetId)).toEqual(used);
});

test("error records that are archived again by a redrive from the beginning are used again", async () => {
  const datasetId = await startedDataset();
  const fail = { kind: "failed", counts: written(1), error: { code: "RECORD_ERRORED", message: "no" } } as const;
  const archiveAndFail = async () => {
    const task = await claimOne(datasetId);
    await save(task, 1, { errorFiles: [fileOf(40)] });
    expect(await settle(task, fail)).toMatchObject({ status: "ERRORED" });
    await settleDatasets(db);
    await meterDataset(db, datasetId);
  };
  await archiveAndFail();
  await inTransaction(db, (transaction) => redriveTasks(transaction, { tenantId, datasetId, fromBeginning: true }));
  await archiveAndFail();
  expect(await counted(datasetId, "errorBytes", "checkpoints")).toEqual({ errorBytes: 80, checkpoints: 2 });
});

test("what runs is metered once an hour, what rests at once, and what used nothing is left alone", async () => {
  const datasetId = await startedDataset();
  const unused = await startedDataset();
  const task = await claimOne(datasetId);
  await save(task, 1);
  await meterDatasets(db, now);
  expect(await counted(datasetId, "checkpoints")).toEqual({ checkpoints: 0 });
  await db.$executeRaw`UPDATE dataset SET created_at = now() - interval '61 minutes' WHERE id IN (${datasetId}, ${unused})`;
  await meterDatasets(db, AbortSignal.abort());
  expect(await counted(datasetId, "checkpoints")).toEqual({ checkpoints: 0 });
  await meterDatasets(db, now);
  expect(await counted(datasetId, "checkpoints")).toEqual({ checkpoints: 1 });

  await save(task, 2);
  await meterDatasets(db, now);
  expect(await counted(datasetId, "checkpoints")).toEqual({ checkpoints: 1 });
  await settle(task, { kind: "completed", counts: written(2) });
  await settleDatasets(db);
  await meterDatasets(db, now);
  expect(await counted(datasetId, "checkpoints")).toEqual({ checkpoints: 2 });
  expect(await usageOf(unused)).toEqual([]);
  expect(await db.usageMark.count({ where: { datasetId: unused } })).toBe(0);
});

test("a dataset at rest is looked at until its last lines were metered, and again when it changed", async () => {
  const datasetId = await startedDataset();
  await settle(await claimOne(datasetId), { kind: "completed", counts: written(0) });
  await settleDatasets(db);
  const restSince = (minutes: number) =>
    db.$transaction([
      db.$executeRaw`UPDATE dataset SET updated_at = now() - make_interval(mins => ${minutes}::int) WHERE id = ${datasetId}`,
      db.$executeRaw`UPDATE dataset_progress SET changed_at = now() - make_interval(mins => ${minutes}::int)
      WHERE dataset_id = ${datasetId}`,
      db.$executeRaw`UPDATE dataset_run SET started_at = now() - make_interval(mins => ${minutes}::int) WHERE dataset_id = ${datasetId}`,
      db.$executeRaw`UPDATE usage_mark SET metered_at = now() - make_interval(mins => ${minutes}::int) WHERE dataset_id = ${datasetId}`,
    ]);
  const logBytes = async () => (await counted(datasetId, "logBytes"))["logBytes"];
  await meterDatasets(db, now);
  await restSince(5);
  await say(datasetId, "late");
  await meterDatasets(db, now);
  expect(await logBytes()).toBe(4);

  await restSince(60);
  await say(datasetId, "later");
  await meterDatasets(db, now);
  expect(await logBytes()).toBe(9);
  await say(datasetId, "too late");
  await meterDatasets(db, now);
  expect(await logBytes()).toBe(9);
  await transitionDataset(db, datasetId, "delete");
  await transitionDataset(db, datasetId, "released");
  await meterDatasets(db, now);
  expect(await logBytes()).toBe(17);
});
