import { type Database, Prisma, type Queryable } from "../database.ts";
import { meterDataset } from "./meter-datasets.ts";

/** Rows of one statement, so that a large dataset takes no transaction longer than a small one. */
const rowsAtOnce = 10_000;

/**
 * Tasks, logs, metrics and error index of a dataset; its configuration and usage stay, and what it used is metered first. Repeatable: batch by
 * batch, each a transaction of its own, so that nobody may use the dataset any more. Two at once end when nothing is left, whoever deleted it.
 * Aborted: throws the signal's reason between two batches.
 */
export async function deleteDatasetContents(
  db: Database,
  datasetId: string,
  signal: AbortSignal,
  batch = rowsAtOnce,
): Promise<void> {
  await meterDataset(db, datasetId);
  // Attempts and error files go with their task.
  for (const table of ["task_log_line", "metric_point", "task"]) {
    do signal.throwIfAborted();
    while ((await deleteBatch(db, Prisma.raw(table), datasetId, batch)) > 0);
  }
}

/** Returns how many rows were found: those that somebody else deleted while this waited for them are none it deleted, and more may be left. */
async function deleteBatch(db: Database, table: Prisma.Sql, datasetId: string, batch: number): Promise<number> {
  const [row] = await db.$queryRaw<{ found: number }[]>`
    WITH found AS MATERIALIZED (
      SELECT ctid FROM ${table} WHERE dataset_id = ${datasetId} LIMIT ${batch}
    ), gone AS (
      DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM found))
    ) SELECT count(*)::int AS found FROM found`;
  return row?.found ?? 0;
}

/**
 * Dataset `d` has usage that may still be billed: some is on its way, or its tenant's is billed. Where no record of a tenant was ever submitted
 * nobody bills it, and its records stay UNBILLED. Answered by the index usage_record_billed as long as that is so.
 */
const isBillable = Prisma.sql`(
  EXISTS (SELECT 1 FROM usage_record u
    WHERE u.tenant_id = d.tenant_id AND u.dataset_id = d.id AND u.billed_status = 'SUBMITTED')
  OR EXISTS (SELECT 1 FROM usage_record u WHERE u.tenant_id = d.tenant_id AND u.billed_status IN ('SUBMITTED', 'BILLED'))
    AND EXISTS (SELECT 1 FROM usage_record u WHERE u.dataset_id = d.id AND u.billed_status = 'UNBILLED'))`;

/**
 * Removes up to `limit` usage records of datasets that were DELETED before the time (epoch milliseconds) and have nothing left to bill; returns
 * how many. Any number of workers may do so at once.
 */
export async function forgetUsageOfDeleted(db: Queryable, before: number, limit: number): Promise<number> {
  return db.$executeRaw`
    DELETE FROM usage_record WHERE usage_id = ANY (ARRAY(
      SELECT u.usage_id FROM dataset d JOIN usage_record u ON u.dataset_id = d.id
      WHERE d.status = 'DELETED' AND d.deleted_at < ${new Date(before)} AND NOT ${isBillable}
      LIMIT ${limit} FOR UPDATE OF u SKIP LOCKED))`;
}

/**
 * Removes up to `limit` datasets that were DELETED before the time (epoch milliseconds) and have no usage records any more, with revisions, runs
 * and requests; returns how many. Any number of workers may do so at once.
 */
export async function forgetDeletedDatasets(db: Queryable, before: number, limit: number): Promise<number> {
  const [row] = await db.$queryRaw<{ forgotten: number }[]>`
    WITH due AS MATERIALIZED (
      SELECT d.id FROM dataset d
      WHERE d.status = 'DELETED' AND d.deleted_at < ${new Date(before)}
        AND NOT EXISTS (SELECT 1 FROM usage_record u WHERE u.dataset_id = d.id)
      ORDER BY d.deleted_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), requests AS (
      DELETE FROM request r USING due WHERE r.dataset_id = due.id
    ), lines AS (
      DELETE FROM task_log_line l USING due WHERE l.dataset_id = due.id
    ), points AS (
      DELETE FROM metric_point m USING due WHERE m.dataset_id = due.id
    ), gone AS (
      DELETE FROM dataset d USING due WHERE d.id = due.id RETURNING d.id
    ) SELECT count(*)::int AS forgotten FROM gone`;
  return row?.forgotten ?? 0;
}
