import { statusesAllowing } from "@letsdata/dataset/lifecycle";
import { Problem } from "@letsdata/plugin-kit/problems";
import { Prisma, type Queryable } from "../database.ts";
import { lockDataset, type StoredDataset, transitionDataset } from "./dataset-store.ts";
import { conditions, type TaskFilter } from "./task-store.ts";

/** Which of a dataset's ERRORED tasks: those given by their ids, those that match the filter, or all of them. */
export interface RedriveSelection {
  readonly tenantId: string;
  readonly datasetId: string;
  readonly taskIds?: readonly string[] | undefined;
  /** Statuses without ERRORED match none. */
  readonly filter?: TaskFilter | undefined;
}

export interface RedriveTasks extends RedriveSelection {
  /** True: positions, counts and registered error files are forgotten, and the tasks start over: what they wrote is to be removed. */
  readonly fromBeginning: boolean;
  /** A task that follows all others: where any of them runs again, it does too if it is ERRORED. */
  readonly followedBy?: string | null;
  /** Only tasks behind this place: `next` of the batch before. */
  readonly after?: RedrivePlace | null;
  /** Most tasks of one batch. */
  readonly limit?: number;
}

/** A place in the order of the plan. */
export interface RedrivePlace {
  readonly ordinal: number;
  readonly taskId: string;
}

export interface RedriveBatch {
  readonly queued: number;
  /** Where the next batch begins; null where this was the last one. */
  readonly next: RedrivePlace | null;
}

/** A second of the server's time or less, for which the dataset's counters are held. */
const tasksAtOnce = 10_000;

/** How many tasks a redrive would take, the one that follows the others aside; counted up to `max`, null where there are more. */
export async function countRedrivable(db: Queryable, selection: RedriveSelection, max: number): Promise<number | null> {
  const [row] = await db.$queryRaw<{ matching: number }[]>`
    SELECT count(*)::int AS matching FROM (
      SELECT 1 FROM task t WHERE ${redrivable(selection)} LIMIT ${max + 1}) found`;
  const matching = row?.matching ?? 0;
  return matching > max ? null : matching;
}

/**
 * Queues a batch of ERRORED tasks again with fresh patience; counters move with them, and the dataset is PROCESSING behind the last batch.
 * Call inside a transaction. A task that fails again between two batches is not taken twice. Throws TRANSITION_NOT_ALLOWED where the dataset
 * may not be redriven any more. Lock order: the follower, dataset and counters, tasks by id.
 */
export async function redriveTasks(transaction: Queryable, redrive: RedriveTasks): Promise<RedriveBatch> {
  const { followedBy, ...wanted } = redrive;
  const { datasetId } = redrive;
  // Held first, as letsdata_fail_held_reducer does: it fails the follower only before or after this as a whole.
  if (followedBy) await transaction.$executeRaw`SELECT 1 FROM task WHERE id = ${followedBy} FOR UPDATE`;
  const dataset = await lockDataset(transaction, datasetId);
  assertRedrivable(dataset);
  const batch = await queueAgain(transaction, wanted);
  let { queued } = batch;
  if (followedBy && queued > 0) {
    const follower = { ...wanted, filter: undefined, taskIds: [followedBy], after: null };
    queued += (await queueAgain(transaction, follower)).queued;
  }
  const hasSettled = dataset.status === "ERRORED" && queued > 0;
  if (hasSettled) await transitionDataset(transaction, datasetId, "redrive");
  const isRedriving = hasSettled || dataset.status === "REDRIVING";
  if (isRedriving && batch.next === null) await transitionDataset(transaction, datasetId, "redriveReady");
  return { queued, next: batch.next };
}

/**
 * A redrive that was allowed when it was asked for is carried out later. A run that settled since is opened again; one that somebody
 * stopped stays so.
 */
export function assertRedrivable({ status, statusBefore }: Pick<StoredDataset, "status" | "statusBefore">): void {
  const isStopped = [status, statusBefore].some((one) => one?.startsWith("STOPPING"));
  if (status === "PROCESSING" || status === "REDRIVING" || (status === "ERRORED" && statusBefore === "PROCESSING"))
    return;
  const message = isStopped
    ? `The dataset was stopped before the redrive could begin. It is ${status}: redrive it again to go on.`
    : `The dataset is ${status} by now: ask for the redrive again when it is one of ${statusesAllowing("redrive").join(", ")}.`;
  throw new Problem("TRANSITION_NOT_ALLOWED", message);
}

async function queueAgain(transaction: Queryable, redrive: Omit<RedriveTasks, "followedBy">): Promise<RedriveBatch> {
  const { datasetId, tenantId, fromBeginning, after, limit = tasksAtOnce } = redrive;
  const start = fromBeginning
    ? Prisma.sql`, checkpoint = NULL, checkpointed_at = NULL, records_read = 0, documents_written = 0, records_skipped = 0,
        records_errored = 0, bytes_read = 0, bytes_written = 0, bytes_read_metered = 0, bytes_written_metered = 0,
        output_to_remove = task.output_to_remove OR task.attempt > 0`
    : Prisma.empty;
  const behind = after ? Prisma.sql`AND (t.ordinal, t.id) > (${after.ordinal}::int, ${after.taskId})` : Prisma.empty;
  const forgotten = fromBeginning
    ? Prisma.sql`, forgotten AS (DELETE FROM error_file f USING picked WHERE f.task_id = picked.id)`
    : Prisma.empty;
  const [row] = await transaction.$queryRaw<
    { found: number; queued: number; ordinal: number | null; taskId: string | null }[]
  >`
    WITH page AS MATERIALIZED (
      SELECT t.id, t.ordinal FROM task t WHERE ${redrivable(redrive)} ${behind} ORDER BY t.ordinal, t.id LIMIT ${limit}
    ), picked AS MATERIALIZED (
      SELECT t.* FROM task t WHERE t.id IN (SELECT id FROM page) AND t.status = 'ERRORED' ORDER BY t.id FOR UPDATE
    ), queued AS (
      UPDATE task SET status = 'QUEUED', stop_reason = NULL, attempts_without_progress = 0, leases_lost = 0,
        progressed = false, last_error = NULL, last_error_code = NULL, attempts_ms = 0, available_at = clock_timestamp(),
        updated_at = clock_timestamp() ${start}
      FROM picked WHERE task.id = picked.id RETURNING task.id
    ) ${forgotten}, totals AS (
      SELECT count(*) AS tasks, coalesce(sum(records_read), 0) AS read, coalesce(sum(documents_written), 0) AS written,
        coalesce(sum(records_skipped), 0) AS skipped, coalesce(sum(records_errored), 0) AS errored,
        coalesce(sum(bytes_read), 0) AS bytes_read, coalesce(sum(bytes_written), 0) AS bytes_written
      FROM picked
    ), place AS (SELECT ordinal, id FROM page ORDER BY ordinal DESC, id DESC LIMIT 1)
    SELECT (SELECT count(*)::int FROM page) AS found, (SELECT count(*)::int FROM queued) AS queued,
      (SELECT ordinal FROM place) AS ordinal, (SELECT id FROM place) AS "taskId",
      letsdata_add_progress(${datasetId}, ${tenantId},
      CASE WHEN ${fromBeginning} THEN jsonb_build_object('recordsRead', -read, 'documentsWritten', -written,
        'recordsSkipped', -skipped, 'recordsErrored', -errored, 'bytesRead', -bytes_read, 'bytesWritten', -bytes_written)
      ELSE '{}'::jsonb END || jsonb_build_object('ERRORED', -tasks, 'QUEUED', tasks), true)::text AS counted
    FROM totals`;
  if (!row || row.found < limit || row.ordinal === null || row.taskId === null) {
    return { queued: row?.queued ?? 0, next: null };
  }
  return { queued: row.queued, next: { ordinal: row.ordinal, taskId: row.taskId } };
}

function redrivable({ tenantId, datasetId, taskIds, filter }: RedriveSelection): Prisma.Sql {
  if (filter?.statuses && !filter.statuses.includes("ERRORED")) return Prisma.sql`false`;
  const matching = conditions(filter ?? { tenantId, datasetId }, "ERRORED");
  return taskIds ? Prisma.sql`${matching} AND t.id = ANY (${[...taskIds]}::text[])` : matching;
}
