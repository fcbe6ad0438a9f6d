import { parseArgs } from "node:util";
import { databaseRows } from "./database-rows.ts";
import { startBenchCloud } from "./endpoints/cloud.ts";
import { overheadRows } from "./overhead-rows.ts";
import { type BenchRow, meetsLimit, printTable, ratioOf } from "./result-table.ts";
import { sourceRows } from "./source-rows.ts";
import { makeBuckets } from "./sources.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean" }, json: { type: "boolean" }, rows: { type: "string" } },
});
const quick = values.quick ?? false;
const wanted = (row: string): boolean => values.rows === undefined || values.rows.split(",").includes(row);

const cloud = await startBenchCloud();
const rows: BenchRow[] = [];
try {
  await makeBuckets(cloud.access);
  if (wanted("a")) rows.push(...(await overheadRows(cloud, quick)));
  if (wanted("c")) rows.push(...(await sourceRows(cloud, quick)));
} finally {
  await cloud.stop();
}
if (wanted("d") || wanted("g")) rows.push(...(await databaseRows(quick)));
if (values.json) {
  const report = rows.map((row) => ({ ...row, ratio: ratioOf(row), meetsLimit: meetsLimit(row) }));
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} else {
  process.stdout.write(`${printTable(rows)}\n`);
}
if (rows.some((row) => meetsLimit(row) === false)) process.exitCode = 1;
