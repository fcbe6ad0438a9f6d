import { checkpointRows } from "./checkpoint-rows.ts";
import { consoleRows } from "./console-rows.ts";
import { startBenchDatabase } from "./endpoints/bench-database.ts";
import { startBenchCloud } from "./endpoints/cloud.ts";
import { kafkaRows } from "./kafka-rows.ts";
import { languageRows } from "./language-rows.ts";
import { listingRows } from "./listing-rows.ts";
import { memoryRows } from "./memory-rows.ts";
import { metricsRows } from "./metrics-rows.ts";
import { overheadRows } from "./overhead-rows.ts";
import { planningRows } from "./planning-rows.ts";
import { redriveRows } from "./redrive-rows.ts";
import type { Report } from "./result-table.ts";
import type { Scene } from "./scene.ts";
import { sourceRows } from "./source-rows.ts";
import { makeBuckets } from "./sources.ts";
import { taskRows } from "./task-rows.ts";

interface RowGroup {
  /** Letter of architecture §10. */
  readonly row: string;
  readonly what: string;
  readonly measure: (scene: Scene) => Promise<void>;
}

const groups: readonly RowGroup[] = [
  { row: "a", what: "whole data tasks", measure: overheadRows },
  { row: "a", what: "whole data tasks to Kafka", measure: kafkaRows },
  { row: "a", what: "the price of metrics", measure: metricsRows },
  { row: "a", what: "memory", measure: memoryRows },
  { row: "b", what: "handlers in other languages", measure: languageRows },
  { row: "c", what: "objects", measure: sourceRows },
  { row: "d", what: "tasks", measure: taskRows },
  { row: "e", what: "planning", measure: planningRows },
  { row: "f", what: "lists of tasks", measure: listingRows },
  { row: "g", what: "checkpoints", measure: checkpointRows },
  { row: "h", what: "redrives", measure: redriveRows },
  { row: "i", what: "the console", measure: consoleRows },
];
export const rowLetters: readonly string[] = [...new Set(groups.map(({ row }) => row))];

/** Measures the wanted rows one after the other. Throws when one cannot be measured, or `ended` rejects; stops what it started. */
export async function measureRows(input: {
  readonly quick: boolean;
  readonly wanted: readonly string[];
  /** Rejects when the bench is to end early. */
  readonly ended: Promise<never>;
  readonly report: Report;
  readonly onBegin: (group: Pick<RowGroup, "row" | "what">) => void;
}): Promise<void> {
  const { quick, wanted, ended, report, onBegin } = input;
  await using servers = new AsyncDisposableStack();
  const database = await startBenchDatabase();
  servers.defer(database.stop);
  const cloud = await startBenchCloud();
  servers.defer(cloud.stop);
  await makeBuckets(cloud.access);
  for (const group of groups.filter(({ row }) => wanted.includes(row))) {
    onBegin(group);
    await using parts = new AsyncDisposableStack();
    await Promise.race([group.measure({ quick, cloud, database, parts, report }), ended]);
  }
}
