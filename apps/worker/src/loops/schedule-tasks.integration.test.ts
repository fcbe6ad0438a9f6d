import { createDatabase, type Database } from "@letsdata/database/database";
import { getDatasetById } from "@letsdata/database/stores/dataset-store";
import { processingDataset, sampleTenant } from "@letsdata/database/testing/sample-rows";
import { startTestDatabase, type TestDatabase } from "@letsdata/database/testing/start-test-database";
import { noCounts } from "@letsdata/pipeline/ports";
import { afterAll, beforeAll, expect, test } from "vitest";
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

test("slots are filled again by whoever ends, never over their number, and a drain reaches even what was claimed meanwhile", async () => {
  const { datasetId } = await processingDataset(db, await sampleTenant(db), { tasks: 60, concurrency: 10 });
  const running = new RunningTasks(SLOTS);
  let attempts = 0;
  let most = 0;
  let ended = 0;
  const scheduler = createTaskScheduler({
    database: db,
    workerId: "w",
    leaseSeconds: 60,
    running,
    async run({ taskId, lease }, { drain }, settle) {
      attempts++;
      most = Math.max(most, attempts - ended);
      if (ended === 20) scheduler.drain();
      const kind = drain.signal.aborted ? "rerun" : "completed";
      // What settles is not run any more.
      ended++;
      await settle({ taskId, lease, outcome: { kind, counts: noCounts } });
    },
    onEnded: () => {},
  });
  await scheduler.fillSlots();
  await running.allEnded();
  await scheduler.fillSlots();
  expect(most).toBeLessThanOrEqual(SLOTS);
  const { tasks } = (await getDatasetById(db, datasetId))!;
  expect(tasks.running).toBe(0);
  expect(tasks.completed).toBeGreaterThanOrEqual(20);
  expect(tasks.completed + tasks.rerun).toBe(attempts);
  expect(attempts).toBeLessThan(60);
});
