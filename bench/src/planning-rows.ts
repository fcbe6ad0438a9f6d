import { openManifest } from "@letsdata/connectors/s3/manifest";
import { beginPlan } from "@letsdata/database/stores/initial-plan";
import { type InitialisePorts, initialiseDataset } from "@letsdata/dataset/initialise";
import { parseDatasetConfig } from "@letsdata/dataset/parse-dataset-config";
import { completeBody } from "@letsdata/dataset/testing/example-bodies";
import { insertPlans } from "@letsdata/worker/insert-plans";
import { planDataset } from "./endpoints/bench-database.ts";
import type { Scene } from "./scene.ts";
import { putSource, sourceBucket } from "./sources.ts";

const manifestKey = "manifest.txt";

/**
 * (e) The initialisation of a dataset with a manifest in S3: check, plan and the worker's inserts into PostgreSQL. Everything else
 * of it answers at once. Seconds, and by how much the process grew meanwhile.
 */
export async function planningRows({ cloud, database, quick, report }: Scene): Promise<void> {
  const lines = quick ? 100_000 : 1_000_000;
  const text = Array.from({ length: lines }, (_, line) => `2026/flights/part-${String(line).padStart(8, "0")}.gz`);
  await putSource(cloud.access, manifestKey, Buffer.from(text.join("\n")));
  text.length = 0;
  const datasetId = await planDataset(database.db, 0, 1);
  const manifestFileS3Uri = `s3://${sourceBucket}/${manifestKey}`;
  const manifestFile = { manifestType: "S3ReaderS3LinkManifestFile", manifestFileS3Uri } as const;
  const parsed = parseDatasetConfig({ ...completeBody, manifestFile });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { config } = parsed;
  let planned = 0;
  const ports: InitialisePorts = {
    checkGrant: async () => [],
    checkAccess: async () => [],
    loadArtifact: async () => undefined,
    async *openManifest(signal) {
      yield* (await openManifest(manifestFile, cloud.access, { signal })).bytes;
    },
    planSource: async function* () {},
    provision: async () => [],
    provisionIntermediate: async () => [],
    makeCustomerAccessRole: async () => "arn:aws:iam::000000000001:role/Bench",
    assumeCustomerAccess: async () => "refused",
    async beginPlan(_, signal) {
      await beginPlan(database.db, datasetId, "bench", signal);
      return "bench";
    },
    async insertTasks(tasks, plan) {
      const firstOrdinal = planned;
      planned += tasks.length;
      await insertPlans(database.db, { datasetId, config }, tasks, { firstOrdinal, plan });
    },
  };
  const memory = watchMemory();
  const began = performance.now();
  let checkSeconds = 0;
  const { totalTasks } = await initialiseDataset({
    datasetId,
    config,
    ports,
    signal: new AbortController().signal,
    onProgress({ step, state }) {
      if (step === "checkManifest" && state === "done") checkSeconds = (performance.now() - began) / 1_000;
    },
  });
  const seconds = (performance.now() - began) / 1_000;
  const grownMegabytes = memory.stop();
  if (totalTasks !== lines) throw new Error(`${totalTasks} of ${lines} lines were planned`);
  const what = `planning ${lines.toLocaleString("en-US")} manifest lines`;
  const scale = lines / 1_000_000;
  report({
    row: "e",
    what: `${what}: S3 → check → plan → PostgreSQL (bare: reading and checking alone)`,
    unit: "s",
    value: seconds,
    bare: checkSeconds,
    ratio: seconds / checkSeconds,
    limit: { kind: "at most", of: "value", bar: 60 * scale },
  });
  report({
    row: "e",
    what: `${what}: growth of the process (bare: 8 bytes a line)`,
    unit: "MB",
    value: grownMegabytes,
    bare: (lines * 8) / 1e6,
    ratio: (grownMegabytes * 1e6) / (lines * 8),
    limit: { kind: "at most", of: "value", bar: 256 },
  });
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
