import { createDatabase, type Database } from "@letsdata/database/database";
import { transitionDataset } from "@letsdata/database/stores/dataset-store";
import { withIdempotencyKey } from "@letsdata/database/stores/idempotency-store";
import { appendLogLines, listLogLines } from "@letsdata/database/stores/log-store";
import { createRequest } from "@letsdata/database/stores/request-store";
import { addUsage, type BilledStatus, listUsage } from "@letsdata/database/stores/usage-store";
import { heartbeatWorker, liveWorkers } from "@letsdata/database/stores/worker-store";
import { sampleDataset, sampleTenant } from "@letsdata/database/testing/sample-rows";
import { startTestDatabase, type TestDatabase } from "@letsdata/database/testing/start-test-database";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepHouse } from "./keep-house.ts";

const DAY_MS = 24 * 60 * 60_000;
const signal = new AbortController().signal;
let server: TestDatabase;
let database: Database;
let tenantId: string;

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
  tenantId = await sampleTenant(database);
});
afterAll(async () => {
  await database?.$disconnect();
  await server?.stop();
});

async function linesAgedDays(...ages: number[]) {
  const { datasetId } = await sampleDataset(database, tenantId);
  const place = { datasetId, taskId: null, attempt: null, level: "INFO", source: "ENGINE" } as const;
  await appendLogLines(
    database,
    ages.map((days) => ({ ...place, time: Date.now() - days * DAY_MS, message: `${days} days` })),
  );
  return async () =>
    (await listLogLines(database, { tenantId, datasetId, limit: 100 })).items.map(({ message }) => message);
}

test("log lines are kept for 30 days, however many have gathered and however many workers tidy up at once", async () => {
  const kept = await linesAgedDays(29, 31, 32, 33, 34, 35, 36, 37, 0);
  await Promise.all([1, 2, 3].map(() => keepHouse({ database, signal, rowsAtOnce: 2 })));
  await keepHouse({ database, signal, rowsAtOnce: 2 });
  expect(await kept()).toEqual(["0 days", "29 days"]);
});

test("log lines are metered before they go, and those that stay are not metered again", async () => {
  const { datasetId } = await sampleDataset(database, tenantId);
  const place = { datasetId, taskId: null, attempt: null, level: "INFO", source: "ENGINE" } as const;
  await appendLogLines(database, [
    { ...place, time: Date.now() - 40 * DAY_MS, message: "x".repeat(1_000) },
    { ...place, time: Date.now(), message: "y".repeat(50) },
  ]);
  await Promise.all([1, 2].map(() => keepHouse({ database, signal })));
  await keepHouse({ database, signal });
  const { items } = await listUsage(database, { tenantId, datasetId, limit: 10 });
  expect(items).toMatchObject([{ meteringDimension: "LogBytes", meteringValue: 1_050 / 1e9 }]);
});

test("idempotency keys go when their day is over, and not before", async () => {
  for (const key of ["old", "new"])
    await withIdempotencyKey(database, { tenantId, key, request: {} }, async () => ({ done: key }));
  await database.$executeRaw`UPDATE idempotency_key SET created_at = now() - interval '25 hours' WHERE key = 'old'`;
  await keepHouse({ database, signal });
  expect(await database.idempotencyKey.findMany({ select: { key: true } })).toEqual([{ key: "new" }]);
});

test("a worker that was killed is forgotten after a day; one that lives is not", async () => {
  for (const workerId of ["killed", "lives"]) await heartbeatWorker(database, { workerId, host: "h", pid: 1 });
  await database.$executeRaw`UPDATE worker SET heartbeat_at = now() - interval '25 hours' WHERE id = 'killed'`;
  await keepHouse({ database, signal });
  expect((await liveWorkers(database, 1e9)).map(({ workerId }) => workerId)).toEqual(["lives"]);
});

test("a worker that stops leaves the rest for the next one", async () => {
  const kept = await linesAgedDays(40);
  await keepHouse({ database, signal: AbortSignal.abort() });
  expect(await kept()).toEqual(["40 days"]);
});

describe("a dataset that was deleted", () => {
  const statuses = ["NOT_BILLABLE", "UNBILLED", "SUBMITTED", "BILLED"] as const;
  async function deleted(days: number, usage: readonly BilledStatus[], tenant = tenantId) {
    const { datasetId } = await sampleDataset(database, tenant);
    const about = { tenantId: tenant, datasetId };
    await createRequest(database, { ...about, userId: "u", kind: "delete", input: {} });
    await addUsage(
      database,
      usage.map((billedStatus, n) => ({
        ...about,
        usageId: `${datasetId}/${n}`,
        taskId: null,
        resourceType: "Dataset",
        resource: datasetId,
        eventStartTime: n,
        eventEndTime: n + 1,
        meteringDimension: "bytes",
        meteringUnit: "byte",
        meteringValue: 1,
        billedStatus,
      })),
    );
    await transitionDataset(database, datasetId, "delete");
    await transitionDataset(database, datasetId, "released");
    const deletedAt = new Date(Date.now() - days * DAY_MS);
    await database.dataset.update({ where: { id: datasetId }, data: { deletedAt } });
    return datasetId;
  }
  const rowsOf = async (datasetId: string) => {
    const where = { where: { datasetId } };
    const [datasets, revisions, requests, usage] = await Promise.all([
      database.dataset.count({ where: { id: datasetId } }),
      database.datasetConfigRevision.count(where),
      database.request.count(where),
      database.usageRecord.count(where),
    ]);
    return [datasets, revisions, requests, usage];
  };
  const gone = [0, 0, 0, 0];

  test("is kept with its configuration and usage for 90 days, and nothing of it longer, by however many workers", async () => {
    const others = await sampleTenant(database);
    const young = await deleted(89, ["UNBILLED"], others);
    const old = await Promise.all([1, 2, 3].map(() => deleted(91, Array(5).fill("UNBILLED"), others)));
    const { datasetId: alive } = await sampleDataset(database, others);
    await Promise.all([1, 2, 3].map(() => keepHouse({ database, signal, rowsAtOnce: 2 })));
    await keepHouse({ database, signal, rowsAtOnce: 2 });
    for (const datasetId of old) expect(await rowsOf(datasetId)).toEqual(gone);
    expect(await rowsOf(young)).toEqual([1, 1, 1, 1]);
    expect(await rowsOf(alive)).toEqual([1, 1, 0, 0]);
  });

  test("is kept while any of its usage is still to be billed", async () => {
    const billed = await sampleTenant(database);
    const kept = [await deleted(91, ["UNBILLED"], billed), await deleted(91, statuses, billed)];
    const done = await deleted(91, ["BILLED", "NOT_BILLABLE"], billed);
    await keepHouse({ database, signal });
    expect(await Promise.all(kept.map(rowsOf))).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 4],
    ]);
    expect(await rowsOf(done)).toEqual(gone);
    await database.usageRecord.updateMany({ where: { tenantId: billed }, data: { billedStatus: "BILLED" } });
    await keepHouse({ database, signal });
    for (const datasetId of kept) expect(await rowsOf(datasetId)).toEqual(gone);
  });
});
