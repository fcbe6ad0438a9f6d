import { noCounts } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database, inTransaction } from "../database.ts";
import { processingDataset, sampleTenant, sparkDataset } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { type ClaimedTask, claimTasks } from "./claim-tasks.ts";
import { getDatasetById, transitionDataset } from "./dataset-store.ts";
import { redriveTasks } from "./redrive-tasks.ts";
import { settleDatasets } from "./settle-datasets.ts";
import { settleTask } from "./settle-task.ts";
import { getTask } from "./task-store.ts";

let server: TestDatabase;
let db: Database;
let tenantId: string;
beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url, { connectionsMax: 10 });
  tenantId = await sampleTenant(db);
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});

const claim = (datasetIds: readonly string[], slots = 10) =>
  claimTasks(db, { workerId: "w1", slots, leaseSeconds: 60, datasetIds });
const end = (task: ClaimedTask, kind: "completed" | "rerun") =>
  settleTask(db, { taskId: task.taskId, lease: task.lease, outcome: { kind, counts: noCounts } });
const fail = (task: ClaimedTask, code = "HANDLER_EXCEPTION") =>
  settleTask(db, {
    taskId: task.taskId,
    lease: task.lease,
    outcome: { kind: "failed", counts: noCounts, error: { code, message: "said" } },
  });
const statusOf = async (datasetId: string) => (await getDatasetById(db, datasetId))!.status;

test("a reducer is handed out when the last mapper is COMPLETED, and not while one waits, runs or is to run again", async () => {
  const { datasetId, reducerId } = await sparkDataset(db, tenantId, { mappers: 2 });
  const [first, second, ...more] = await claim([datasetId]);
  expect(more).toEqual([]);
  await end(first!, "completed");
  expect(await claim([datasetId])).toEqual([]);
  await end(second!, "rerun");
  const [again, ...none] = await claim([datasetId]);
  expect([again!.taskId, none]).toEqual([second!.taskId, []]);
  await end(again!, "completed");
  const [reducer] = await claim([datasetId]);
  expect(reducer!.taskId).toBe(reducerId);
  await end(reducer!, "completed");
  await settleDatasets(db);
  expect(await statusOf(datasetId)).toBe("COMPLETED");
});

test("a reducer alone does not wait, and held ones take no turn from other datasets", async () => {
  const alone = await sparkDataset(db, tenantId, { mappers: 0 });
  expect((await claim([alone.datasetId])).map(({ taskId }) => taskId)).toEqual([alone.reducerId]);

  const held = await sparkDataset(db, tenantId, { mappers: 1 });
  await claim([held.datasetId]);
  const other = await processingDataset(db, tenantId, { tasks: 1 });
  // With one slot a dataset whose only waiting task is held would be the one served longest ago, again and again.
  const [claimed] = await claim([held.datasetId, other.datasetId], 1);
  expect(claimed?.datasetId).toBe(other.datasetId);
});

test("a failed mapper fails the reducer once nothing runs any more; a redrive of the mapper alone takes it along", async () => {
  const { datasetId, reducerId } = await sparkDataset(db, tenantId, { mappers: 2 });
  const [first, second] = await claim([datasetId]);
  await fail(first!);
  await settleDatasets(db);
  const reducer = async () => (await getTask(db, tenantId, datasetId, reducerId))!;
  expect((await reducer()).status).toBe("QUEUED");
  await end(second!, "completed");
  await settleDatasets(db);
  expect(await reducer()).toMatchObject({
    status: "ERRORED",
    attempt: 0,
    lastError: { code: "MAPPERS_FAILED", message: "1 mapper failed: the reducer starts when all are COMPLETED." },
  });
  expect(await statusOf(datasetId)).toBe("ERRORED");

  await transitionDataset(db, datasetId, "redrive");
  const wanted = { tenantId, datasetId, taskIds: [first!.taskId], fromBeginning: false, followedBy: reducerId };
  expect(await inTransaction(db, (transaction) => redriveTasks(transaction, wanted))).toEqual({
    queued: 2,
    next: null,
  });
  expect(await statusOf(datasetId)).toBe("PROCESSING");
  const [again, ...none] = await claim([datasetId]);
  expect([again!.taskId, none]).toEqual([first!.taskId, []]);
  await end(again!, "completed");
  const [last] = await claim([datasetId]);
  expect(last!.taskId).toBe(reducerId);
  await end(last!, "completed");
  await settleDatasets(db);
  expect(await statusOf(datasetId)).toBe("COMPLETED");
});

test("a redrive of the reducer alone repeats no mapper, and one that finds nothing queues nothing", async () => {
  const { datasetId, reducerId } = await sparkDataset(db, tenantId, { mappers: 1 });
  const [mapper] = await claim([datasetId]);
  await end(mapper!, "completed");
  const [reducer] = await claim([datasetId]);
  await fail(reducer!);
  await settleDatasets(db);
  await transitionDataset(db, datasetId, "redrive");
  const redrive = (taskIds: readonly string[]) =>
    inTransaction(db, (transaction) =>
      redriveTasks(transaction, { tenantId, datasetId, taskIds, fromBeginning: true, followedBy: reducerId }),
    );
  expect(await redrive([mapper!.taskId])).toMatchObject({ queued: 0 });
  expect(await redrive([reducerId])).toMatchObject({ queued: 1 });
});

test("steps that their worker had to end have not failed, those that time out have: three times make a task ERRORED", async () => {
  const { datasetId } = await sparkDataset(db, tenantId, { mappers: 1 });
  for (let round = 0; round < 4; round++) {
    const [mapper] = await claim([datasetId]);
    expect((await end(mapper!, "rerun"))!.status).toBe("RERUN");
  }
  const statuses: string[] = [];
  for (let round = 0; round < 3; round++) {
    const [mapper] = await claim([datasetId]);
    statuses.push((await fail(mapper!, "TASK_TIMED_OUT"))!.status);
  }
  expect(statuses).toEqual(["RERUN", "RERUN", "ERRORED"]);
});
