import type { DatasetStatus } from "@letsdata/dataset/lifecycle";
import { type Database, Prisma, type Queryable } from "../database.ts";

/** Of a dataset in which nothing goes on, all that is left is metered at once. */
const atRest: readonly DatasetStatus[] = ["CREATED", "COMPLETED", "ERRORED", "DESCALED", "FROZEN", "DELETED"];

/**
 * Log lines arrive behind what they tell of, and move nothing of their dataset by which it could be found. So a dataset at rest is looked at
 * for new ones until it was metered so long after its last change; what comes still later is metered with the next change.
 */
const linesArriveWithin = "10 minutes";

/**
 * Usage records of requests, checkpoints, error archives, points of charts and log lines: of datasets at rest what is left of them, of others
 * once an hour. Repeatable; any number of workers may do so at once. Aborted: ends after the dataset under way.
 */
export async function meterDatasets(db: Database, signal: AbortSignal): Promise<void> {
  const due = await db.$queryRaw<{ id: string }[]>`
    SELECT d.id FROM dataset d JOIN dataset_progress p ON p.dataset_id = d.id LEFT JOIN usage_mark m ON m.dataset_id = d.id,
      LATERAL (SELECT d.status IN (${Prisma.join([...atRest])}) AS at_rest, coalesce(m.metered_at, d.created_at) AS metered_at,
        greatest(d.updated_at, p.changed_at) + ${linesArriveWithin}::interval AS lines_until) s
    WHERE (s.at_rest AND s.metered_at < s.lines_until OR s.metered_at < now() - interval '1 hour' AND NOT s.at_rest)
      AND (p.read_requests > coalesce(m.read_requests, 0) OR p.write_requests > coalesce(m.write_requests, 0)
        OR p.checkpoints > coalesce(m.checkpoints, 0) OR p.error_bytes > coalesce(m.error_bytes, 0)
        OR p.metric_points > coalesce(m.metric_points, 0)
        -- Its last look, after which nobody looks again.
        OR s.at_rest AND s.lines_until < now()
        OR EXISTS (SELECT 1 FROM task_log_line l WHERE l.dataset_id = d.id AND l.id > coalesce(m.log_line_id, 0)))
    ORDER BY d.id`;
  for (const { id } of due) {
    if (signal.aborted) return;
    await meterDataset(db, id);
  }
}

/** What one dataset used since it was last metered, whatever goes on in it. Returns how many usage records are new. */
export async function meterDataset(db: Queryable, datasetId: string): Promise<number> {
  const [row] = await db.$queryRaw<{ added: number }[]>`SELECT letsdata_meter_dataset(${datasetId}) AS added`;
  return row?.added ?? 0;
}
