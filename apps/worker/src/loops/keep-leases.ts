import type { HeldLease, RenewedLeases } from "@letsdata/database/stores/task-leases";
import type { Log } from "../log.ts";
import type { RunningTasks } from "../running-tasks.ts";

export interface KeepLeasesInput {
  /** Prolongs the leases in the database. */
  readonly renew: (leases: readonly HeldLease[]) => Promise<RenewedLeases>;
  readonly leaseSeconds: number;
  readonly running: RunningTasks;
  readonly monotonic: () => number;
  readonly log: Log;
}

/**
 * One renewal of every lease this worker holds. A lease the database no longer grants ends its attempt; so does a database that
 * could not be asked for as long as a lease lasts, because another worker may hold the task by then.
 */
export function createLeaseKeeper(input: KeepLeasesInput): () => Promise<void> {
  const { renew, leaseSeconds, running, monotonic, log } = input;
  let lastGranted = monotonic();

  return async () => {
    const held = running.all;
    const askedAt = monotonic();
    if (held.length === 0) {
      lastGranted = askedAt;
      return;
    }
    try {
      const leases = held.map(({ taskId, lease }) => ({ taskId, token: lease.token }));
      const renewal = await renew(leases);
      lastGranted = askedAt;
      const lost = new Set(renewal.lost);
      const stopping = new Set(renewal.stop.map(({ taskId }) => taskId));
      for (const task of held) {
        if (lost.has(task.taskId)) task.lost.abort();
        else if (stopping.has(task.taskId)) task.drain.abort("stopped");
      }
    } catch (error) {
      if (monotonic() - lastGranted < leaseSeconds * 1_000) throw error;
      log.warn(`no lease could be renewed for ${leaseSeconds} s: giving up ${held.length} tasks`, error);
      for (const task of held) task.lost.abort();
    }
  };
}
