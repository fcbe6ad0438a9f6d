import type { Database } from "@letsdata/database/database";
import { settleDatasets as settleInDatabase } from "@letsdata/database/stores/settle-datasets";
import type { Log } from "../log.ts";

/** Datasets whose tasks have all ended become COMPLETED or ERRORED. */
export async function settleDatasets(database: Database, log: Log): Promise<void> {
  for (const { datasetId, status } of await settleInDatabase(database)) log.info(`dataset ${datasetId} is ${status}`);
}
