import type { Database } from "@letsdata/database/database";
import { settleDatasets as settleInDatabase } from "@letsdata/database/stores/settle-datasets";
import type { Log } from "../log.ts";

/** Datasets whose tasks have all ended become COMPLETED or ERRORED. Tells whether one did. */
export async function settleDatasets(database: Database, log: Log): Promise<boolean> {
  const settled = await settleInDatabase(database);
  for (const { datasetId, status } of settled) log.info(`dataset ${datasetId} is ${status}`);
  return settled.length > 0;
}
