import { testCheckpointStore } from "@letsdata/pipeline/testing/checkpoint-store-conformance";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { processingDataset, sampleTenant, written } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { createCheckpointStore, createCheckpointStores } from "./checkpoint-store.ts";
import { type ClaimedTask, claimTasks } from "./claim-tasks.ts";
import { getDatasetById, lockDataset } from "./dataset-store.ts";
import { createSettler } from "./settle-task.ts";
import { releaseExpiredLeases, renewLeases } from "./task-leases.ts";
import { listTasks } from "./task-store.ts";

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

let workers = 0;
const claimOne = async (datasetId: string) => {
  const workerId = `w${workers++}`;
  const [task] = await claimTasks(db, { workerId, slots: 1, leaseSeconds: 600, datasetIds: [datasetId] });
  return task!;
};

testCheckpointStore("PostgreSQL", async () => {
  const { datasetId } = await processingDataset(db, tenantId, { tasks: 1 });
  const { taskId } = (await listTasks(db, { tenantId, datasetId, limit: 1 })).items[0]!;
  return {
    store: createCheckpointStore(db),
    taskId,
    async lease() {
      // As if the time of the lease before had passed.
      await db.$executeRaw`UPDATE task SET lease_expires_at = now() - interval '1 second'
        WHERE id = ${taskId} AND status = 'RUNNING'`;
      await releaseExpiredLeases(db);
      return (await claimOne(datasetId)).lease;
    },
    async errorFiles() {
      const files = await db.errorFile.findMany({ where: { taskId } });
      return files.map(({ key, records, bytes }) => ({ key, records, bytes: Number(bytes) }));
    },
    async measurements() {
      const points = await db.metricPoint.findMany({ where: { taskId } });
      return points.map(({ metric, minute, count, sum, min, max }) => {
        return { metric, minute: minute.getTime(), count: Number(count), sum, min, max };
      });
    },
  };
});

test("a checkpoint moves the dataset's totals and measurements with the task's, and once when the save is repeated", async () => {
  const { datasetId } = await processingDataset(db, tenantId, { tasks: 2 });
  const minute = 1_767_225_600_000;
  for (const records of [10, 20]) {
    const { taskId, lease } = await claimOne(datasetId);
    const measurements = [{ metric: "records", minute, count: 1, sum: records, min: records, max: records }];
    const update = { position: null, counts: written(records), errorFiles: [], measurements };
    for (let repeats = 0; repeats < 2; repeats++) await createCheckpointStore(db).save(taskId, lease, update);
  }
  expect((await getDatasetById(db, datasetId))!.counts).toEqual(written(30));
  const ofDataset = await db.metricPoint.findMany({ where: { datasetId, taskId: "" } });
  expect(ofDataset).toMatchObject([{ sum: 30, min: 10, max: 20 }]);
});

test("checkpoints saved together are saved each for itself: totals add up, and a lost lease or what cannot be stored fails alone", async () => {
  const store = createCheckpointStore(db);
  const datasets = [
    await processingDataset(db, tenantId, { tasks: 8 }),
    await processingDataset(db, tenantId, { tasks: 8 }),
  ];
  const minute = 1_767_225_600_000;
  for (const { datasetId } of datasets) {
    const tasks = await claimTasks(db, { workerId: "together", slots: 8, leaseSeconds: 600, datasetIds: [datasetId] });
    expect(tasks).toHaveLength(8);
    const saves = tasks.map(({ taskId, lease }, n) => {
      const measurements = [{ metric: "records", minute, count: 1, sum: n, min: n, max: n }];
      const errorFiles = [{ key: "the/same.jsonl", records: 1, bytes: n }];
      // PostgreSQL has no NUL in its texts.
      const position = n === 2 ? { shard: "\u0000" } : { shard: n };
      const held = n === 1 ? { ...lease, token: lease.token + 1 } : lease;
      return store.save(taskId, held, { position, counts: written(10 + n), errorFiles, measurements });
    });
    const outcomes = await Promise.allSettled(saves);
    expect(outcomes.map(({ status }) => status)).toEqual(
      tasks.map((_, n) => (n === 1 || n === 2 ? "rejected" : "fulfilled")),
    );
    expect(outcomes[1]).toMatchObject({ reason: { code: "LEASE_LOST" } });
    const saved = [0, 3, 4, 5, 6, 7];
    const sum = saved.reduce((total, n) => total + n, 0);
    expect((await getDatasetById(db, datasetId))!.counts).toEqual(written(10 * saved.length + sum));
    const ofDataset = await db.metricPoint.findMany({ where: { datasetId, taskId: "" } });
    expect(ofDataset).toMatchObject([{ count: saved.length, sum, min: 0, max: 7 }]);
    expect(await db.errorFile.count({ where: { datasetId, key: "the/same.jsonl" } })).toBe(saved.length);
    for (const n of saved)
      expect(await store.load(tasks[n]!.taskId)).toEqual({ position: { shard: n }, counts: written(10 + n) });
  }
});

test("workers save, renew and end tasks of the same datasets at once without waiting for each other in a circle", async () => {
  const datasets = await Promise.all([1, 2].map(() => processingDataset(db, tenantId, { tasks: 24, concurrency: 24 })));
  const datasetIds = datasets.map(({ datasetId }) => datasetId);
  const minute = 1_767_225_600_000;
  const SAVES = 12;
  const work = async (workerId: string): Promise<void> => {
    const storeOf = createCheckpointStores(db);
    const settle = createSettler(db);
    const claim = () => claimTasks(db, { workerId, slots: 6, leaseSeconds: 600, datasetIds });
    const run = async ({ datasetId, taskId, lease }: ClaimedTask): Promise<void> => {
      for (let n = 1; n <= SAVES; n++) {
        const measurements = ["b", "a"].map((metric) => ({ metric, minute, count: 1, sum: n, min: n, max: n }));
        const update = { position: { n }, counts: written(n), errorFiles: [], measurements };
        await storeOf(datasetId).save(taskId, lease, update);
      }
      await settle({ datasetId, taskId, lease, outcome: { kind: "completed", counts: written(SAVES) } });
    };
    for (let tasks = await claim(); tasks.length > 0; tasks = await claim()) {
      const held = tasks.map(({ taskId, lease }) => ({ taskId, token: lease.token }));
      await Promise.all([...tasks.map(run), renewLeases(db, workerId, held, 600)]);
    }
  };
  await Promise.all(["one", "two", "three"].map(work));
  const read = await Promise.all(datasetIds.map(async (id) => (await getDatasetById(db, id))!.counts.recordsRead));
  expect(read).toEqual([24 * SAVES, 24 * SAVES]);
});

test("a dataset whose counters are held holds up the checkpoints and ends of no other, whatever came together", async () => {
  const datasets = await Promise.all([1, 2].map(() => processingDataset(db, tenantId, { tasks: 9, concurrency: 9 })));
  const [free, held] = datasets.map(({ datasetId }) => datasetId) as [string, string];
  const claim = (datasetId: string) =>
    claimTasks(db, { workerId: "beside", slots: 9, leaseSeconds: 600, datasetIds: [datasetId] });
  const [ofFree, ofHeld] = [await claim(free), await claim(held)];
  const storeOf = createCheckpointStores(db);
  const settle = createSettler(db);
  const run = async ({ datasetId, taskId, lease }: ClaimedTask): Promise<void> => {
    const update = { position: null, counts: written(1), errorFiles: [], measurements: [] };
    await storeOf(datasetId).save(taskId, lease, update);
    await settle({ datasetId, taskId, lease, outcome: { kind: "completed", counts: written(1) } });
  };
  let behind: Promise<unknown> = Promise.resolve();
  await inTransaction(db, async (transaction) => {
    await lockDataset(transaction, held);
    behind = Promise.all(ofHeld.map(run));
    await Promise.all(ofFree.map(run));
    expect((await getDatasetById(db, free))!.tasks).toMatchObject({ completed: 9 });
    expect((await getDatasetById(db, held))!.tasks).toMatchObject({ completed: 0 });
  });
  await behind;
  expect((await getDatasetById(db, held))!.tasks).toMatchObject({ completed: 9 });
});
