import type { Database } from "@letsdata/database/database";
import { releaseExpiredLeases } from "@letsdata/database/stores/task-leases";
import type { Log } from "../log.ts";

/** Tasks of workers that are gone become RERUN, so that any worker can claim them. */
export async function releaseExpired(database: Database, log: Log): Promise<void> {
  const released = await releaseExpiredLeases(database);
  if (released.length > 0)
    log.warn(`${released.length} tasks were left by a worker that stopped renewing its leases; they run again`);
}
