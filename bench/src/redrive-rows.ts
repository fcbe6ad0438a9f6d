import { inTransaction } from "@letsdata/database/database";
import { type RedrivePlace, redriveTasks } from "@letsdata/database/stores/redrive-tasks";
import { addDataset, failTasks } from "./endpoints/bench-database.ts";
import type { Scene } from "./scene.ts";
import { bareUpdatesPerSecond } from "./task-rows.ts";

/** (h) A redrive of all failed tasks of a dataset, in the transactions the worker does it in. */
export async function redriveRows({ database, quick, report }: Scene): Promise<void> {
  const { db } = database;
  const tasks = quick ? 10_000 : 100_000;
  const datasetId = await addDataset(db, tasks, 1);
  await failTasks(db, datasetId, 1);
  const { tenantId } = await db.dataset.findUniqueOrThrow({ where: { id: datasetId } });
  const began = performance.now();
  let redriven = 0;
  let after: RedrivePlace | null = null;
  do {
    const batch: Awaited<ReturnType<typeof redriveTasks>> = await inTransaction(db, (transaction) =>
      redriveTasks(transaction, { tenantId, datasetId, fromBeginning: true, after }),
    );
    redriven += batch.queued;
    after = batch.next;
  } while (after);
  const value = redriven / ((performance.now() - began) / 1_000);
  if (redriven !== tasks) throw new Error(`${redriven} of ${tasks} tasks were redriven`);
  const bare = await bareUpdatesPerSecond(database, quick ? 300 : 2_000);
  report({
    row: "h",
    what: `redrive of ${tasks.toLocaleString("en-US")} tasks from their beginning (bare: one-row updates one after the other)`,
    unit: "tasks/s",
    value,
    bare,
    ratio: value / bare,
    limit: { kind: "at least", of: "value", bar: 2_000 },
  });
}
