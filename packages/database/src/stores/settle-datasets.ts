import type { DatasetEvent, DatasetStatus } from "@letsdata/dataset/lifecycle";
import { type Database, inTransaction, Prisma, type Queryable } from "../database.ts";
import { type StatusReason, type Transition, transitionDataset } from "./dataset-store.ts";

const stoppedPerRound = 20_000;

/** A source that may have more tasks has been asked for them since its last task completed. */
const plannedToEnd = Prisma.sql`(p.planned_at_completed IS NULL OR p.planned_at_completed = p.tasks_completed)`;

/**
 * Moves datasets whose tasks have all ended: PROCESSING to COMPLETED or ERRORED, STOPPING to its end once drained.
 * Waiting tasks of stopping datasets end here with a stop reason. Repeatable; any worker may call it.
 */
export async function settleDatasets(db: Database): Promise<Transition[]> {
  await failHeldReducers(db);
  const due = await db.$queryRaw<{ id: string; status: DatasetStatus }[]>`
    SELECT d.id, d.status FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id
    WHERE (d.status = 'PROCESSING' AND p.tasks_created + p.tasks_queued + p.tasks_running + p.tasks_rerun = 0
           AND ${plannedToEnd})
       OR d.status IN ('STOPPING_ERROR', 'STOPPING_COMPLETE')
    ORDER BY d.id`;
  const settled: Transition[] = [];
  for (const dataset of due) {
    if (dataset.status !== "PROCESSING") {
      await db.$executeRaw`SELECT letsdata_stop_waiting_tasks(${dataset.id}, ${stoppedPerRound}::int)`;
    }
    const transition = await inTransaction(db, (transaction) => settleDataset(transaction, dataset.id));
    if (transition) settled.push(transition);
  }
  return settled;
}

/** Reducers whose mappers have all ended, not all of them well: they cannot start any more. */
async function failHeldReducers(db: Database): Promise<void> {
  const held = await db.$queryRaw<{ id: string }[]>`
    SELECT d.id FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id
    WHERE d.status = 'PROCESSING' AND p.tasks_errored > 0 AND p.tasks_running = 0
      AND p.tasks_created + p.tasks_queued + p.tasks_rerun = 1
      AND EXISTS (SELECT 1 FROM task t WHERE t.dataset_id = d.id AND t.status IN ('CREATED', 'QUEUED', 'RERUN')
        AND t.task_type = 'SPARK_REDUCER')
    ORDER BY d.id`;
  for (const { id } of held) await db.$executeRaw`SELECT letsdata_fail_held_reducer(${id})`;
}

async function settleDataset(transaction: Queryable, datasetId: string): Promise<Transition | null> {
  const [row] = await transaction.$queryRaw<
    { status: DatasetStatus; reason: StatusReason | null; active: number; errored: number; planned: boolean }[]
  >`
    SELECT d.status, d.status_reason AS reason, p.tasks_created + p.tasks_queued + p.tasks_running + p.tasks_rerun AS active,
           p.tasks_errored AS errored, ${plannedToEnd} AS planned
    FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id WHERE d.id = ${datasetId} FOR NO KEY UPDATE`;
  if (!row || row.active > 0 || (row.status === "PROCESSING" && !row.planned)) return null;
  const event = await eventOf(transaction, datasetId, row);
  if (!event) return null;
  // A reason without a code is a notice of the planning, such as repeated manifest lines: it is still true at the end.
  const notice = row.reason?.code === null ? row.reason : null;
  return transitionDataset(transaction, datasetId, event, { reason: notice });
}

async function eventOf(
  transaction: Queryable,
  datasetId: string,
  row: { readonly status: DatasetStatus; readonly errored: number },
): Promise<DatasetEvent | null> {
  if (row.status === "PROCESSING") return row.errored > 0 ? "settledErrors" : "allCompleted";
  if (row.status !== "STOPPING_ERROR" && row.status !== "STOPPING_COMPLETE") return null;
  const [failed] = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM task WHERE dataset_id = ${datasetId} AND last_error_code IS NOT NULL
      AND status = 'ERRORED' AND stop_reason IS NULL LIMIT 1`;
  return failed ? "drainedWithErrors" : "drained";
}
