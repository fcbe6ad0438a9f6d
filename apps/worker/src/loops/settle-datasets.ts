import type { Database } from "@letsdata/database/database";
import { meterDataset } from "@letsdata/database/stores/meter-datasets";
import { settleDatasets as settleInDatabase } from "@letsdata/database/stores/settle-datasets";
import type { Log } from "../log.ts";

/** Datasets whose tasks have all ended become COMPLETED or ERRORED, and what they used is metered at once. */
export async function settleDatasets(database: Database, log: Log): Promise<void> {
  const settled = await settleInDatabase(database);
  for (const { datasetId, status } of settled) log.info(`dataset ${datasetId} is ${status}`);
  for (const { datasetId } of settled) await meterDataset(database, datasetId);
}
