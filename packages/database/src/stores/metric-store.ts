import type { Measurement } from "@letsdata/pipeline/ports";
import { Prisma, type Queryable } from "../database.ts";

export interface QueryMetrics {
  readonly tenantId: string;
  readonly datasetId: string;
  /** Absent = the whole dataset. */
  readonly taskId?: string | undefined;
  readonly metrics: readonly string[];
  /** Epoch milliseconds; `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** Minute points in order of time; minutes without measurement are absent. */
export async function queryMetrics(db: Queryable, query: QueryMetrics): Promise<Measurement[]> {
  if (query.metrics.length === 0) return [];
  const rows = await db.$queryRaw<(Omit<Measurement, "minute"> & { minute: Date })[]>`
    SELECT m.metric, m.minute, m.count, m.sum, m.min, m.max FROM metric_point m
    WHERE m.dataset_id = ${query.datasetId} AND m.task_id = ${query.taskId ?? ""}
      AND m.metric IN (${Prisma.join([...query.metrics])})
      AND m.minute >= ${new Date(query.from)} AND m.minute < ${new Date(query.to)}
      AND EXISTS (SELECT 1 FROM dataset d WHERE d.id = m.dataset_id AND d.tenant_id = ${query.tenantId})
    ORDER BY m.minute, m.metric`;
  return rows.map((row) => ({ ...row, minute: row.minute.getTime() }));
}

/** Whether the metric was ever more than nothing for the dataset. */
export async function hasMeasured(db: Queryable, datasetId: string, metric: string): Promise<boolean> {
  const point = await db.metricPoint.findFirst({
    where: { datasetId, taskId: "", metric, sum: { gt: 0 } },
    select: { minute: true },
  });
  return point !== null;
}

/** Adds measurements that no checkpoint carries; with a task they count for the task and the dataset. */
export async function addMeasurements(
  db: Queryable,
  datasetId: string,
  taskId: string | null,
  measurements: readonly Measurement[],
): Promise<void> {
  if (measurements.length === 0) return;
  await db.$executeRaw`
    SELECT letsdata_add_measurements(${datasetId}, ${taskId ?? ""}, ${JSON.stringify(measurements)}::jsonb)`;
}
