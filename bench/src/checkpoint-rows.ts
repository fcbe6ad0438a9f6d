import { createCheckpointStore } from "@letsdata/database/stores/checkpoint-store";
import { type ClaimedTask, claimTasks } from "@letsdata/database/stores/claim-tasks";
import { quantile } from "./alternate.ts";
import { addDataset } from "./endpoints/bench-database.ts";
import type { Scene } from "./scene.ts";
import { bareUpdatesPerSecond } from "./task-rows.ts";

/** As many as a worker on few processors runs at once, and as on many. */
const TASKS_AT_ONCE = [4, 16];

/** (g) Checkpoints through the real store, tasks of one dataset at once, each saving as soon as the last is saved. */
export async function checkpointRows(scene: Scene): Promise<void> {
  for (const tasks of TASKS_AT_ONCE) await checkpointRowsOf(scene, tasks);
}

async function checkpointRowsOf({ database, quick, report }: Scene, tasks: number): Promise<void> {
  const { db } = database;
  const datasetId = await addDataset(db, tasks, tasks);
  const claim = { workerId: `bench-${tasks}`, slots: tasks, leaseSeconds: 600, datasetIds: [datasetId] };
  const claimed = await claimTasks(db, claim);
  const checkpoints = createCheckpointStore(db);
  const milliseconds: number[] = [];
  const until = performance.now() + (quick ? 3_000 : 12_000);
  const save = async ({ taskId, lease }: ClaimedTask): Promise<void> => {
    for (let n = 1; performance.now() < until; n++) {
      const began = performance.now();
      const minute = Date.now() - (Date.now() % 60_000);
      await checkpoints.save(taskId, lease, {
        position: { offset: n * 100_000 },
        counts: {
          recordsRead: n * 500,
          documentsWritten: n * 500,
          recordsSkipped: 0,
          recordsErrored: 0,
          bytesRead: n * 100_000,
          bytesWritten: n * 100_000,
        },
        errorFiles: [],
        measurements: ["records.processed", "write.milliseconds", "read.milliseconds"].map((metric) => ({
          metric,
          minute,
          count: 1,
          sum: 500,
          min: 500,
          max: 500,
        })),
      });
      milliseconds.push(performance.now() - began);
    }
  };
  await Promise.all(claimed.map(save));
  const bare = 1_000 / (await bareUpdatesPerSecond(database, quick ? 300 : 2_000));
  const reportAt = (name: string, share: number, bar: number): void => {
    const value = quantile(milliseconds, share);
    const what = `checkpoint ${name}, ${tasks} tasks of one dataset (bare: one-row update)`;
    const limit = { kind: "at most", of: "value", bar } as const;
    report({ row: "g", what, unit: "ms", value, bare, ratio: value / bare, limit });
  };
  reportAt("p50", 0.5, 5);
  reportAt("p99", 0.99, 25);
}
