import { randomUUID } from "node:crypto";
import type { TaskStatus } from "@letsdata/dataset/lifecycle";
import { noCounts } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { processingDataset, sampleDataset, sampleTenant } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { waitsForALock, whileIdle } from "../testing/waits-for-a-lock.ts";
import { createCheckpointStore } from "./checkpoint-store.ts";
import { type ClaimedTask, claimTasks } from "./claim-tasks.ts";
import { getDatasetById, transitionDataset } from "./dataset-store.ts";
import { deleteDatasetContents } from "./delete-dataset.ts";
import { findErrorFile, listErrorFiles } from "./error-file-store.ts";
import { withIdempotencyKey } from "./idempotency-store.ts";
import { appendLogLines, deleteLogLinesBefore, listLogLines, type NewLogLine } from "./log-store.ts";
import { addMeasurements, queryMetrics } from "./metric-store.ts";
import { countRedrivable, type RedriveBatch, type RedrivePlace, redriveTasks } from "./redrive-tasks.ts";
import { createRequest, getRequest, listRequests, updateRequest } from "./request-store.ts";
import { settleDatasets } from "./settle-datasets.ts";
import { settleTask } from "./settle-task.ts";
import { getTask } from "./task-store.ts";
import { addUsage, listUsage, type UsageRecord } from "./usage-store.ts";

let server: TestDatabase;
let db: Database;
let tenantId: string;
let otherTenant: string;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url);
  tenantId = await sampleTenant(db);
  otherTenant = await sampleTenant(db);
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});

const minute = 1_767_225_600_000;

describe("log lines", () => {
  const line = (datasetId: string, message: string, more: Partial<NewLogLine> = {}): NewLogLine => ({
    datasetId,
    taskId: null,
    attempt: null,
    time: minute,
    level: "INFO",
    source: "ENGINE",
    message,
    ...more,
  });

  test("are paged newest first, filtered by task, level, text and time, for their tenant only", async () => {
    const { datasetId } = await sampleDataset(db, tenantId);
    await appendLogLines(db, [
      line(datasetId, "first", { level: "DEBUG", time: minute - 1000 }),
      line(datasetId, "100% Done", { level: "WARN", taskId: "t1", attempt: 2, fields: { hnm: "host" } }),
      line(datasetId, "third", { level: "ERROR", source: "HANDLER" }),
    ]);
    const list = async (more: object) =>
      (await listLogLines(db, { tenantId, datasetId, limit: 10, ...more })).items.map((item) => item.message);
    expect(await list({})).toEqual(["third", "100% Done", "first"]);
    expect(await list({ level: "WARN" })).toEqual(["third", "100% Done"]);
    expect(await list({ text: "0% d" })).toEqual(["100% Done"]);
    expect(await list({ text: "1_0" })).toEqual([]);
    expect(await list({ from: minute })).toEqual(["third", "100% Done"]);
    expect(await list({ to: minute })).toEqual(["first"]);
    expect(await list({ tenantId: otherTenant })).toEqual([]);
    const [found] = (await listLogLines(db, { tenantId, datasetId, taskId: "t1", limit: 1 })).items;
    expect(found).toMatchObject({ attempt: 2, level: "WARN", time: minute, fields: { hnm: "host" } });
    const page = await listLogLines(db, { tenantId, datasetId, limit: 2 });
    expect(await list({ limit: 2, cursor: page.nextCursor! })).toEqual(["first"]);
    for (const cursor of ["nonsense", Buffer.from('["1; DROP"]').toString("base64url")]) {
      await expect(list({ cursor })).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    }
    expect(await deleteLogLinesBefore(db, minute, 10)).toBe(1);
  });

  test("characters PostgreSQL refuses neither lose a line nor its batch", async () => {
    const { datasetId } = await sampleDataset(db, tenantId);
    const fields = { hnm: "x\0y", unm: "\\u0000 stays" };
    await appendLogLines(db, [
      line(datasetId, "a\0b", { fields }),
      line(datasetId, "half \ud800 pair"),
      line(datasetId, "😀"),
    ]);
    const { items } = await listLogLines(db, { tenantId, datasetId, limit: 9 });
    expect(items.map((item) => item.message)).toEqual(["😀", "half \ufffd pair", "a\u2400b"]);
    expect(items[2]!.fields).toEqual({ hnm: "x\u2400y", unm: "\\u0000 stays" });
  });
});

async function erroredTasks(count: number): Promise<{ datasetId: string; tasks: ClaimedTask[] }> {
  const { datasetId } = await processingDataset(db, tenantId, { tasks: count });
  const tasks = await claimTasks(db, { workerId: "w", slots: count, leaseSeconds: 600, datasetIds: [datasetId] });
  for (const { taskId, lease } of tasks) {
    const counts = {
      ...noCounts,
      recordsRead: 10,
      documentsWritten: 8,
      recordsErrored: 2,
      bytesRead: 100,
      bytesWritten: 90,
    };
    await createCheckpointStore(db).save(taskId, lease, {
      position: { offset: 10 },
      counts,
      errorFiles: [{ key: `${taskId}/1.jsonl`, records: 2, bytes: 20 }],
      measurements: [],
    });
    const error = { code: "SOURCE_NOT_FOUND", message: "gone" };
    await settleTask(db, { taskId, lease, outcome: { kind: "failed", counts, error } });
  }
  return { datasetId, tasks };
}

describe("error files", () => {
  test("the same file registered again is one file with the newest size", async () => {
    const { datasetId } = await processingDataset(db, tenantId, { tasks: 1 });
    const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 600, datasetIds: [datasetId] });
    for (const records of [2, 3]) {
      await createCheckpointStore(db).save(task!.taskId, task!.lease, {
        position: { offset: records },
        counts: { ...noCounts, recordsRead: records, recordsErrored: records },
        errorFiles: [{ key: "e/1.jsonl", records, bytes: records * 10 }],
        measurements: [],
      });
    }
    const { items } = await listErrorFiles(db, { tenantId, datasetId, limit: 5 });
    expect(items).toMatchObject([{ numberOfErrors: 3, files: [{ key: "e/1.jsonl", records: 3, bytes: 30 }] }]);
    expect(await findErrorFile(db, tenantId, datasetId, "e/1.jsonl")).toMatchObject({ id: items[0]!.files[0]!.id });
    expect(await findErrorFile(db, otherTenant, datasetId, "e/1.jsonl")).toBeNull();
  });
});

test("a failure whose words PostgreSQL refuses still ends its attempt", async () => {
  const { datasetId } = await processingDataset(db, tenantId, { tasks: 1 });
  const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 600, datasetIds: [datasetId] });
  const error = { code: "SOURCE_NOT_FOUND", message: "a\0b \ud83d" };
  const outcome = { kind: "failed", counts: noCounts, error } as const;
  expect(await settleTask(db, { taskId: task!.taskId, lease: task!.lease, outcome })).toMatchObject({
    status: "ERRORED",
  });
  expect((await getTask(db, tenantId, datasetId, task!.taskId))!.lastError!.message).toBe("a\u2400b \ufffd");
});

describe("redrive", () => {
  const after = async (datasetId: string) => (await getDatasetById(db, datasetId))!;

  test("goes on at the checkpoint: counts and error files stay, patience is fresh, counters move", async () => {
    const { datasetId, tasks } = await erroredTasks(3);
    await settleDatasets(db);
    const chosen = tasks.slice(0, 2).map((task) => task.taskId);
    const redrive = { tenantId, datasetId, taskIds: chosen, fromBeginning: false };
    expect(await countRedrivable(db, redrive, 9)).toBe(2);
    expect(await countRedrivable(db, redrive, 1)).toBeNull();
    expect(await countRedrivable(db, { tenantId: otherTenant, datasetId }, 9)).toBe(0);
    expect(await inTransaction(db, (transaction) => redriveTasks(transaction, redrive))).toMatchObject({ queued: 2 });
    expect(await inTransaction(db, (transaction) => redriveTasks(transaction, redrive))).toMatchObject({ queued: 0 });
    const dataset = await after(datasetId);
    expect(dataset.tasks).toMatchObject({ totalTasks: 3, queued: 2, errored: 1, running: 0 });
    expect(dataset.counts.recordsRead).toBe(30);
    const task = (await getTask(db, tenantId, datasetId, chosen[0]!))!;
    expect(task).toMatchObject({
      status: "QUEUED",
      lastError: null,
      checkpoint: { offset: 10 },
      counts: { recordsRead: 10 },
    });
    expect((await listErrorFiles(db, { tenantId, datasetId, limit: 9 })).items).toHaveLength(3);
  });

  test("from the beginning: position, counts and error files of these tasks are forgotten, of others kept", async () => {
    const { datasetId, tasks } = await erroredTasks(3);
    const [first, ...others] = tasks.map((task) => task.taskId);
    const redrive = { tenantId, datasetId, taskIds: others, fromBeginning: true };
    expect(await inTransaction(db, (transaction) => redriveTasks(transaction, redrive))).toMatchObject({ queued: 2 });
    const dataset = await after(datasetId);
    expect(dataset.tasks).toMatchObject({ queued: 2, errored: 1 });
    expect(dataset.counts).toMatchObject({ recordsRead: 10, documentsWritten: 8, recordsErrored: 2, bytesRead: 100 });
    expect(await getTask(db, tenantId, datasetId, others[0]!)).toMatchObject({ checkpoint: null, counts: noCounts });
    const files = await listErrorFiles(db, { tenantId, datasetId, limit: 9 });
    expect(files.items.map((item) => item.taskId)).toEqual([first]);
    const again = await claimTasks(db, { workerId: "w2", slots: 5, leaseSeconds: 60, datasetIds: [datasetId] });
    expect(again.map((task) => task.checkpoint)).toEqual(Array(2).fill({ position: null, counts: noCounts }));
  });

  test("takes of a filter's statuses only ERRORED, and is counted alike", async () => {
    const { datasetId, tasks } = await erroredTasks(2);
    const select = (statuses?: readonly TaskStatus[]) => ({
      tenantId,
      datasetId,
      filter: { tenantId, datasetId, statuses, text: tasks[0]!.taskId },
    });
    const redrive = (statuses?: readonly TaskStatus[]) =>
      inTransaction(db, (transaction) => redriveTasks(transaction, { ...select(statuses), fromBeginning: false }));
    for (const none of [[], ["COMPLETED"], ["RUNNING", "QUEUED"]] as const) {
      expect(await countRedrivable(db, select(none), 9)).toBe(0);
      expect(await redrive(none)).toEqual({ queued: 0, next: null });
    }
    expect(await countRedrivable(db, select(), 9)).toBe(1);
    expect(await countRedrivable(db, select(["COMPLETED", "ERRORED"]), 9)).toBe(1);
    expect(await redrive(["COMPLETED", "ERRORED"])).toMatchObject({ queued: 1 });
  });

  test("goes on behind the batch before, and takes no task twice that fails again between two", async () => {
    const { datasetId } = await erroredTasks(5);
    const redrive = (after: RedrivePlace | null) =>
      inTransaction(db, (transaction) =>
        redriveTasks(transaction, { tenantId, datasetId, fromBeginning: true, after, limit: 2 }),
      );
    const queued: number[] = [];
    let place: RedrivePlace | null = null;
    do {
      const batch: RedriveBatch = await redrive(place);
      queued.push(batch.queued);
      place = batch.next;
      for (const { taskId, lease } of await claimTasks(db, {
        workerId: "w",
        slots: 2,
        leaseSeconds: 600,
        datasetIds: [datasetId],
      })) {
        const error = { code: "SOURCE_NOT_FOUND", message: "gone" };
        await settleTask(db, { taskId, lease, outcome: { kind: "failed", counts: noCounts, error } });
      }
    } while (place);
    expect(queued).toEqual([2, 2, 1]);
    expect((await after(datasetId)).tasks).toMatchObject({ errored: 5, queued: 0 });
    expect((await after(datasetId)).counts).toEqual(noCounts);
    expect((await listErrorFiles(db, { tenantId, datasetId, limit: 9 })).items).toEqual([]);
  });

  test("a redrive that is rolled back moved nothing", async () => {
    const { datasetId } = await erroredTasks(1);
    const failed = inTransaction(db, async (transaction) => {
      await redriveTasks(transaction, { tenantId, datasetId, fromBeginning: true });
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect((await after(datasetId)).tasks).toMatchObject({ errored: 1, queued: 0 });
  });
});

test("deleting a dataset's contents leaves its row, usage and the datasets beside it", async () => {
  const { datasetId } = await erroredTasks(2);
  const beside = await erroredTasks(1);
  await addMeasurements(db, datasetId, null, [{ metric: "m", minute, count: 1, sum: 1, min: 1, max: 1 }]);
  await appendLogLines(
    db,
    ["a", "b", "c"].map((message) => ({
      ...{ datasetId, taskId: null, attempt: null, time: minute },
      ...{ level: "INFO", source: "ENGINE", message },
    })),
  );
  await deleteDatasetContents(db, datasetId, new AbortController().signal, 1);
  const where = { where: { datasetId } };
  const left = [db.task.count(where), db.errorFile.count(where), db.metricPoint.count(where)];
  expect(await Promise.all([...left, db.taskLogLine.count(where)])).toEqual([0, 0, 0, 0]);
  expect(await getDatasetById(db, datasetId)).not.toBeNull();
  expect(await db.task.count({ where: { datasetId: beside.datasetId } })).toBe(1);
});

test("contents whose next rows somebody else deletes meanwhile are deleted all the same, and none after an abort", async () => {
  const { datasetId } = await sampleDataset(db, tenantId);
  const line = { datasetId, taskId: null, attempt: null, time: minute, level: "INFO", source: "ENGINE" } as const;
  await appendLogLines(
    db,
    ["a", "b", "c"].map((message) => ({ ...line, message })),
  );
  const left = () => db.taskLogLine.count({ where: { datasetId } });
  await expect(deleteDatasetContents(db, datasetId, AbortSignal.abort(), 1)).rejects.toThrow();
  expect(await left()).toBe(3);
  let deleting: Promise<void> = Promise.resolve();
  await inTransaction(db, async (transaction) => {
    await transaction.$executeRaw`DELETE FROM task_log_line WHERE dataset_id = ${datasetId} AND message = 'a'`;
    deleting = deleteDatasetContents(db, datasetId, new AbortController().signal, 1);
    await expect.poll(() => waitsForALock(db), whileIdle).toBe(true);
  });
  await deleting;
  expect(await left()).toBe(0);
});

test("measurements of a minute add up for the task and the whole dataset", async () => {
  const { datasetId } = await sampleDataset(db, tenantId);
  const point = (sum: number, at = minute) => ({ metric: "records", minute: at, count: 1, sum, min: sum, max: sum });
  await Promise.all([
    addMeasurements(db, datasetId, "t1", [point(5), point(7)]),
    addMeasurements(db, datasetId, "t2", [point(1), point(2, minute + 60_000)]),
  ]);
  const query = { tenantId, datasetId, metrics: ["records"], from: minute, to: minute + 60_000 };
  expect(await queryMetrics(db, query)).toEqual([{ metric: "records", minute, count: 3, sum: 13, min: 1, max: 7 }]);
  expect(await queryMetrics(db, { ...query, taskId: "t1" })).toMatchObject([{ count: 2, sum: 12 }]);
  expect(await queryMetrics(db, { ...query, to: minute + 120_000 })).toHaveLength(2);
  expect(await queryMetrics(db, { ...query, tenantId: otherTenant })).toEqual([]);
});

test("usage metered twice is one record; lists are of the tenant, newest first, paged", async () => {
  const tenantId = await sampleTenant(db);
  const record = (usageId: string, eventStartTime: number): UsageRecord => ({
    usageId,
    tenantId,
    datasetId: null,
    taskId: null,
    resourceType: "compute",
    resource: "r",
    eventStartTime,
    eventEndTime: eventStartTime + 1,
    meteringDimension: "d",
    meteringUnit: "u",
    meteringValue: 1.5,
    billedStatus: "UNBILLED",
  });
  const ids = [1, 2, 3].map(() => randomUUID());
  const records = ids.map((id, index) => record(id, minute + index));
  expect(await addUsage(db, records.slice(0, 2))).toBe(2);
  expect(await addUsage(db, [{ ...records[1]!, meteringValue: 9 }, records[2]!])).toBe(1);
  const first = await listUsage(db, { tenantId, limit: 2 });
  expect(first.items).toEqual([records[2], records[1]]);
  expect((await listUsage(db, { tenantId, limit: 2, cursor: first.nextCursor! })).items).toEqual([records[0]]);
  expect((await listUsage(db, { tenantId: otherTenant, limit: 2 })).items).toEqual([]);
});

test("a request keeps its way from PENDING to its end", async () => {
  const { datasetId } = await sampleDataset(db, tenantId);
  const made = await createRequest(db, { tenantId, datasetId, userId: "u", kind: "REDRIVE", input: { a: 1 } });
  expect(made).toMatchObject({ status: "PENDING", endedAt: null, result: null });
  await updateRequest(db, made.requestId, { status: "RUNNING" });
  await updateRequest(db, made.requestId, { status: "SUCCEEDED", result: { tasks: 3 } });
  const found = await getRequest(db, tenantId, datasetId, made.requestId);
  expect(found).toMatchObject({ status: "SUCCEEDED", result: { tasks: 3 }, endedAt: expect.any(Number) });
  for (const status of ["RUNNING", "FAILED"] as const) {
    expect(await updateRequest(db, made.requestId, { status, result: null })).toBeNull();
  }
  expect(await getRequest(db, tenantId, made.datasetId, made.requestId)).toEqual(found);
  expect(await getRequest(db, otherTenant, datasetId, made.requestId)).toBeNull();
  expect((await listRequests(db, { tenantId, datasetId, limit: 5 })).items).toEqual([found]);
});

describe("idempotency keys", () => {
  test("the same call answers as the first did; another body is refused; another tenant's key is another key", async () => {
    const key = randomUUID();
    let done = 0;
    const call = (tenant: string, request: unknown) =>
      withIdempotencyKey(db, { tenantId: tenant, key, request }, async () => ({ done: ++done }));
    expect(await call(tenantId, { a: 1 })).toEqual({ done: 1 });
    expect(await call(tenantId, { a: 1 })).toEqual({ done: 1 });
    await expect(call(tenantId, { a: 2 })).rejects.toMatchObject({ code: "IDEMPOTENCY_KEY_REUSED" });
    expect(await call(otherTenant, { a: 2 })).toEqual({ done: 2 });
  });

  test("calls at one moment do the work once and answer alike; work that fails frees the key", async () => {
    const key = randomUUID();
    let done = 0;
    const call = () =>
      withIdempotencyKey(db, { tenantId, key, request: {} }, async (transaction) => {
        await transaction.$queryRaw`SELECT pg_sleep(0.2)::text`;
        return { done: ++done };
      });
    const failing = () =>
      withIdempotencyKey(db, { tenantId, key, request: {} }, async () => {
        throw new Error("no");
      });
    await expect(failing()).rejects.toThrow("no");
    expect(await Promise.all([call(), call(), call()])).toEqual(Array(3).fill({ done: 1 }));
  });
});

test("connections cut in the middle are DATABASE_UNAVAILABLE; the pool recovers and the process lives", async () => {
  const pool = createDatabase(server.url, { applicationName: "cut-me" });
  const cut = () => db.$queryRaw`
    SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE application_name = 'cut-me' AND pid <> pg_backend_pid()`;
  try {
    const sleeping = pool.$queryRaw`SELECT pg_sleep(60)::text`.catch((thrown: unknown) => thrown);
    const dataset = await sampleDataset(db, tenantId);
    const open = inTransaction(pool, async (transaction) => {
      await transaction.dataset.update({ where: { id: dataset.datasetId }, data: { concurrency: 99 } });
      await transaction.$queryRaw`SELECT pg_sleep(60)::text`;
    }).catch((thrown: unknown) => thrown);
    await vi.waitFor(
      async () => {
        const active = await db.$queryRaw<unknown[]>`
          SELECT pid FROM pg_stat_activity WHERE application_name = 'cut-me' AND query LIKE '%pg_sleep(60)%' AND state = 'active'`;
        expect(active).toHaveLength(2);
      },
      { timeout: 30_000 },
    );
    await cut();
    expect(await sleeping).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(await open).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    expect(await pool.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    expect((await getDatasetById(pool, dataset.datasetId))!.concurrency).toBe(dataset.concurrency);
    // Idle connections cut: the next query may meet a dead one once, then it works.
    await Promise.all([1, 2, 3].map(() => pool.$queryRaw`SELECT 1`));
    await cut();
    // A server process that was told to end still answers until it is its turn: behind it the next statement would fail.
    await expect
      .poll(() => db.$queryRaw`SELECT pid FROM pg_stat_activity WHERE application_name = 'cut-me'`, { timeout: 30_000 })
      .toEqual([]);
    await vi.waitFor(async () => expect(await pool.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]), {
      timeout: 30_000,
    });
    await transitionDataset(pool, dataset.datasetId, "initialise");
  } finally {
    await pool.$disconnect();
  }
});
