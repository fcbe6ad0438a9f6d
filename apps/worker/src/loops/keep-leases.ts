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
 * granted none for as long as a lease lasts, because another worker may hold the task by then. That moment is kept by a timer: a
 * database that hangs answers no renewal, not even with an error.
 */
export function createLeaseKeeper(input: KeepLeasesInput): () => Promise<void> {
  const { renew, leaseSeconds, running, monotonic, log } = input;
  let lastGranted = monotonic();
  let leasesEnd: NodeJS.Timeout | undefined;

  const heldTasks = () => running.all.filter(({ lost }) => !lost.signal.aborted);
  const leftMs = () => lastGranted + leaseSeconds * 1_000 - monotonic();

  const giveUp = (error?: unknown): void => {
    clearTimeout(leasesEnd);
    leasesEnd = undefined;
    const held = heldTasks();
    if (held.length === 0) return;
    log.warn(`no lease could be renewed for ${leaseSeconds} s: giving up ${held.length} tasks`, error);
    for (const task of held) task.lost.abort();
  };
  const grantedAt = (moment: number): void => {
    lastGranted = moment;
    clearTimeout(leasesEnd);
    leasesEnd = undefined;
  };
  const watchLeasesEnd = (): void => {
    leasesEnd ??= setTimeout(() => giveUp(), Math.max(0, leftMs())).unref();
  };

  return async () => {
    const held = heldTasks();
    const askedAt = monotonic();
    if (held.length === 0) {
      grantedAt(askedAt);
      return;
    }
    watchLeasesEnd();
    try {
      const renewal = await renew(held.map(({ taskId, lease }) => ({ taskId, token: lease.token })));
      grantedAt(askedAt);
      watchLeasesEnd();
      const lost = new Set(renewal.lost);
      const stopping = new Set(renewal.stop.map(({ taskId }) => taskId));
      for (const task of held) {
        if (lost.has(task.taskId)) task.lost.abort();
        else if (stopping.has(task.taskId)) task.drain.abort("stopped");
      }
    } catch (error) {
      if (leftMs() > 0) throw error;
      giveUp(error);
    }
  };
}
