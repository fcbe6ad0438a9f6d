import { type MeterName, meters, usageIdText } from "@letsdata/dataset/meters";
import { metricEvents } from "@letsdata/dataset/metrics";
import { pipelineMetrics } from "@letsdata/pipeline/measure";
import type { AttemptOutcome } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { processingDataset, sampleTenant, written } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { createCheckpointStore } from "./checkpoint-store.ts";
import { type ClaimedTask, claimTasks } from "./claim-tasks.ts";
import { transitionDataset } from "./dataset-store.ts";
import { queryMetrics } from "./metric-store.ts";
import { redriveTasks } from "./redrive-tasks.ts";
import { settleDatasets } from "./settle-datasets.ts";
import { createSettler, settleTask } from "./settle-task.ts";
import { releaseExpiredLeases } from "./task-leases.ts";
import { getTask } from "./task-store.ts";
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

const config = {
  readConnector: { connectorDestination: "S3" },
  writeConnector: { connectorDestination: "KINESIS" },
  computeEngine: { computeEngineType: "LAMBDA", memoryLimitInMegabytes: 2048 },
};
async function startedDataset(tasks: number): Promise<string> {
  const { datasetId } = await processingDataset(db, tenantId, { tasks });
  await db.dataset.update({ where: { id: datasetId }, data: { config } });
  return datasetId;
}
/** The next task, in an attempt that began `seconds` ago, and a bit: times are rounded to milliseconds, and their difference is never less. */
async function claimOne(datasetId: string, seconds: number): Promise<ClaimedTask> {
  const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 60, datasetIds: [datasetId] });
  await db.$executeRaw`UPDATE task_attempt SET started_at = clock_timestamp() - make_interval(secs => ${seconds + 0.01}::float8)
    WHERE task_id = ${task!.taskId} AND attempt = ${task!.attempt}::int`;
  return task!;
}
const save = (task: ClaimedTask, records: number) =>
  createCheckpointStore(db).save(task.taskId, task.lease, {
    position: { offset: records },
    counts: written(records),
    errorFiles: [],
    measurements: [],
  });
const settle = (task: ClaimedTask, outcome: AttemptOutcome) =>
  settleTask(db, { taskId: task.taskId, lease: task.lease, outcome });
const failure = (records: number): AttemptOutcome => ({
  kind: "failed",
  counts: written(records),
  error: { code: "HANDLER_ERROR", message: "no" },
});
const usageOf = async (datasetId: string) => (await listUsage(db, { tenantId, datasetId, limit: 100 })).items;
const totals = (records: readonly UsageRecord[]) =>
  Object.fromEntries(
    ["BytesRead", "BytesWritten", "ComputeDuration"].map((dimension) => [
      dimension,
      records
        .filter((record) => record.meteringDimension === dimension)
        .reduce((sum, record) => sum + record.meteringValue, 0),
    ]),
  );
const measured = async (datasetId: string, metric: string, taskId?: string) => {
  const points = await queryMetrics(db, { tenantId, datasetId, taskId, metrics: [metric], from: 0, to: 4e12 });
  return { count: points.reduce((sum, p) => sum + p.count, 0), sum: points.reduce((sum, p) => sum + p.sum, 0) };
};

test("a task that ends is measured once, for itself and for the dataset; an attempt that leads to another is not", async () => {
  const datasetId = await startedDataset(2);
  const first = await claimOne(datasetId, 30);
  await save(first, 5);
  await settle(first, { kind: "rerun", counts: written(5) });
  expect(await measured(datasetId, "task.succeeded")).toEqual({ count: 0, sum: 0 });
  for (const _ of [1, 2]) {
    const task = await claimOne(datasetId, 10);
    if (task.taskId === first.taskId) {
      await save(task, 9);
      const settled = await settle(task, { kind: "completed", counts: written(9) });
      expect(settled!.milliseconds).toBeGreaterThanOrEqual(10_000);
    } else await settle(task, failure(0));
  }
  expect(await measured(datasetId, "task.succeeded")).toEqual({ count: 2, sum: 1 });
  expect(await measured(datasetId, "task.succeeded", first.taskId)).toEqual({ count: 1, sum: 1 });
  const latency = await measured(datasetId, "task.milliseconds");
  expect(latency.count).toBe(2);
  expect(latency.sum).toBeGreaterThanOrEqual(50_000);
  expect(latency.sum).toBeLessThan(70_000);
});

test("a task's duration is that of all its attempts, whichever way they ended, and starts anew with a redrive", async () => {
  const datasetId = await startedDataset(1);
  const first = await claimOne(datasetId, 100);
  await settle(first, { kind: "stopped", counts: written(0) });
  const second = await claimOne(datasetId, 200);
  await db.$executeRaw`UPDATE task SET lease_expires_at = clock_timestamp() - interval '1 millisecond' WHERE id = ${second.taskId}`;
  await releaseExpiredLeases(db);
  await settle(await claimOne(datasetId, 400), failure(0));
  const failed = await measured(datasetId, "task.milliseconds", first.taskId);
  expect(failed.count).toBe(1);
  expect(failed.sum).toBeGreaterThanOrEqual(700_000);
  expect(failed.sum).toBeLessThan(730_000);

  await inTransaction(db, (transaction) => redriveTasks(transaction, { tenantId, datasetId, fromBeginning: false }));
  await settle(await claimOne(datasetId, 50), { kind: "completed", counts: written(0) });
  const both = await measured(datasetId, "task.milliseconds", first.taskId);
  expect(both.count).toBe(2);
  expect(both.sum - failed.sum).toBeGreaterThanOrEqual(50_000);
  expect(both.sum - failed.sum).toBeLessThan(80_000);
});

test("every metric of the catalogue has who emits it: the pipeline, or the transaction that ends a task", async () => {
  const datasetId = await startedDataset(1);
  await settle(await claimOne(datasetId, 1), { kind: "completed", counts: written(0) });
  const metrics = Object.keys(metricEvents);
  const ofTheEnd = await db.metricPoint.findMany({ where: { datasetId, taskId: "" }, select: { metric: true } });
  const emitted = new Set([...Object.keys(pipelineMetrics), ...ofTheEnd.map(({ metric }) => metric)]);
  expect([...emitted].sort()).toEqual(metrics.sort());
});

test("usage is metered once per attempt, whichever way it ends, and settling again adds nothing", async () => {
  const datasetId = await startedDataset(1);
  const first = await claimOne(datasetId, 10);
  await save(first, 100);
  await settle(first, { kind: "rerun", counts: written(100) });
  await expect(settle(first, { kind: "rerun", counts: written(100) })).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(await usageOf(datasetId)).toHaveLength(3);

  const second = await claimOne(datasetId, 20);
  await save(second, 150);
  await db.$executeRaw`UPDATE task SET lease_expires_at = clock_timestamp() - interval '1 millisecond' WHERE id = ${second.taskId}`;
  await Promise.all([releaseExpiredLeases(db), releaseExpiredLeases(db)]);
  await expect(save(second, 200)).rejects.toMatchObject({ code: "LEASE_LOST" });

  const third = await claimOne(datasetId, 30);
  await save(third, 200);
  await settle(third, { kind: "completed", counts: written(200) });
  const used = totals(await usageOf(datasetId));
  expect(used.BytesRead).toBeCloseTo((200 * 10) / 1e9, 15);
  expect(used.BytesWritten).toBeCloseTo((200 * 12) / 1e9, 15);
  expect(used.ComputeDuration).toBeGreaterThanOrEqual(2 * 60);
  expect(used.ComputeDuration).toBeLessThan(2 * 90);
});

test("an end that is undone with its transaction leaves no usage; the attempt is metered when it ends", async () => {
  const datasetId = await startedDataset(1);
  const task = await claimOne(datasetId, 10);
  await save(task, 7);
  await expect(
    db.$transaction(async (transaction) => {
      await settleTask(transaction, {
        taskId: task.taskId,
        lease: task.lease,
        outcome: { kind: "completed", counts: written(7) },
      });
      throw new Error("the worker died before the commit");
    }),
  ).rejects.toThrow("died");
  expect(await usageOf(datasetId)).toEqual([]);
  await settle(task, { kind: "completed", counts: written(7) });
  expect(totals(await usageOf(datasetId)).BytesRead).toBeCloseTo(70 / 1e9, 15);
});

test("work done again from the beginning is used again", async () => {
  const datasetId = await startedDataset(1);
  const task = await claimOne(datasetId, 1);
  await save(task, 40);
  for (const left of [2, 1, 0]) {
    const attempt = left === 2 ? task : await claimOne(datasetId, 1);
    const settled = await settle(attempt, failure(40));
    if (settled!.status === "ERRORED") break;
  }
  await settleDatasets(db);
  await transitionDataset(db, datasetId, "redrive");
  await db.$transaction((transaction) => redriveTasks(transaction, { tenantId, datasetId, fromBeginning: true }));
  const again = await claimOne(datasetId, 1);
  await save(again, 50);
  await settle(again, { kind: "completed", counts: written(50) });
  expect(totals(await usageOf(datasetId)).BytesRead).toBeCloseTo(900 / 1e9, 15);
});

const serverless = (sagemakerMemoryLimitInMegabytes: number) => ({
  sagemakerEndpointResourceLocation: "LetsData",
  sagemakerServerless: { sagemakerEndpointConcurrency: 1, sagemakerMemoryLimitInMegabytes },
});
async function updateEndpoint(datasetId: string, endpoint: Readonly<Record<string, unknown>>): Promise<void> {
  const computeEngine = { computeEngineType: "LAMBDA_AND_SAGEMAKER", endpoint };
  await db.dataset.update({ where: { id: datasetId }, data: { config: { ...config, computeEngine } as object } });
}
const calls = (sum: number) => ({ metric: "inference.milliseconds", minute: 0, count: 1, sum, min: sum, max: sum });
const inferenceOf = async (datasetId: string) =>
  (await usageOf(datasetId)).filter(({ meteringDimension }) => meteringDimension === "InferenceDuration");

test("a scan of a table that is drained again and again in the pause before the next scan goes on, but not one that stands still", async () => {
  const datasetId = await startedDataset(1);
  await db.task.updateMany({ where: { datasetId }, data: { taskType: "DYNAMODB" } });
  const drain = async (notBefore: number) => {
    const task = await claimOne(datasetId, 1);
    await createCheckpointStore(db).save(task.taskId, task.lease, {
      position: { scan: 2, lastEvaluatedKey: null, notBefore },
      counts: written(0),
      errorFiles: [],
      measurements: [],
    });
    return (await settle(task, { kind: "rerun", counts: written(0) }))!.status;
  };
  const pauseEnd = Date.now() + 60_000;
  for (let attempt = 0; attempt < 5; attempt++) expect(await drain(pauseEnd)).toBe("RERUN");

  const over = Date.now() - 60_000;
  expect([await drain(over), await drain(over), await drain(over)]).toEqual(["RERUN", "RERUN", "RERUN"]);
  expect(await drain(over)).toBe("ERRORED");
  const [ended] = await db.task.findMany({ where: { datasetId } });
  expect(ended).toMatchObject({ lastErrorCode: "NO_PROGRESS" });
});

test("attempts without progress are counted in a row: one that moved, or found a stream idle, begins anew, whoever ended it", async () => {
  const later = { ...failure(0), error: { code: "CLOUD_UNAVAILABLE", message: "later" } } as AttemptOutcome;
  const idle = { kind: "rerun", counts: written(0) } as const;
  const endings = async (
    taskType: "KINESIS" | "READER",
    outcomes: readonly (AttemptOutcome | "moves and is stopped")[],
  ) => {
    const datasetId = await startedDataset(1);
    await db.task.updateMany({ where: { datasetId }, data: { taskType } });
    const statuses: string[] = [];
    for (const outcome of outcomes) {
      const task = await claimOne(datasetId, 1);
      if (outcome === "moves and is stopped") await save(task, statuses.length + 1);
      const isStopped = outcome === "moves and is stopped";
      const counts = written(isStopped ? statuses.length + 1 : 0);
      statuses.push((await settle(task, isStopped ? { kind: "stopped", counts } : outcome))!.status);
    }
    return statuses;
  };
  expect(await endings("KINESIS", [later, idle, later, idle, later, later])).toEqual(Array(6).fill("RERUN"));
  expect(await endings("READER", [later, later, "moves and is stopped", later, later])).toEqual(Array(5).fill("RERUN"));
  expect(await endings("READER", [later, idle, later])).toEqual(["RERUN", "RERUN", "ERRORED"]);
});

test("calls of a model on a serverless endpoint of ours are metered once, by the memory of the endpoint", async () => {
  const datasetId = await startedDataset(1);
  await updateEndpoint(datasetId, serverless(2048));
  const first = await claimOne(datasetId, 1);
  const update = { position: null, counts: written(3), errorFiles: [], measurements: [calls(1_000)] };
  await createCheckpointStore(db).save(first.taskId, first.lease, update);
  await settle(first, { kind: "rerun", counts: written(3), measurements: [calls(500)] });
  const second = await claimOne(datasetId, 1);
  await settle(second, { kind: "rerun", counts: written(3) });
  const third = await claimOne(datasetId, 1);
  await settle(third, { kind: "completed", counts: written(3), measurements: [calls(2_000)] });

  const records = await inferenceOf(datasetId);
  expect(records.map(({ meteringValue }) => meteringValue).sort()).toEqual([3, 4]);
  const { resourceType, meteringUnit } = meters.inferenceDuration;
  expect(records[0]).toMatchObject({ resourceType, meteringUnit, resource: "LAMBDA_AND_SAGEMAKER" });
});

test("an end that is told twice at once is one end: the second has no lease any more, and nothing is counted twice", async () => {
  const datasetId = await startedDataset(2);
  const [first, other] = [await claimOne(datasetId, 10), await claimOne(datasetId, 10)];
  const settler = createSettler(db);
  const end = ({ taskId, lease }: ClaimedTask) =>
    settler({ datasetId, taskId, lease, outcome: { kind: "completed", counts: written(0) } });
  const [one, again, beside] = await Promise.allSettled([end(first), end(first), end(other)]);
  expect(one).toMatchObject({ status: "fulfilled", value: { taskId: first.taskId, status: "COMPLETED" } });
  expect(again).toMatchObject({ status: "rejected", reason: { code: "LEASE_LOST" } });
  expect(beside).toMatchObject({ status: "fulfilled", value: { taskId: other.taskId, status: "COMPLETED" } });
  expect(await measured(datasetId, "task.succeeded")).toEqual({ count: 2, sum: 2 });
  expect(await db.datasetProgress.findUniqueOrThrow({ where: { datasetId } })).toMatchObject({
    tasksCompleted: 2,
    tasksRunning: 0,
  });
});

test("an update of the endpoint prices the calls behind it only, whether it grows, shrinks or was not billed before", async () => {
  const datasetId = await startedDataset(1);
  const provisioned = { sagemakerEndpointResourceLocation: "LetsData", sagemakerProvisioned: { instanceCount: 1 } };
  const added: number[] = [];
  for (const endpoint of [provisioned, serverless(1024), serverless(4096), serverless(2048), provisioned]) {
    const before = (await inferenceOf(datasetId)).length;
    await updateEndpoint(datasetId, endpoint);
    const task = await claimOne(datasetId, 1);
    await save(task, added.length + 1);
    await settle(task, { kind: "rerun", counts: written(added.length + 1), measurements: [calls(1_000)] });
    const now = await inferenceOf(datasetId);
    expect(now.length - before).toBeLessThanOrEqual(1);
    const total = now.reduce((sum, { meteringValue }) => sum + meteringValue, 0);
    added.push(total - added.reduce((sum, value) => sum + value, 0));
  }
  expect(added).toEqual([0, 1, 4, 2, 0]);
});

test("an attempt whose worker died is metered and measured up to the end of its lease, however late somebody notices", async () => {
  const datasetId = await startedDataset(1);
  const task = await claimOne(datasetId, 7_200);
  // From the attempt's own begin, however long the machine took since.
  await db.$executeRaw`UPDATE task SET lease_expires_at = a.started_at + interval '60 seconds' FROM task_attempt a
    WHERE task.id = ${task.taskId} AND a.task_id = task.id AND a.attempt = task.attempt`;
  const noticed = Date.now();
  expect(await releaseExpiredLeases(db)).toMatchObject([{ taskId: task.taskId, status: "RERUN" }]);
  expect(totals(await usageOf(datasetId))["ComputeDuration"]).toBeCloseTo(60 * 2, 6);
  const lost = (await getTask(db, tenantId, datasetId, task.taskId))!;
  expect(lost.attempts[0]).toMatchObject({ outcome: "LEASE_EXPIRED" });
  expect(lost.attempts[0]!.endedAt! - lost.attempts[0]!.startedAt).toBe(60_000);
  // It can be claimed from the moment somebody noticed, which is also when it changed.
  expect(lost.updatedAt).toBeGreaterThan(noticed - 1_000);
  const again = await claimOne(datasetId, 10);
  await settle(again, { kind: "completed", counts: written(0) });
  expect((await measured(datasetId, "task.milliseconds")).sum).toBeLessThan(100_000);
});

test("records carry the words, units and ids of the catalogue of meters", async () => {
  const datasetId = await startedDataset(1);
  const task = await claimOne(datasetId, 10);
  await save(task, 3);
  await settle(task, { kind: "completed", counts: written(3) });
  const records = await usageOf(datasetId);
  const expected: readonly (readonly [MeterName, string])[] = [
    ["computeDuration", "LAMBDA"],
    ["readBytes", "S3"],
    ["writeBytes", "KINESIS"],
  ];
  for (const [meter, resource] of expected) {
    const { resourceType, meteringDimension, meteringUnit } = meters[meter];
    const record = records.find((found) => found.resourceType === resourceType)!;
    expect(record).toMatchObject({ meteringDimension, meteringUnit, resource, billedStatus: "UNBILLED" });
    const { eventStartTime, taskId } = record;
    expect(record.usageId).toBe(usageIdText({ datasetId, taskId, resource, meter, eventStartTime }));
  }
  expect(records).toHaveLength(3);
});
