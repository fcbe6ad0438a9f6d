import type { Database } from "@letsdata/database/database";
import { type ClaimedTask, claimTasks } from "@letsdata/database/stores/claim-tasks";
import type { RunningTask, RunningTasks } from "../running-tasks.ts";

export interface ScheduleTasksInput {
  readonly database: Database;
  readonly workerId: string;
  readonly leaseSeconds: number;
  readonly running: RunningTasks;
  readonly run: (claimed: ClaimedTask, running: RunningTask) => Promise<void>;
  /** Called when an attempt has ended: its slot is free. */
  readonly onEnded: () => void;
}

/** Claims as many waiting tasks as this worker has free slots, and starts them. The database keeps every dataset's `concurrency`. */
export async function scheduleTasks(input: ScheduleTasksInput): Promise<void> {
  const { database, workerId, leaseSeconds, running } = input;
  while (running.free > 0) {
    const claimed = await claimTasks(database, { workerId, slots: running.free, leaseSeconds });
    if (claimed.length === 0) return;
    for (const task of claimed) startTask(input, task);
  }
}

function startTask({ running, run, onEnded }: ScheduleTasksInput, claimed: ClaimedTask): void {
  const task: RunningTask = {
    taskId: claimed.taskId,
    datasetId: claimed.datasetId,
    lease: claimed.lease,
    lost: new AbortController(),
    drain: new AbortController(),
  };
  running.add(task);
  void run(claimed, task).finally(() => {
    running.remove(task);
    onEnded();
  });
}
