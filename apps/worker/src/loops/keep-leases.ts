import type { HeldLease, RenewedLeases } from "@letsdata/database/stores/task-leases";
import type { Log } from "../log.ts";
import type { RunningTask, RunningTasks } from "../running-tasks.ts";

const RENEWALS_PER_LEASE = 3;
/** Where a renewal failed. Counted from its start: one that was waited for longer is tried again at once. */
const RETRIES_PER_LEASE = 12;

/**
 * How long an answer of the database about leases is waited for: from one granted renewal to the end of the lease several more are asked
 * for, so that none alone costs it.
 */
export function leaseAnswerSeconds(leaseSeconds: number): number {
  return Math.max(1, leaseSeconds / 6);
}

export interface KeepLeasesInput {
  /** Prolongs the leases in the database. */
  readonly renew: (leases: readonly HeldLease[]) => Promise<RenewedLeases>;
  readonly leaseSeconds: number;
  readonly running: RunningTasks;
  readonly monotonic: () => number;
  readonly log: Log;
}

export interface LeaseKeeper {
  /** One renewal of every lease this worker holds. */
  renew(): Promise<void>;
  /** How soon to renew again. */
  dueInMs(): number;
}

/**
 * A lease the database no longer grants ends its attempt; so does one that was not granted for as long as a lease lasts, because another
 * worker may hold the task by then. That moment is kept by a timer: a database that hangs answers no renewal, not even with an error.
 */
export function createLeaseKeeper(input: KeepLeasesInput): LeaseKeeper {
  const { renew, leaseSeconds, running, monotonic, log } = input;
  const leaseMs = leaseSeconds * 1_000;
  /** When the renewal that was granted last was asked for, of every task that a pass has seen. */
  const granted = new WeakMap<RunningTask, number>();
  let lastAsked = monotonic();
  let isBehind = false;
  let leasesEnd: NodeJS.Timeout | undefined;

  const heldTasks = () => running.all.filter(({ lost }) => !lost.signal.aborted);
  // Claimed since the pass before, if none has seen it.
  const endOf = (task: RunningTask) => (granted.get(task) ?? lastAsked) + leaseMs;

  /** How many were given up. */
  const giveUpEnded = (error?: unknown): number => {
    const ended = heldTasks().filter((task) => endOf(task) <= monotonic());
    if (ended.length > 0) {
      log.warn(`leases could not be renewed for ${leaseSeconds} s: giving up ${ended.length} tasks`, error);
      for (const task of ended) task.lost.abort();
    }
    return ended.length;
  };
  const watchLeasesEnd = (): void => {
    clearTimeout(leasesEnd);
    const held = heldTasks();
    if (held.length === 0) return;
    const first = Math.min(...held.map(endOf));
    const end = () => {
      giveUpEnded();
      watchLeasesEnd();
    };
    leasesEnd = setTimeout(end, Math.max(0, Math.ceil(first - monotonic()))).unref();
  };

  return {
    async renew() {
      const held = heldTasks();
      for (const task of held) if (!granted.has(task)) granted.set(task, lastAsked);
      const askedAt = monotonic();
      lastAsked = askedAt;
      watchLeasesEnd();
      isBehind = held.length > 0;
      if (held.length === 0) return;
      try {
        const renewal = await renew(held.map(({ taskId, lease }) => ({ taskId, token: lease.token })));
        const lost = new Set(renewal.lost);
        const busy = new Set(renewal.busy);
        const stopping = new Set(renewal.stop.map(({ taskId }) => taskId));
        for (const task of held) {
          if (lost.has(task.taskId)) task.lost.abort();
          else if (!busy.has(task.taskId)) granted.set(task, askedAt);
          if (stopping.has(task.taskId)) task.drain.abort("stopped");
        }
        giveUpEnded();
        isBehind = held.some(({ taskId, lost }) => busy.has(taskId) && !lost.signal.aborted);
      } catch (error) {
        if (giveUpEnded(error) === 0) throw error;
      } finally {
        watchLeasesEnd();
      }
    },
    dueInMs() {
      return Math.max(0, lastAsked + leaseMs / (isBehind ? RETRIES_PER_LEASE : RENEWALS_PER_LEASE) - monotonic());
    },
  };
}
