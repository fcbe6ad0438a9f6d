import type { PlannedPosition } from "@letsdata/plugin-kit/connector";
import type { Queryable } from "../database.ts";

/**
 * The source of this dataset may have more tasks after those planned: it is asked again whenever a task completed, and
 * the dataset ends only once it was asked after the last one.
 */
export async function expectMoreTasks(db: Queryable, datasetId: string): Promise<void> {
  await db.$executeRaw`UPDATE dataset_progress SET planned_at_completed = 0 WHERE dataset_id = ${datasetId}`;
}

export interface DuePlanning {
  readonly datasetId: string;
  /** Tasks COMPLETED when the planning began: `planningEnded` takes it back. */
  readonly completedTasks: number;
  readonly totalTasks: number;
}

/**
 * The next dataset whose source is to be asked for more tasks, the one asked longest ago first, so that one whose source fails does not keep
 * the others waiting; no other worker gets it for `leaseSeconds`.
 */
export async function claimPlanning(db: Queryable, leaseSeconds: number): Promise<DuePlanning | null> {
  const [due] = await db.$queryRaw<DuePlanning[]>`
    UPDATE dataset_progress SET planning_until = now() + make_interval(secs => ${leaseSeconds}::float8)
    WHERE dataset_id = (
      SELECT p.dataset_id FROM dataset_progress p JOIN dataset d ON d.id = p.dataset_id
      WHERE d.status = 'PROCESSING' AND p.planned_at_completed <> p.tasks_completed
        AND (p.planning_until IS NULL OR p.planning_until <= now())
      ORDER BY p.planning_until NULLS FIRST, p.dataset_id LIMIT 1 FOR UPDATE OF p SKIP LOCKED)
    RETURNING dataset_id AS "datasetId", tasks_completed AS "completedTasks", total_tasks AS "totalTasks"`;
  return due ?? null;
}

/**
 * Positions of every task of the dataset, and whether and since when it is COMPLETED. One that somebody stopped has not been read out, whatever
 * it ended as.
 */
export async function plannedPositions(
  db: Queryable,
  datasetId: string,
): Promise<ReadonlyMap<string, PlannedPosition>> {
  const rows = await db.$queryRaw<{ position: string; completedForMs: number | null }[]>`
    SELECT position, CASE WHEN status = 'COMPLETED' AND stop_reason IS NULL
      THEN greatest(letsdata_ms(clock_timestamp()) - letsdata_ms(updated_at), 0) END AS "completedForMs"
    FROM task WHERE dataset_id = ${datasetId}`;
  return new Map(
    rows.map(({ position, completedForMs }) => [
      position,
      completedForMs === null ? { completed: false } : { completed: true, completedForMs },
    ]),
  );
}

/** Every task there was to plan is stored; the next planning may begin at once, behind those that wait longer. */
export async function planningEnded(db: Queryable, { datasetId, completedTasks }: DuePlanning): Promise<void> {
  await db.$executeRaw`
    UPDATE dataset_progress SET planned_at_completed = ${completedTasks}, planning_until = now()
    WHERE dataset_id = ${datasetId}`;
}

/** The source may have tasks that it does not show yet: it is due again in so many seconds, and the dataset does not end before. */
export async function planAgainIn(db: Queryable, { datasetId }: DuePlanning, seconds: number): Promise<void> {
  await db.$executeRaw`
    UPDATE dataset_progress SET planning_until = now() + make_interval(secs => ${seconds}::float8)
    WHERE dataset_id = ${datasetId}`;
}
