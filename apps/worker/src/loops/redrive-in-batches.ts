import { isDeepStrictEqual } from "node:util";
import { type Database, inTransaction, type Queryable } from "@letsdata/database/database";
import { type RedrivePlace, type RedriveTasks, redriveTasks } from "@letsdata/database/stores/redrive-tasks";
import { isOpenRequest, requestById, type StoredRequest, updateRequest } from "@letsdata/database/stores/request-store";
import { Problem } from "@letsdata/plugin-kit/problems";

/** Of a redrive under way, as its request's `result` keeps it: with each batch, so that a repeated job goes on behind it. */
export interface RedriveProgress {
  readonly redrivenTasks: number;
  readonly after?: RedrivePlace;
}

const notBegun: RedriveProgress = { redrivenTasks: 0 };

/**
 * Queues the tasks of a redrive again, batch by batch; the request has SUCCEEDED with the last one. Returns how many. Throws LEASE_LOST where
 * another worker carries the request on or ended it: this one was thought dead, and what failed since is nothing it was asked to redrive.
 */
export async function redriveInBatches(
  database: Database,
  { requestId, result }: StoredRequest,
  redrive: Omit<RedriveTasks, "after" | "limit">,
  signal: AbortSignal,
  tasksAtOnce?: number,
): Promise<number> {
  let progress: RedriveProgress = (result as RedriveProgress | null) ?? notBegun;
  for (;;) {
    signal.throwIfAborted();
    const { redrivenTasks, after } = progress;
    progress = await inTransaction(database, async (transaction) => {
      const limit = tasksAtOnce === undefined ? {} : { limit: tasksAtOnce };
      const batch = await redriveTasks(transaction, { ...redrive, after: after ?? null, ...limit });
      await assertNobodyElseWentOn(transaction, requestId, progress);
      const total = redrivenTasks + batch.queued;
      const now = batch.next ? { redrivenTasks: total, after: batch.next } : { redrivenTasks: total };
      await updateRequest(transaction, requestId, { status: batch.next ? "RUNNING" : "SUCCEEDED", result: now });
      return now;
    });
    if (!progress.after) return progress.redrivenTasks;
  }
}

/** Call while the dataset is held: every batch is stored under its lock. */
async function assertNobodyElseWentOn(
  transaction: Queryable,
  requestId: string,
  begunWith: RedriveProgress,
): Promise<void> {
  const stored = await requestById(transaction, requestId);
  if (stored && isOpenRequest(stored) && isDeepStrictEqual(stored.result ?? notBegun, begunWith)) return;
  throw new Problem("LEASE_LOST", "Another worker carries out this redrive.");
}
