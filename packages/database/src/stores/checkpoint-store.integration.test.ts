import { testCheckpointStore } from "@letsdata/pipeline/testing/checkpoint-store-conformance";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type Database } from "../database.ts";
import { processingDataset, sampleTenant, written } from "../testing/sample-rows.ts";
import { startTestDatabase, type TestDatabase } from "../testing/start-test-database.ts";
import { createCheckpointStore } from "./checkpoint-store.ts";
import { claimTasks } from "./claim-tasks.ts";
import { getDatasetById } from "./dataset-store.ts";
import { releaseExpiredLeases } from "./task-leases.ts";
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
