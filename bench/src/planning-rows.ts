import { openManifest } from "@letsdata/connectors/s3/manifest";
import type { DatasetConfig } from "@letsdata/dataset/dataset-config";
import { checkManifest, planManifest } from "@letsdata/dataset/plan-tasks";
import { taskIdOf } from "@letsdata/dataset/task-id";
import { insertPlans } from "@letsdata/worker/insert-plans";
import { addDataset, type BenchDatabase } from "./endpoints/bench-database.ts";
import type { BenchCloud } from "./endpoints/cloud.ts";
import type { BenchRow } from "./result-table.ts";
import { putSource, sourceBucket } from "./sources.ts";

const manifestKey = "manifest.txt";
const config = {
  readConnector: { connectorDestination: "S3" },
  computeEngine: { computeEngineType: "LAMBDA", concurrency: 1, memoryLimitInMegabytes: 512, timeoutInSeconds: 300 },
} as unknown as DatasetConfig;

/**
 * (e) A manifest in S3 through check, plan and the worker's inserts into PostgreSQL, as initialisation does it: seconds, and by how much
 * the process grew meanwhile.
 */
export async function planningRows(cloud: BenchCloud, database: BenchDatabase, quick: boolean): Promise<BenchRow[]> {
  const lines = quick ? 100_000 : 1_000_000;
  const text = Array.from({ length: lines }, (_, line) => `2026/flights/part-${String(line).padStart(8, "0")}.gz`);
  await putSource(cloud.access, manifestKey, Buffer.from(text.join("\n")));
  text.length = 0;
  const datasetId = await addDataset(database.db, 0, 1);
  const memory = watchMemory();
  const began = performance.now();
  const input = {
    grammar: "single-file",
    path: "manifestFile.manifestFileS3Uri",
    async *open() {
      const manifestFileS3Uri = `s3://${sourceBucket}/${manifestKey}`;
      const manifest = { manifestType: "S3ReaderS3LinkManifestFile", manifestFileS3Uri } as const;
      yield* (await openManifest(manifest, cloud.access, { signal: new AbortController().signal })).bytes;
    },
  } as const;
  const check = await checkManifest(input);
  const checkSeconds = (performance.now() - began) / 1_000;
  let planned = 0;
  for await (const plans of planManifest(input, check)) {
    const tasks = plans.map((plan) => ({ ...plan, taskId: taskIdOf(datasetId, plan.position) }));
    await insertPlans(database.db, { datasetId, config }, tasks, planned);
    planned += plans.length;
  }
  const seconds = (performance.now() - began) / 1_000;
  const grownMegabytes = memory.stop();
  if (planned !== lines) throw new Error(`${planned} of ${lines} lines were planned`);
  const what = `planning ${lines.toLocaleString("en-US")} manifest lines`;
  const scale = lines / 1_000_000;
  return [
    {
      row: "e",
      what: `${what}: S3 → check → plan → PostgreSQL (bare: reading and checking alone)`,
      unit: "s",
      value: seconds,
      bare: checkSeconds,
      ratio: seconds / checkSeconds,
      limit: { kind: "at most", of: "value", bar: 60 * scale },
    },
    {
      row: "e",
      what: `${what}: growth of the process (bare: 8 bytes a line)`,
      unit: "MB",
      value: grownMegabytes,
      bare: (lines * 8) / 1e6,
      ratio: (grownMegabytes * 1e6) / (lines * 8),
      limit: { kind: "at most", of: "value", bar: 256 },
    },
  ];
}

function watchMemory() {
  const before = process.memoryUsage.rss();
  let peak = before;
  const look = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 50);
  return {
    /** Megabytes at the peak above the beginning. */
    stop: () => {
      clearInterval(look);
      return (peak - before) / 1e6;
    },
  };
}
