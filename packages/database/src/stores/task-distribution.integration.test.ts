import { taskIdOf } from "@letsdata/dataset/task-id";
import { noCounts } from "@letsdata/pipeline/ports";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { processingDataset, sampleCompute, samplePlans, sampleTenant, written } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { waitsForALock, whileIdle } from "../testing/waits-for-a-lock.ts";
import { createCheckpointStore } from "./checkpoint-store.ts";
import { type ClaimedTask, claimTasks } from "./claim-tasks.ts";
import { getDatasetById, lockDataset, transitionDataset } from "./dataset-store.ts";
import { settleDatasets } from "./settle-datasets.ts";
import { settleTask } from "./settle-task.ts";
import { releaseExpiredLeases, renewLeases } from "./task-leases.ts";
import { countTasks, getTask, insertPlannedTasks, listTasks } from "./task-store.ts";

let server: TestDatabase;
let db: Database;
let tenantId: string;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url, { connectionsMax: 20 });
  tenantId = await sampleTenant(db);
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});

const save = (task: ClaimedTask, records: number) =>
  createCheckpointStore(db).save(task.taskId, task.lease, {
    position: { offset: records },
    counts: written(records),
    errorFiles: [],
    measurements: [],
  });
const claim = (datasetId: string, slots: number, workerId = "w1", leaseSeconds = 600) =>
  claimTasks(db, { workerId, slots, leaseSeconds, datasetIds: [datasetId] });
const statusOf = async (datasetId: string) => (await getDatasetById(db, datasetId))!.status;
const taskOf = async (task: ClaimedTask) => (await getTask(db, tenantId, task.datasetId, task.taskId))!;
/** As if the lease's time had passed. */
const expire = (taskId: string) =>
  db.$executeRaw`UPDATE task SET lease_expires_at = now() - interval '1 second' WHERE id = ${taskId}`;

describe("claiming", () => {
  test("never runs more tasks than the concurrency, whatever number of workers claims", async () => {
    const concurrency = 7;
    const dataset = await processingDataset(db, tenantId, { tasks: 300, concurrency });
    const watch = new Client({ connectionString: server.url });
    await watch.connect();
    // Of the test's own time as much as leaves it to say what was wrong.
    const deadline = Date.now() + 150_000;
    let watching = true;
    let most = 0;
    const watcher = (async () => {
      while (watching && Date.now() < deadline) {
        const { rows } = await watch.query(
          "SELECT count(*)::int AS running FROM task WHERE dataset_id = $1 AND status = 'RUNNING'",
          [dataset.datasetId],
        );
        most = Math.max(most, rows[0].running);
      }
    })();
    const finished = new Set<string>();
    await Promise.all(
      Array.from({ length: 12 }, async (_, worker) => {
        while (finished.size < 300 && Date.now() < deadline) {
          for (const task of await claim(dataset.datasetId, 3, `w${worker}`)) {
            await save(task, 1);
            await settleTask(db, {
              taskId: task.taskId,
              lease: task.lease,
              outcome: { kind: "completed", counts: written(1) },
            });
            expect(finished.has(task.taskId)).toBe(false);
            finished.add(task.taskId);
          }
        }
      }),
    ).finally(async () => {
      watching = false;
      await watcher;
      await watch.end();
    });
    expect(finished.size).toBe(300);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(concurrency);
    const after = (await getDatasetById(db, dataset.datasetId))!;
    expect(after.tasks).toMatchObject({ totalTasks: 300, completed: 300, running: 0, queued: 0 });
    expect(after.counts).toEqual(written(300));
  });

  test("many claims at one moment share exactly the free places", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 50, concurrency: 5 });
    const claimed = await Promise.all(Array.from({ length: 15 }, (_, i) => claim(dataset.datasetId, 4, `w${i}`)));
    expect(claimed.flat()).toHaveLength(5);
    expect(new Set(claimed.flat().map((task) => task.taskId)).size).toBe(5);
  });

  test("datasets get their turn whatever their size", async () => {
    const big = await processingDataset(db, tenantId, { tasks: 100, concurrency: 100 });
    const small = await processingDataset(db, tenantId, { tasks: 2, concurrency: 100 });
    const datasetIds = [big.datasetId, small.datasetId];
    const claimed = await claimTasks(db, { workerId: "w", slots: 10, leaseSeconds: 600, datasetIds });
    expect(claimed).toHaveLength(10);
    expect(claimed.filter((task) => task.datasetId === small.datasetId)).toHaveLength(2);
  });

  test("a dataset whose tasks wait for later takes no place of one that can run", async () => {
    const later = await processingDataset(db, tenantId, { tasks: 2 });
    await db.$executeRaw`UPDATE task SET available_at = now() + interval '300 seconds' WHERE dataset_id = ${later.datasetId}`;
    const now = await processingDataset(db, tenantId, { tasks: 1 });
    await db.$executeRaw`UPDATE dataset_progress SET last_claimed_at = now() WHERE dataset_id = ${now.datasetId}`;
    const datasetIds = [later.datasetId, now.datasetId];
    const claimed = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 600, datasetIds });
    expect(claimed.map(({ datasetId }) => datasetId)).toEqual([now.datasetId]);
  });

  test("waits for no dataset's counters where those of another are free or in hand", async () => {
    const datasets = [
      await processingDataset(db, tenantId, { tasks: 2 }),
      await processingDataset(db, tenantId, { tasks: 2 }),
    ];
    const datasetIds = datasets.map(({ datasetId }) => datasetId).sort();
    const [free, held] = datasetIds as [string, string];
    await inTransaction(db, async (transaction) => {
      await lockDataset(transaction, held);
      const claimed = await claimTasks(db, { workerId: "w", slots: 4, leaseSeconds: 600, datasetIds });
      expect(claimed.map(({ datasetId }) => datasetId)).toEqual([free, free]);
    });
    expect(await claim(held, 4)).toHaveLength(2);
  });

  test("waits for the counters of the only dataset that has tasks", async () => {
    const { datasetId } = await processingDataset(db, tenantId, { tasks: 2 });
    let claimed: Promise<ClaimedTask[]> = Promise.resolve([]);
    await inTransaction(db, async (transaction) => {
      await lockDataset(transaction, datasetId);
      claimed = claim(datasetId, 4);
      await expect.poll(() => waitsForALock(db), whileIdle).toBe(true);
    });
    expect(await claimed).toHaveLength(2);
  });

  test("only PROCESSING datasets hand out tasks", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 3 });
    await transitionDataset(db, dataset.datasetId, "stopWithError");
    expect(await claim(dataset.datasetId, 3)).toEqual([]);
  });

  test("a claim carries the checkpoint and a rising token", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const [first] = await claim(dataset.datasetId, 1);
    await save(first!, 500);
    await settleTask(db, {
      taskId: first!.taskId,
      lease: first!.lease,
      outcome: { kind: "rerun", counts: written(500) },
    });
    const [second] = await claim(dataset.datasetId, 1, "w2");
    expect(second!.checkpoint).toEqual({ position: { offset: 500 }, counts: written(500) });
    expect(second!.lease.token).toBeGreaterThan(first!.lease.token);
    expect(second!.attempt).toBe(2);
  });
});

describe("fencing", () => {
  test("a worker whose lease was released can neither checkpoint nor settle", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const [zombie] = await claim(dataset.datasetId, 1, "zombie");
    await expire(zombie!.taskId);
    expect(await releaseExpiredLeases(db)).toMatchObject([{ taskId: zombie!.taskId, status: "RERUN" }]);
    await expect(save(zombie!, 5)).rejects.toMatchObject({ code: "LEASE_LOST" });
    const [heir] = await claim(dataset.datasetId, 1, "heir");
    await expect(save(zombie!, 5)).rejects.toMatchObject({ code: "LEASE_LOST" });
    const outcome = { kind: "completed", counts: noCounts } as const;
    await expect(settleTask(db, { taskId: zombie!.taskId, lease: zombie!.lease, outcome })).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
    await save(heir!, 9);
    expect((await taskOf(heir!)).counts).toEqual(written(9));
    expect((await taskOf(heir!)).attempts.map((attempt) => attempt.outcome)).toEqual(["LEASE_EXPIRED", null]);
  });

  test("renewing keeps own leases, names lost ones and tasks that must stop", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 2 });
    const [kept, lost] = await claim(dataset.datasetId, 2);
    await expire(lost!.taskId);
    await releaseExpiredLeases(db);
    await expire(kept!.taskId);
    const held = [kept!, lost!].map((task) => ({ taskId: task.taskId, token: task.lease.token }));
    expect(await renewLeases(db, "w1", held, 600)).toEqual({ lost: [lost!.taskId], busy: [], stop: [] });
    expect(await releaseExpiredLeases(db)).toEqual([]);
    await transitionDataset(db, dataset.datasetId, "stopWithComplete");
    expect((await renewLeases(db, "w1", held.slice(0, 1), 600)).stop).toEqual([
      { taskId: kept!.taskId, datasetStatus: "STOPPING_COMPLETE" },
    ]);
  });

  test("a row that another transaction holds keeps no other lease from being renewed, and is no lost one", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 2 });
    const [free, busy] = await claim(dataset.datasetId, 2);
    const held = [free!, busy!].map((task) => ({ taskId: task.taskId, token: task.lease.token }));
    await expire(free!.taskId);
    const holder = new Client({ connectionString: server.url });
    await holder.connect();
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT 1 FROM task WHERE id = $1 FOR UPDATE", [busy!.taskId]);
      expect(await renewLeases(db, "w1", held, 600)).toEqual({ lost: [], busy: [busy!.taskId], stop: [] });
      expect(await releaseExpiredLeases(db)).toEqual([]);
      const confirming = renewLeases(db, "w1", held, 1_200, { waits: true });
      const blocked = "SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))";
      await expect.poll(async () => (await holder.query(blocked)).rowCount).toBeGreaterThan(0);
      await holder.query("COMMIT");
      expect(await confirming).toEqual({ lost: [], busy: [], stop: [] });
      const [row] = await db.$queryRaw<{ left: number }[]>`
        SELECT extract(epoch FROM lease_expires_at - clock_timestamp())::float8 AS left FROM task WHERE id = ${busy!.taskId}`;
      expect(row!.left).toBeGreaterThan(600);
    } finally {
      await holder.end();
    }
  });
});

describe("settling", () => {
  const settle = (task: ClaimedTask, outcome: Parameters<typeof settleTask>[1]["outcome"]) =>
    settleTask(db, { taskId: task.taskId, lease: task.lease, outcome });

  test("COMPLETED is refused while the balance does not close", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 2 });
    const [open, unsaved] = await claim(dataset.datasetId, 2);
    const counts = { ...written(10), documentsWritten: 9 };
    await createCheckpointStore(db).save(open!.taskId, open!.lease, {
      position: null,
      counts,
      errorFiles: [],
      measurements: [],
    });
    expect(await settle(open!, { kind: "completed", counts })).toMatchObject({
      status: "ERRORED",
      code: "BALANCE_BROKEN",
    });
    expect(await settle(unsaved!, { kind: "completed", counts: written(3) })).toMatchObject({ code: "BALANCE_BROKEN" });
    await settleDatasets(db);
    expect(await statusOf(dataset.datasetId)).toBe("ERRORED");
  });

  test("three attempts without progress end it and keep the last error; progress starts the count again", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const failed = { kind: "failed", counts: noCounts, error: { code: "TASK_TIMED_OUT", message: "300 s" } } as const;
    const attempt = async (progress: boolean) => {
      const [task] = await claim(dataset.datasetId, 1);
      if (progress) await save(task!, 7);
      return settle(task!, failed);
    };
    const codes = [];
    for (const progress of [false, false, true, false, false]) codes.push((await attempt(progress))!.status);
    expect(codes).toEqual(["RERUN", "RERUN", "RERUN", "RERUN", "RERUN"]);
    expect(await attempt(false)).toMatchObject({ status: "ERRORED", code: "NO_PROGRESS" });
    const task = (await listTasks(db, { tenantId, datasetId: dataset.datasetId, limit: 1 })).items[0]!;
    expect(task.lastError).toMatchObject({ code: "NO_PROGRESS", previous: { code: "TASK_TIMED_OUT" } });
    expect(task.attempts).toHaveLength(6);
  });

  test("a lost worker is not the task's fault: its task runs again well beyond three times, but not for ever", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const statuses: string[] = [];
    for (let round = 0; round < 10; round++) {
      const [task] = await claim(dataset.datasetId, 1);
      await expire(task!.taskId);
      statuses.push((await releaseExpiredLeases(db))[0]!.status);
    }
    expect(statuses).toEqual([...Array(9).fill("RERUN"), "ERRORED"]);
  });

  test("an attempt that moved and was stopped parts the leases lost before it from those after", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const lose = async (times: number) => {
      const statuses: string[] = [];
      for (let round = 0; round < times; round++) {
        const [task] = await claim(dataset.datasetId, 1);
        await expire(task!.taskId);
        statuses.push((await releaseExpiredLeases(db))[0]!.status);
      }
      return statuses;
    };
    await lose(9);
    const [moved] = await claim(dataset.datasetId, 1);
    await save(moved!, 7);
    expect(await settle(moved!, { kind: "stopped", counts: written(7) })).toMatchObject({ status: "RERUN" });
    expect(await lose(10)).toEqual([...Array(9).fill("RERUN"), "ERRORED"]);
  });

  test("failures that cannot be cured by repeating end at once", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const [task] = await claim(dataset.datasetId, 1);
    const error = { code: "SOURCE_NOT_FOUND", message: "no such object" };
    expect(await settle(task!, { kind: "failed", counts: noCounts, error })).toMatchObject({
      status: "ERRORED",
      code: "SOURCE_NOT_FOUND",
    });
    expect(await countTasks(db, { tenantId, datasetId: dataset.datasetId, errorCode: "SOURCE_NOT_FOUND" })).toBe(1);
  });

  test("a worker's machine that cannot start attempts is not the task's fault: it waits, keeps the error and runs again", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const error = { code: "MACHINE_FAILED", message: "no space left on the disk (ENOSPC)" };
    for (let attempt = 1; attempt <= 5; attempt++) {
      const [task] = await claim(dataset.datasetId, 1);
      const { taskId, lease } = task!;
      const outcome = { kind: "failed", counts: noCounts, error } as const;
      expect(await settleTask(db, { taskId, lease, outcome, delaySeconds: 300 })).toMatchObject({
        status: "RERUN",
        code: "MACHINE_FAILED",
      });
      expect((await taskOf(task!)).lastError).toMatchObject(error);
      expect(await claim(dataset.datasetId, 1)).toEqual([]);
      await db.$executeRaw`UPDATE task SET available_at = available_at - interval '300 seconds' WHERE id = ${taskId}`;
    }
  });

  test("a dataset completes with its last task and closes its run", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 1 });
    const [task] = await claim(dataset.datasetId, 1);
    await settleDatasets(db);
    expect(await statusOf(dataset.datasetId)).toBe("PROCESSING");
    await settle(task!, { kind: "completed", counts: noCounts });
    await Promise.all([settleDatasets(db), settleDatasets(db)]);
    const after = (await getDatasetById(db, dataset.datasetId))!;
    expect(after.status).toBe("COMPLETED");
    expect(after.runs).toHaveLength(1);
    expect(after.runs[0]!.endedAt).not.toBeNull();
  });

  test("a stopped dataset drains: waiting tasks end with a reason, running ones at their checkpoint", async () => {
    for (const [event, ended, settled] of [
      ["stopWithError", "ERRORED", "ERRORED"],
      ["stopWithComplete", "COMPLETED", "COMPLETED"],
    ] as const) {
      const dataset = await processingDataset(db, tenantId, { tasks: 5 });
      const [task] = await claim(dataset.datasetId, 1);
      await transitionDataset(db, dataset.datasetId, event);
      await settleDatasets(db);
      expect(await statusOf(dataset.datasetId)).toMatch(/^STOPPING/);
      await settle(task!, { kind: "stopped", counts: noCounts });
      await settleDatasets(db);
      expect(await statusOf(dataset.datasetId)).toBe(settled);
      const { items } = await listTasks(db, { tenantId, datasetId: dataset.datasetId, limit: 10 });
      expect(items.map((item) => `${item.status} ${item.stopReason}`)).toEqual(Array(5).fill(`${ended} STOPPED`));
    }
  });
});

describe("planning and listing", () => {
  test("the same plan twice is one plan", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 0 });
    const plans = samplePlans(dataset.datasetId, 1500);
    const halves = [plans.slice(0, 1000), plans.slice(500), plans.slice(0, 1000), plans.slice(500)];
    const inserted = await Promise.all(
      halves.map((half) => insertPlannedTasks(db, dataset.datasetId, sampleCompute, half)),
    );
    expect(inserted.reduce((sum, count) => sum + count)).toBe(1500);
    expect((await getDatasetById(db, dataset.datasetId))!.tasks).toMatchObject({ totalTasks: 1500, queued: 1500 });
  });

  test("pages are complete and without doubles while tasks are added", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 0 });
    await insertPlannedTasks(db, dataset.datasetId, sampleCompute, samplePlans(dataset.datasetId, 500));
    for (const order of ["asc", "desc"] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      let added = 0;
      do {
        const page = await listTasks(db, { tenantId, datasetId: dataset.datasetId, order, limit: 70, cursor });
        seen.push(...page.items.map((task) => task.taskId));
        cursor = page.nextCursor ?? undefined;
        const from = (order === "asc" ? 10_000 : 20_000) + added++;
        await insertPlannedTasks(db, dataset.datasetId, sampleCompute, samplePlans(dataset.datasetId, 1, from));
      } while (cursor);
      expect(new Set(seen).size).toBe(seen.length);
      for (let at = 0; at < 500; at++) expect(seen).toContain(taskIdOf(dataset.datasetId, String(at)));
    }
  });

  test("filters by status, text and tenant", async () => {
    const dataset = await processingDataset(db, tenantId, { tasks: 120, concurrency: 5 });
    await claim(dataset.datasetId, 5);
    const filter = { tenantId, datasetId: dataset.datasetId };
    expect((await listTasks(db, { ...filter, statuses: ["RUNNING"], limit: 50 })).items).toHaveLength(5);
    expect((await listTasks(db, { ...filter, statuses: ["RUNNING", "QUEUED"], limit: 500 })).items).toHaveLength(120);
    expect((await listTasks(db, { ...filter, text: "FILE-119.gz", limit: 50 })).items.map((t) => t.ordinal)).toEqual([
      119,
    ]);
    expect((await listTasks(db, { ...filter, text: "100%", limit: 50 })).items).toEqual([]);
    expect(await countTasks(db, { ...filter, statuses: ["RUNNING"] })).toBe(5);
    const other = await sampleTenant(db);
    expect((await listTasks(db, { ...filter, tenantId: other, limit: 50 })).items).toEqual([]);
    await expect(listTasks(db, { ...filter, limit: 5, cursor: "nonsense" })).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
  });
});
