import { createDatabase, type Database } from "@letsdata/database/database";
import { getDatasetById } from "@letsdata/database/stores/dataset-store";
import { processingDataset, sampleTenant } from "@letsdata/database/testing/sample-rows";
import { startTestDatabase, type TestDatabase } from "@letsdata/database/testing/start-test-database";
import { noCounts } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RunningTasks } from "../running-tasks.ts";
import { createTaskScheduler } from "./schedule-tasks.ts";

const SLOTS = 3;
let server: TestDatabase;
let db: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  db = createDatabase(server.url, { connectionsMax: 10 });
});
afterAll(async () => {
  await db?.$disconnect();
  await server?.stop();
});
beforeEach(async () => {
  // Those of other tests have had their time.
  await db.$executeRaw`UPDATE dataset SET status = 'COMPLETED'`;
});

test("slots are filled again by whoever ends, never over their number, and none after a drain", async () => {
  const { datasetId } = await processingDataset(db, await sampleTenant(db), { tasks: 60, concurrency: 10 });
  const running = new RunningTasks(SLOTS);
  let attempts = 0;
  let most = 0;
  let ended = 0;
  let begunAfterDrain = 0;
  const scheduler = createTaskScheduler({
    database: db,
    workerId: "w",
    leaseSeconds: 60,
    running,
    async run({ datasetId, taskId, lease }, { drain }, settle) {
      if (drain.signal.aborted) begunAfterDrain++;
      attempts++;
      most = Math.max(most, attempts - ended);
      if (ended === 20) scheduler.drain();
      // What settles is not run any more.
      ended++;
      await settle({ datasetId, taskId, lease, outcome: { kind: "completed", counts: noCounts } });
    },
    isResting: () => false,
    onEnded: () => {},
  });
  await scheduler.fillSlots();
  await running.allEnded();
  await scheduler.fillSlots();
  expect(begunAfterDrain).toBe(0);
  expect(most).toBeLessThanOrEqual(SLOTS);
  const { tasks } = (await getDatasetById(db, datasetId))!;
  expect(tasks).toMatchObject({ running: 0, completed: attempts });
  expect(attempts).toBeGreaterThan(20);
  expect(attempts).toBeLessThan(60);
});

test("what a claim brings that was under way when the drain began goes back, and has cost its tasks no attempt without progress", async () => {
  const { datasetId } = await processingDataset(db, await sampleTenant(db), { tasks: 2, concurrency: 2 });
  for (let restart = 0; restart < 4; restart++) {
    const running = new RunningTasks(SLOTS);
    const scheduler = createTaskScheduler({
      database: db,
      workerId: `w${restart}`,
      leaseSeconds: 60,
      running,
      run: () => Promise.reject(new Error("nothing is run")),
      isResting: () => false,
      onEnded: () => {},
    });
    const claiming = scheduler.fillSlots();
    scheduler.drain();
    await claiming;
    await running.allEnded();
  }
  const handedOut = await db.taskAttempt.count({ where: { task: { datasetId } } });
  expect(handedOut).toBe(8);
  expect((await getDatasetById(db, datasetId))!.tasks).toMatchObject({ running: 0, errored: 0, rerun: 2 });
});

test("workers that stop before anything was read cost their tasks no attempt without progress, however often", async () => {
  const { datasetId } = await processingDataset(db, await sampleTenant(db), { tasks: 1, concurrency: 1 });
  for (let restart = 0; restart < 4; restart++) {
    const running = new RunningTasks(SLOTS);
    const scheduler = createTaskScheduler({
      database: db,
      workerId: `slow${restart}`,
      leaseSeconds: 60,
      running,
      async run({ datasetId, taskId, lease }, { drain }, settle) {
        await new Promise((resolve) => drain.signal.addEventListener("abort", resolve));
        await settle({ datasetId, taskId, lease, outcome: { kind: drain.signal.reason, counts: noCounts } });
      },
      isResting: () => false,
      onEnded: () => {},
    });
    await scheduler.fillSlots();
    expect(running.all).toHaveLength(1);
    scheduler.drain();
    await running.allEnded();
  }
  expect((await getDatasetById(db, datasetId))!.tasks).toMatchObject({ running: 0, errored: 0, rerun: 1 });
});

test("a worker whose machine rests takes no tasks, neither at once nor behind those that end", async () => {
  await processingDataset(db, await sampleTenant(db), { tasks: 10, concurrency: 10 });
  const running = new RunningTasks(SLOTS);
  let isResting = false;
  let attempts = 0;
  const scheduler = createTaskScheduler({
    database: db,
    workerId: "w",
    leaseSeconds: 60,
    running,
    async run({ datasetId, taskId, lease }, _running, settle) {
      attempts++;
      isResting = true;
      await settle({ datasetId, taskId, lease, outcome: { kind: "completed", counts: noCounts } });
    },
    isResting: () => isResting,
    onEnded: () => {},
  });
  await scheduler.fillSlots();
  await running.allEnded();
  await scheduler.fillSlots();
  expect(attempts).toBe(SLOTS);
  isResting = false;
  await scheduler.fillSlots();
  await running.allEnded();
  expect(attempts).toBe(2 * SLOTS);
});
