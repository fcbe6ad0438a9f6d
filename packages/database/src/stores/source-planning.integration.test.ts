import { noCounts } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { processingDataset, sampleCompute, samplePlans, sampleTenant } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { waitsForALock, whileIdle } from "../testing/waits-for-a-lock.ts";
import { claimTasks } from "./claim-tasks.ts";
import { getDatasetById, transitionDataset } from "./dataset-store.ts";
import { settleDatasets } from "./settle-datasets.ts";
import { settleTask } from "./settle-task.ts";
import { claimPlanning, expectMoreTasks, planAgainIn, plannedPositions, planningEnded } from "./source-planning.ts";
import { insertPlannedTasks } from "./task-store.ts";

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

describe("a source that may have more tasks", () => {
  test("keeps its dataset going until it was asked to the end after the last completed task, by one worker at a time", async () => {
    const { datasetId } = await processingDataset(db, tenantId, { tasks: 1 });
    await expectMoreTasks(db, datasetId);
    expect(await claimPlanning(db, 60)).toBeNull();
    const complete = async () => {
      const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 60, datasetIds: [datasetId] });
      const { taskId, lease } = task!;
      await settleTask(db, { taskId, lease, outcome: { kind: "completed", counts: noCounts } });
    };
    await complete();
    expect(await settleDatasets(db)).toEqual([]);

    const due = await claimPlanning(db, 60);
    expect(due).toEqual({ datasetId, completedTasks: 1, totalTasks: 1 });
    expect(await claimPlanning(db, 60)).toBeNull();
    expect(await plannedPositions(db, datasetId)).toEqual(
      new Map([["0", { completed: true, completedForMs: expect.any(Number) }]]),
    );
    await insertPlannedTasks(db, datasetId, sampleCompute, samplePlans(datasetId, 1, due!.totalTasks));
    await planningEnded(db, due!);
    await complete();
    expect(await settleDatasets(db)).toEqual([]);

    await planAgainIn(db, (await claimPlanning(db, 60))!, 60);
    expect(await claimPlanning(db, 60)).toBeNull();
    expect(await settleDatasets(db)).toEqual([]);
    await planAgainIn(db, { datasetId, completedTasks: 2, totalTasks: 2 }, 0);
    expect(await settleDatasets(db)).toEqual([]);

    await planningEnded(db, (await claimPlanning(db, 60))!);
    expect(await settleDatasets(db)).toMatchObject([{ datasetId, status: "COMPLETED" }]);
  });

  test("may be planned while somebody stops the dataset: each waits for the other, and neither is refused", async () => {
    const { datasetId } = await processingDataset(db, tenantId, { tasks: 1 });
    let stopping: ReturnType<typeof transitionDataset> | undefined;
    await inTransaction(db, async (planning) => {
      await planning.$queryRaw`SELECT 1 AS held FROM dataset_progress WHERE dataset_id = ${datasetId} FOR UPDATE`;
      stopping = transitionDataset(db, datasetId, "stopWithComplete");
      await expect.poll(() => waitsForALock(db), whileIdle).toBe(true);
      await insertPlannedTasks(planning, datasetId, sampleCompute, samplePlans(datasetId, 1, 1));
    });
    expect(await stopping).toMatchObject({ before: "PROCESSING", status: "STOPPING_COMPLETE" });
    expect(await db.task.count({ where: { datasetId } })).toBe(2);
  });
});

describe("more tasks of a source that has none yet", () => {
  /** A dataset that is due to be planned: one of its two tasks is COMPLETED. */
  async function duePlanning() {
    const { datasetId } = await processingDataset(db, tenantId, { tasks: 2 });
    await expectMoreTasks(db, datasetId);
    const [task] = await claimTasks(db, { workerId: "w", slots: 1, leaseSeconds: 60, datasetIds: [datasetId] });
    const outcome = { kind: "completed", counts: noCounts } as const;
    await settleTask(db, { taskId: task!.taskId, lease: task!.lease, outcome });
    return datasetId;
  }

  test.each(["stopped", "settled", "deleted"])("are not stored once the dataset is %s", async (how) => {
    const datasetId = await duePlanning();
    await transitionDataset(db, datasetId, "stopWithError");
    if (how !== "stopped") await settleDatasets(db);
    if (how === "deleted") {
      await transitionDataset(db, datasetId, "delete");
      await transitionDataset(db, datasetId, "released");
    }
    const late = insertPlannedTasks(db, datasetId, sampleCompute, samplePlans(datasetId, 1, 2));
    await expect(late).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect((await getDatasetById(db, datasetId))!.tasks.totalTasks).toBe(2);
    expect(await db.task.count({ where: { datasetId } })).toBe(2);
  });

  test("do not follow a task that somebody stopped: it was not read out, whatever it ended as", async () => {
    const datasetId = await duePlanning();
    await transitionDataset(db, datasetId, "stopWithComplete");
    expect(await settleDatasets(db)).toMatchObject([{ datasetId, status: "COMPLETED" }]);
    const positions = [...(await plannedPositions(db, datasetId)).values()];
    expect(positions.map(({ completed }) => completed).toSorted()).toEqual([false, true]);
  });

  test("are asked for in turn: a source whose planning outlasts its lease is behind those that wait", async () => {
    const [first, second] = [await duePlanning(), await duePlanning()].toSorted();
    const claim = async () => (await claimPlanning(db, 60))?.datasetId;
    const leaseOver = (datasetId: string, secondsAgo: number) =>
      planAgainIn(db, { datasetId, completedTasks: 1, totalTasks: 2 }, -secondsAgo);
    expect([await claim(), await claim()]).toEqual([first, second]);
    await leaseOver(second!, 10);
    await leaseOver(first!, 5);
    expect([await claim(), await claim(), await claim()]).toEqual([second, first, undefined]);
    for (const datasetId of [first!, second!]) await transitionDataset(db, datasetId, "stopWithError");
  });
});
