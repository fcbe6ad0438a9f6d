import { noCounts } from "@letsdata/pipeline/ports";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDatabase, type Database } from "../database.ts";
import { processingDataset, sampleTenant } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { type ClaimedTask, claimTasks } from "./claim-tasks.ts";
import { getDatasetById, transitionDataset } from "./dataset-store.ts";
import { createSettler, type SettleTasks } from "./settle-task.ts";

let server: TestDatabase;
let db: Database;
let tenantId: string;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url, { connectionsMax: 20 });
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});
beforeEach(async () => {
  // Successors are of any dataset: those of other tests have had their time.
  await db.$executeRaw`UPDATE dataset SET status = 'COMPLETED'`;
  tenantId = await sampleTenant(db);
});

const complete = (settle: SettleTasks, { datasetId, taskId, lease }: ClaimedTask) =>
  settle({ datasetId, taskId, lease, outcome: { kind: "completed", counts: noCounts } });

/** A worker that claims `slots` once and then lives on what it gets for what it ends. Returns what it got, in order. */
async function liveOnSuccessors(workerId: string, slots: number): Promise<ClaimedTask[]> {
  const got: ClaimedTask[] = [];
  const underWay = new Set<Promise<void>>();
  const start = (claimed: readonly ClaimedTask[]) => {
    for (const task of claimed) {
      got.push(task);
      const end: Promise<void> = complete(settle, task).then(() => void underWay.delete(end));
      underWay.add(end);
    }
  };
  const settle = createSettler(db, { claim: () => ({ workerId, leaseSeconds: 60 }), start });
  start(await claimTasks(db, { workerId, slots, leaseSeconds: 60 }));
  while (underWay.size > 0) await Promise.race(underWay);
  return got;
}

test("who ends tasks gets as many, until none waits", async () => {
  const { datasetId } = await processingDataset(db, tenantId, { tasks: 40, concurrency: 4 });
  const got = await liveOnSuccessors("w", 4);
  expect(new Set(got.map(({ taskId }) => taskId)).size).toBe(40);
  expect((await getDatasetById(db, datasetId))!.tasks).toMatchObject({ completed: 40, running: 0 });
});

test("workers that end tasks of the same datasets share each dataset's concurrency and lock nobody out", async () => {
  const datasets = [];
  for (const concurrency of [1, 2, 5]) datasets.push(await processingDataset(db, tenantId, { tasks: 60, concurrency }));
  const watch = new Client({ connectionString: server.url });
  await watch.connect();
  let over = false;
  const tooMany: unknown[] = [];
  const watcher = (async () => {
    while (!over) {
      const { rows } = await watch.query(
        `SELECT d.id FROM dataset d JOIN task t ON t.dataset_id = d.id AND t.status = 'RUNNING'
         WHERE d.tenant_id = $1 GROUP BY d.id, d.concurrency HAVING count(*) > d.concurrency`,
        [tenantId],
      );
      tooMany.push(...rows);
    }
  })();
  const ended = new Set<string>();
  const worker = async (name: string) => {
    // Whoever was passed over asks again, as a worker's next pass does.
    while (ended.size < 180) for (const { taskId } of await liveOnSuccessors(name, 3)) ended.add(taskId);
  };
  await Promise.all(["a", "b", "c", "d"].map(worker)).finally(async () => {
    over = true;
    await watcher;
    await watch.end();
  });
  expect(tooMany).toEqual([]);
  for (const { datasetId } of datasets)
    expect((await getDatasetById(db, datasetId))!.tasks).toMatchObject({ completed: 60, running: 0 });
});

test("a dataset that waits longer comes before the one whose task ended", async () => {
  const first = await processingDataset(db, tenantId, { tasks: 5, concurrency: 1 });
  const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 60 });
  const second = await processingDataset(db, tenantId, { tasks: 5, concurrency: 1 });
  const successors: ClaimedTask[] = [];
  const settle = createSettler(db, {
    claim: () => ({ workerId: "w", leaseSeconds: 60 }),
    start: (claimed) => successors.push(...claimed),
  });
  await complete(settle, task!);
  await complete(settle, successors[0]!);
  expect(successors.map(({ datasetId }) => datasetId)).toEqual([second.datasetId, first.datasetId]);
});

test("counters that somebody else holds are not waited for", async () => {
  const held = await processingDataset(db, tenantId, { tasks: 5, concurrency: 5 });
  const own = await processingDataset(db, tenantId, { tasks: 5, concurrency: 5 });
  const tasks = await claimTasks(db, { workerId: "w", slots: 2, leaseSeconds: 60, datasetIds: [own.datasetId] });
  const holder = new Client({ connectionString: server.url });
  await holder.connect();
  try {
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM dataset_progress WHERE dataset_id = $1 FOR UPDATE", [held.datasetId]);
    const successors: ClaimedTask[] = [];
    const settle = createSettler(db, {
      claim: () => ({ workerId: "w", leaseSeconds: 60 }),
      start: (claimed) => successors.push(...claimed),
    });
    await Promise.all(tasks.map((task) => complete(settle, task)));
    expect(successors.map(({ datasetId }) => datasetId)).toEqual([own.datasetId, own.datasetId]);
  } finally {
    await holder.end();
  }
});

test("no successor where the lease was lost, the dataset stops, or the worker drains", async () => {
  const dataset = await processingDataset(db, tenantId, { tasks: 9, concurrency: 9 });
  const tasks = await claimTasks(db, { workerId: "w", slots: 3, leaseSeconds: 60 });
  const started: ClaimedTask[] = [];
  let draining = false;
  const settle = createSettler(db, {
    claim: () => (draining ? null : { workerId: "w", leaseSeconds: 60 }),
    start: (claimed) => started.push(...claimed),
  });
  const stolen = { ...tasks[0]!, lease: { workerId: "w", token: 999 } };
  await expect(complete(settle, stolen)).rejects.toMatchObject({ code: "LEASE_LOST" });
  draining = true;
  await complete(settle, tasks[1]!);
  draining = false;
  await transitionDataset(db, dataset.datasetId, "stopWithError");
  await complete(settle, tasks[2]!);
  expect(started).toEqual([]);
});
