import { Prisma, type Queryable } from "../database.ts";
import { conditions, type TaskFilter } from "./task-store.ts";

export interface RedriveTasks {
  readonly tenantId: string;
  readonly datasetId: string;
  /** Only these of the ERRORED tasks; absent = all that match the filter. */
  readonly taskIds?: readonly string[] | undefined;
  readonly filter?: TaskFilter | undefined;
  /** True: positions, counts and registered error files are forgotten, and the tasks start over. */
  readonly fromBeginning: boolean;
  /** A task that follows all others: where any of them runs again, it does too if it is ERRORED. */
  readonly followedBy?: string | null;
}

type Redrivable = Omit<RedriveTasks, "fromBeginning" | "followedBy">;

/** ERRORED tasks a redrive would take, in the order of the manifest. */
export async function redrivableTasks(db: Queryable, redrive: Redrivable): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT t.id FROM task t WHERE ${redrivable(redrive)} ORDER BY t.ordinal, t.id`;
  return rows.map(({ id }) => id);
}

/** Queues ERRORED tasks again with fresh patience; counters move with them. Call inside a transaction. Returns how many. */
export async function redriveTasks(transaction: Queryable, redrive: RedriveTasks): Promise<number> {
  const { followedBy, ...wanted } = redrive;
  if (!followedBy) return queueAgain(transaction, wanted);
  // Held first, as letsdata_fail_held_reducer does: it fails the follower only before or after this as a whole.
  await transaction.$executeRaw`SELECT 1 FROM task WHERE id = ${followedBy} FOR UPDATE`;
  const queued = await queueAgain(transaction, wanted);
  if (queued === 0) return 0;
  const follower = { ...wanted, filter: undefined, taskIds: [followedBy] };
  return queued + (await queueAgain(transaction, follower));
}

async function queueAgain(transaction: Queryable, redrive: Omit<RedriveTasks, "followedBy">): Promise<number> {
  const { datasetId, tenantId, fromBeginning } = redrive;
  const start = fromBeginning
    ? Prisma.sql`, checkpoint = NULL, checkpointed_at = NULL, records_read = 0, documents_written = 0, records_skipped = 0,
        records_errored = 0, bytes_read = 0, bytes_written = 0, bytes_read_metered = 0, bytes_written_metered = 0`
    : Prisma.empty;
  if (fromBeginning) {
    await transaction.$executeRaw`
      DELETE FROM error_file f USING task t WHERE f.task_id = t.id AND ${redrivable(redrive)}`;
  }
  const [row] = await transaction.$queryRaw<{ queued: number }[]>`
    WITH picked AS (
      SELECT t.* FROM task t WHERE ${redrivable(redrive)} ORDER BY t.id FOR UPDATE
    ), queued AS (
      UPDATE task SET status = 'QUEUED', stop_reason = NULL, attempts_without_progress = 0, leases_lost = 0,
        progressed = false, last_error = NULL, last_error_code = NULL, attempts_ms = 0, available_at = clock_timestamp(),
        updated_at = clock_timestamp() ${start}
      FROM picked WHERE task.id = picked.id RETURNING task.id
    ), totals AS (
      SELECT count(*) AS tasks, coalesce(sum(records_read), 0) AS read, coalesce(sum(documents_written), 0) AS written,
        coalesce(sum(records_skipped), 0) AS skipped, coalesce(sum(records_errored), 0) AS errored,
        coalesce(sum(bytes_read), 0) AS bytes_read, coalesce(sum(bytes_written), 0) AS bytes_written
      FROM picked
    )
    SELECT (SELECT count(*)::int FROM queued) AS queued, letsdata_add_progress(${datasetId}, ${tenantId},
      CASE WHEN ${fromBeginning} THEN jsonb_build_object('recordsRead', -read, 'documentsWritten', -written,
        'recordsSkipped', -skipped, 'recordsErrored', -errored, 'bytesRead', -bytes_read, 'bytesWritten', -bytes_written)
      ELSE '{}'::jsonb END || jsonb_build_object('ERRORED', -tasks, 'QUEUED', tasks), true)::text AS counted
    FROM totals`;
  return row?.queued ?? 0;
}

function redrivable({ tenantId, datasetId, taskIds, filter }: Redrivable): Prisma.Sql {
  const matching = conditions(filter ?? { tenantId, datasetId }, "ERRORED");
  return taskIds ? Prisma.sql`${matching} AND t.id = ANY (${[...taskIds]}::text[])` : matching;
}
