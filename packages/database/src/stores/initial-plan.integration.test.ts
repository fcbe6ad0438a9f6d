import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { sampleCompute, sampleDataset, samplePlans, sampleTenant } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { getDatasetById, transitionDataset } from "./dataset-store.ts";
import { beginPlan, finishPlan } from "./initial-plan.ts";
import { insertPlannedTasks, listTasks, type PlannedTask } from "./task-store.ts";

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

const signal = new AbortController().signal;
async function initialisingDataset(): Promise<string> {
  const { datasetId } = await sampleDataset(db, tenantId);
  await transitionDataset(db, datasetId, "initialise");
  return datasetId;
}
const begin = (datasetId: string, plan: string) => beginPlan(db, datasetId, plan, signal);
const insert = (datasetId: string, plan: string, tasks: readonly PlannedTask[]) =>
  insertPlannedTasks(db, datasetId, sampleCompute, tasks, plan);
const finish = (datasetId: string, plan: string) =>
  inTransaction(db, (transaction) => finishPlan(transaction, datasetId, plan));
/** The same places in another manifest: another object each. */
const otherPlans = (datasetId: string, count: number) =>
  samplePlans(datasetId, count).map((task) => ({ ...task, readerDefinition: { key: `other/${task.position}` } }));
const keysOf = async (datasetId: string) =>
  (await listTasks(db, { tenantId, datasetId, limit: 100 })).items.map(
    ({ readerDefinition }) => readerDefinition["key"],
  );
const storedDataset = async (datasetId: string) => (await getDatasetById(db, datasetId))!;

describe("the plan of an initialisation", () => {
  test("is not finished by tasks being there, but by being finished", async () => {
    const datasetId = await initialisingDataset();
    await begin(datasetId, "a");
    await insert(datasetId, "a", samplePlans(datasetId, 3));
    expect(await storedDataset(datasetId)).toMatchObject({ isPlanned: false, tasks: { totalTasks: 3, queued: 3 } });
    await finish(datasetId, "a");
    expect(await storedDataset(datasetId)).toMatchObject({ isPlanned: true, tasks: { totalTasks: 3, queued: 3 } });
  });

  test("goes on with the tasks of the same plan", async () => {
    const datasetId = await initialisingDataset();
    await begin(datasetId, "a");
    await insert(datasetId, "a", samplePlans(datasetId, 3));
    await begin(datasetId, "a");
    expect(await insert(datasetId, "a", samplePlans(datasetId, 5))).toBe(2);
    expect((await storedDataset(datasetId)).tasks).toMatchObject({ totalTasks: 5, queued: 5 });
  });

  test("begins without the tasks of another one, whatever became of them; counters follow", async () => {
    const datasetId = await initialisingDataset();
    await begin(datasetId, "a");
    await insert(datasetId, "a", samplePlans(datasetId, 10_003));
    await transitionDataset(db, datasetId, "initFailed");
    await transitionDataset(db, datasetId, "redrive");
    // Stopped before it was planned again: some of them end by it.
    await transitionDataset(db, datasetId, "stopWithError");
    await db.$executeRaw`SELECT letsdata_stop_waiting_tasks(${datasetId}, 2::int)`;
    expect((await storedDataset(datasetId)).tasks).toMatchObject({ totalTasks: 10_003, queued: 10_001, errored: 2 });
    await transitionDataset(db, datasetId, "drained");
    await transitionDataset(db, datasetId, "redrive");
    await begin(datasetId, "b");
    expect((await storedDataset(datasetId)).tasks).toEqual({
      totalTasks: 0,
      created: 0,
      queued: 0,
      running: 0,
      rerun: 0,
      completed: 0,
      errored: 0,
    });
    await insert(datasetId, "b", otherPlans(datasetId, 2));
    await finish(datasetId, "b");
    expect(await keysOf(datasetId)).toEqual(["other/0", "other/1"]);
  });

  test("begins anew where a stop ended some of its tasks unrun: they would never run", async () => {
    const datasetId = await initialisingDataset();
    await begin(datasetId, "a");
    await insert(datasetId, "a", samplePlans(datasetId, 3));
    await transitionDataset(db, datasetId, "initFailed");
    await transitionDataset(db, datasetId, "redrive");
    await transitionDataset(db, datasetId, "stopWithError");
    await db.$executeRaw`SELECT letsdata_stop_waiting_tasks(${datasetId}, 2::int)`;
    await transitionDataset(db, datasetId, "drained");
    await transitionDataset(db, datasetId, "redrive");
    await begin(datasetId, "a");
    expect(await insert(datasetId, "a", samplePlans(datasetId, 3))).toBe(3);
    await finish(datasetId, "a");
    expect((await storedDataset(datasetId)).tasks).toMatchObject({ totalTasks: 3, queued: 3, errored: 0 });
    const { items } = await listTasks(db, { tenantId, datasetId, limit: 10 });
    expect(items.map(({ status, stopReason }) => `${status} ${stopReason}`)).toEqual(Array(3).fill("QUEUED null"));
  });

  test("is never mixed with another one that was begun later, however two workers follow each other", async () => {
    const datasetId = await initialisingDataset();
    await begin(datasetId, "a");
    await insert(datasetId, "a", samplePlans(datasetId, 2));
    await begin(datasetId, "b");
    await expect(insert(datasetId, "a", samplePlans(datasetId, 4))).rejects.toMatchObject({ code: "LEASE_LOST" });
    await expect(finish(datasetId, "a")).rejects.toMatchObject({ code: "LEASE_LOST" });
    await insert(datasetId, "b", otherPlans(datasetId, 3));
    await finish(datasetId, "b");
    await expect(begin(datasetId, "a")).rejects.toMatchObject({ code: "LEASE_LOST" });
    await expect(insert(datasetId, "b", otherPlans(datasetId, 4))).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await keysOf(datasetId)).toEqual(["other/0", "other/1", "other/2"]);
    expect((await storedDataset(datasetId)).tasks).toMatchObject({ totalTasks: 3, queued: 3 });
  });

  test("of two that are begun and stored at the same moment one is whole and the other is told", async () => {
    for (let round = 0; round < 10; round++) {
      const datasetId = await initialisingDataset();
      const run = async (plan: string, tasks: readonly PlannedTask[]) => {
        await begin(datasetId, plan);
        for (const task of tasks) await insert(datasetId, plan, [task]);
        await finish(datasetId, plan);
        return tasks.map(({ readerDefinition }) => readerDefinition["key"]);
      };
      const runs = await Promise.allSettled([run("a", samplePlans(datasetId, 8)), run("b", otherPlans(datasetId, 6))]);
      const whole = runs.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      const told = runs.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      expect(told).toMatchObject([{ code: "LEASE_LOST" }]);
      expect(await keysOf(datasetId)).toEqual(whole[0]);
      expect((await storedDataset(datasetId)).tasks.totalTasks).toBe(whole[0]!.length);
    }
  });

  test("is not stored any more once its dataset is stopped or deleted", async () => {
    const datasetId = await initialisingDataset();
    await begin(datasetId, "a");
    await transitionDataset(db, datasetId, "delete");
    await expect(insert(datasetId, "a", samplePlans(datasetId, 1))).rejects.toMatchObject({ code: "LEASE_LOST" });
    await expect(begin(datasetId, "a")).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect((await storedDataset(datasetId)).tasks.totalTasks).toBe(0);
  });
});
