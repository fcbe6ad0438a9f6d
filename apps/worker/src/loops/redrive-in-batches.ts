import { type Database, inTransaction } from "@letsdata/database/database";
import { type RedrivePlace, type RedriveTasks, redriveTasks } from "@letsdata/database/stores/redrive-tasks";
import { type StoredRequest, updateRequest } from "@letsdata/database/stores/request-store";

/** Of a redrive under way, as its request's `result` keeps it: with each batch, so that a repeated job goes on behind it. */
export interface RedriveProgress {
  readonly redrivenTasks: number;
  readonly after?: RedrivePlace;
}

/** Queues the tasks of a redrive again, batch by batch; the request has SUCCEEDED with the last one. Returns how many. */
export async function redriveInBatches(
  database: Database,
  { requestId, result }: StoredRequest,
  redrive: Omit<RedriveTasks, "after" | "limit">,
  signal: AbortSignal,
  tasksAtOnce?: number,
): Promise<number> {
  let progress: RedriveProgress = (result as RedriveProgress | null) ?? { redrivenTasks: 0 };
  for (;;) {
    signal.throwIfAborted();
    const { redrivenTasks, after } = progress;
    progress = await inTransaction(database, async (transaction) => {
      const limit = tasksAtOnce === undefined ? {} : { limit: tasksAtOnce };
      const batch = await redriveTasks(transaction, { ...redrive, after: after ?? null, ...limit });
      const total = redrivenTasks + batch.queued;
      const now = batch.next ? { redrivenTasks: total, after: batch.next } : { redrivenTasks: total };
      await updateRequest(transaction, requestId, { status: batch.next ? "RUNNING" : "SUCCEEDED", result: now });
      return now;
    });
    if (!progress.after) return progress.redrivenTasks;
  }
}
