import type { Database } from "@letsdata/database/database";
import { type ClaimedTask, claimTasks } from "@letsdata/database/stores/claim-tasks";
import { createSettler, type SettleTasks } from "@letsdata/database/stores/settle-task";
import type { RunningTask, RunningTasks } from "../running-tasks.ts";

export interface TaskSchedulerInput {
  readonly database: Database;
  readonly workerId: string;
  readonly leaseSeconds: number;
  readonly running: RunningTasks;
  /** An attempt to its end, `settle` included. */
  readonly run: (claimed: ClaimedTask, running: RunningTask, settle: SettleTasks) => Promise<void>;
  /** True: no task is claimed for now. */
  readonly isResting: () => boolean;
  /** Called when an attempt has ended. */
  readonly onEnded: () => void;
}

export interface TaskScheduler {
  /** Claims as many waiting tasks as this worker has free slots, and starts them. The database keeps every dataset's `concurrency`. */
  fillSlots(): Promise<void>;
  /** No task is claimed any more; those under way are asked to drain to a checkpoint. */
  drain(): void;
}

/** Slots are filled by whoever ends an attempt, with the next tasks, and by `fillSlots`, where there were none. */
export function createTaskScheduler(input: TaskSchedulerInput): TaskScheduler {
  const { database, workerId, leaseSeconds, running, run, isResting, onEnded } = input;
  let draining = false;
  const settle = createSettler(database, {
    claim: () => (draining || isResting() ? null : { workerId, leaseSeconds }),
    start: (claimed) => claimed.forEach(start),
  });
  return {
    async fillSlots() {
      while (running.free > 0 && !draining && !isResting()) {
        const claimed = await claimTasks(database, { workerId, slots: running.free, leaseSeconds });
        if (claimed.length === 0) return;
        claimed.forEach(start);
      }
    },
    drain() {
      draining = true;
      // Not "rerun": that the worker stops is no attempt without progress.
      for (const task of running.all) task.drain.abort("stopped");
    },
  };

  function start(claimed: ClaimedTask): void {
    const task: RunningTask = {
      taskId: claimed.taskId,
      datasetId: claimed.datasetId,
      lease: claimed.lease,
      lost: new AbortController(),
      drain: new AbortController(),
    };
    running.add(task);
    void (draining ? giveBack(claimed) : run(claimed, task, settle)).finally(() => {
      running.remove(task);
      onEnded();
    });
  }

  /** Its claim was under way when the drain began: it was not run, which is no attempt without progress. */
  async function giveBack({ datasetId, taskId, lease, checkpoint }: ClaimedTask): Promise<void> {
    const outcome = { kind: "stopped", counts: checkpoint.counts } as const;
    // Where that fails, too, its lease expires.
    await settle({ datasetId, taskId, lease, outcome }).catch(() => {});
  }
}
