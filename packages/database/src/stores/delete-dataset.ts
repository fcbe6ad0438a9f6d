import type { Database } from "../database.ts";
import { meterDataset } from "./meter-datasets.ts";

/** Rows of one statement, so that a large dataset takes no transaction longer than a small one. */
const rowsAtOnce = 10_000;

/**
 * Tasks, logs, metrics and error index of a dataset; its configuration and usage stay, and what it used is metered first. Repeatable: batch by
 * batch, each a transaction of its own, so that nobody may use the dataset any more.
 */
export async function deleteDatasetContents(db: Database, datasetId: string, batch = rowsAtOnce): Promise<void> {
  const repeat = async (deleteSome: () => Promise<number>) => {
    while ((await deleteSome()) > 0);
  };
  await meterDataset(db, datasetId);
  await repeat(
    () => db.$executeRaw`
      DELETE FROM task_log_line WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM task_log_line WHERE dataset_id = ${datasetId} LIMIT ${batch}))`,
  );
  await repeat(
    () => db.$executeRaw`
      DELETE FROM metric_point WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM metric_point WHERE dataset_id = ${datasetId} LIMIT ${batch}))`,
  );
  // Attempts and error files go with their task.
  await repeat(
    () => db.$executeRaw`
      DELETE FROM task WHERE id = ANY (ARRAY(SELECT id FROM task WHERE dataset_id = ${datasetId} LIMIT ${batch}))`,
  );
}
