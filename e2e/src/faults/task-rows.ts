import type { Database } from "@letsdata/database/database";

export interface TaskRow {
  readonly id: string;
  readonly status: string;
  readonly worker_id: string | null;
  readonly lease_token: bigint;
  readonly attempt: number;
  readonly checkpoint: unknown;
  readonly records_read: bigint;
  readonly documents_written: bigint;
  readonly records_skipped: bigint;
  readonly records_errored: bigint;
  readonly bytes_read: bigint;
  readonly bytes_written: bigint;
}

/** The tasks as stored, past the API. */
export function taskRows(database: Database, datasetId: string): Promise<TaskRow[]> {
  return database.$queryRaw<TaskRow[]>`
    SELECT id, status, worker_id, lease_token, attempt, checkpoint, records_read, documents_written, records_skipped,
      records_errored, bytes_read, bytes_written
    FROM task WHERE dataset_id = ${datasetId} ORDER BY ordinal`;
}

export interface AttemptRow {
  readonly task_id: string;
  readonly attempt: number;
  readonly worker_id: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly outcome: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

export function attemptRows(database: Database, datasetId: string): Promise<AttemptRow[]> {
  return database.$queryRaw<AttemptRow[]>`
    SELECT a.task_id, a.attempt, a.worker_id, a.started_at, a.ended_at, a.outcome, a.error->>'code' AS error_code,
      a.error->>'message' AS error_message
    FROM task_attempt a JOIN task t ON t.id = a.task_id
    WHERE t.dataset_id = ${datasetId} ORDER BY a.started_at, a.task_id`;
}

/** A worker's id holds its process number between host and suffix. */
export function isHeldBy(row: { readonly worker_id: string | null }, worker: { readonly pid: number }): boolean {
  return row.worker_id?.split("-").at(-2) === String(worker.pid);
}

/** Whether one of the attempts had begun at that time and was not over. */
export function wasUnderWay(attempts: readonly AttemptRow[], at: Date): boolean {
  return attempts.some(({ started_at, ended_at }) => started_at <= at && (ended_at === null || ended_at > at));
}
