import { hostname, userInfo } from "node:os";
import { createDatabase, type Database } from "@letsdata/database/database";
import { appendLogLines, listLogLines } from "@letsdata/database/stores/log-store";
import { sampleDataset, sampleTenant } from "@letsdata/database/testing/sample-rows";
import { startTestDatabase, type TestDatabase } from "@letsdata/database/testing/start-test-database";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatasetLog } from "./dataset-log.ts";
import type { Log } from "./log.ts";
import { LogLines } from "./log-lines.ts";

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await startTestDatabase();
  database = createDatabase(server.url);
});
afterAll(async () => {
  await database?.$disconnect();
  await server?.stop();
});

const warnings: string[] = [];
const log: Log = { info: () => {}, warn: (text) => void warnings.push(text), error: () => {} };
const linesOf = (db: Database) => new LogLines((lines) => appendLogLines(db, lines), log);

test("only lines of the configured level are kept, cut to a bounded length, with who said them", async () => {
  const tenantId = await sampleTenant(database);
  const { datasetId } = await sampleDataset(database, tenantId);
  const say = createDatasetLog(linesOf(database), { datasetId, taskId: null, attempt: null, leastLevel: "WARN" });
  const time = Date.now();
  await say("ENGINE", [
    { time, level: "INFO", message: "quiet" },
    { time, level: "WARN", message: "w".repeat(100_000) },
  ]);
  await say("HANDLER", [
    { time, level: "DEBUG", message: "quieter" },
    { time, level: "ERROR", message: "printed" },
  ]);
  const { items } = await listLogLines(database, { tenantId, datasetId, limit: 10 });
  expect(items.map(({ source, level }) => [source, level])).toEqual([
    ["HANDLER", "ERROR"],
    ["ENGINE", "WARN"],
  ]);
  for (const { fields } of items) expect(fields).toEqual({ hnm: hostname(), unm: userInfo().username });
  expect(items[1]!.message.length).toBeLessThan(9_000);
});

test("a line that cannot be stored stops nothing", async () => {
  const away = createDatabase("postgresql://u:p@127.0.0.1:1/none");
  const say = createDatasetLog(linesOf(away), { datasetId: "d", taskId: null, attempt: null, leastLevel: "DEBUG" });
  await say("ENGINE", [{ time: 0, level: "INFO", message: "lost" }]);
  expect(warnings).toEqual([expect.stringContaining("could not be stored")]);
  await away.$disconnect();
});
