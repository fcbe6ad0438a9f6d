import type { Database } from "@letsdata/database/database";
import { waitFor } from "../installation/dataset-run.ts";
import type { WorkerProcess } from "../installation/worker-process.ts";
import { isHeldBy } from "./task-rows.ts";

export interface LeaseEnd {
  readonly endedAt: Date;
  /** How long it was still to last when it was first looked at. */
  readonly secondsLeft: number;
}

/** Looks at a killed worker's lease of a task until it is taken back. By the database's clock, whatever the machine's load. */
export async function watchLeaseEnd(database: Database, taskId: string, holder: WorkerProcess): Promise<LeaseEnd> {
  let last: LeaseEnd | null = null;
  const isTakenBack = async () => {
    const [row] = await database.$queryRaw<{ worker_id: string | null; ends_at: Date | null; left: number }[]>`
      SELECT worker_id, lease_expires_at AS ends_at, extract(epoch FROM lease_expires_at - clock_timestamp())::float8 AS left
      FROM task WHERE id = ${taskId}`;
    if (!row?.ends_at || !isHeldBy(row, holder)) return last;
    // A renewal that was under way when the worker died may still come.
    last = { endedAt: row.ends_at, secondsLeft: Math.max(last?.secondsLeft ?? 0, row.left) };
    return null;
  };
  return waitFor(isTakenBack, 120, `the lease of ${taskId} to be taken back`);
}
