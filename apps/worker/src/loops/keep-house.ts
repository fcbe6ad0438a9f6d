import type { Database } from "@letsdata/database/database";
import { forgetDeletedDatasets, forgetUsageOfDeleted } from "@letsdata/database/stores/delete-dataset";
import { deleteOldIdempotencyKeys } from "@letsdata/database/stores/idempotency-store";
import { deleteLogLinesBefore } from "@letsdata/database/stores/log-store";
import { meterDatasets } from "@letsdata/database/stores/meter-datasets";
import { removeSilentWorkers } from "@letsdata/database/stores/worker-store";

/** product.md §10.2 */
const LOG_DAYS = 30;
/** product.md §9.3 */
const DELETED_DATASET_DAYS = 90;
const DAY_MS = 24 * 60 * 60_000;
const SILENT_WORKER_SECONDS = 24 * 60 * 60;
/** Rows of one statement: it holds locks and makes a bounded amount of log, whatever has gathered. */
const ROWS_AT_ONCE = 5_000;

export interface KeepHouseInput {
  readonly database: Database;
  /** Aborted: ends after the statement under way. */
  readonly signal: AbortSignal;
  /** Default 5,000. */
  readonly rowsAtOnce?: number;
}

/**
 * Deletes what is kept for a time only: log lines after 30 days, when they are metered, idempotency keys after theirs, workers nobody heard of
 * for a day, and configuration and usage of a dataset 90 days after its deletion, unless they are still to be billed. Any number of workers may
 * do so at once. Metric points, usage and error files stay as long as their dataset.
 */
export async function keepHouse({ database, signal, rowsAtOnce = ROWS_AT_ONCE }: KeepHouseInput): Promise<void> {
  const inBatches = async (deleteSome: () => Promise<number>) => {
    while (!signal.aborted) if ((await deleteSome()) < rowsAtOnce) return;
  };
  await meterDatasets(database, signal);
  const logsBefore = Date.now() - LOG_DAYS * DAY_MS;
  await inBatches(() => deleteLogLinesBefore(database, logsBefore, rowsAtOnce));
  await inBatches(() => deleteOldIdempotencyKeys(database, rowsAtOnce));
  const deletedBefore = Date.now() - DELETED_DATASET_DAYS * DAY_MS;
  await inBatches(() => forgetUsageOfDeleted(database, deletedBefore, rowsAtOnce));
  await inBatches(() => forgetDeletedDatasets(database, deletedBefore, rowsAtOnce));
  if (!signal.aborted) await removeSilentWorkers(database, SILENT_WORKER_SECONDS);
}
