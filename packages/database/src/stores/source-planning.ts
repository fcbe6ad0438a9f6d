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

/** The next dataset whose source is to be asked for more tasks; no other worker gets it for `leaseSeconds`. */
export async function claimPlanning(db: Queryable, leaseSeconds: number): Promise<DuePlanning | null> {
  const [due] = await db.$queryRaw<DuePlanning[]>`
    UPDATE dataset_progress SET planning_until = now() + make_interval(secs => ${leaseSeconds}::float8)
    WHERE dataset_id = (
      SELECT p.dataset_id FROM dataset_progress p JOIN dataset d ON d.id = p.dataset_id
      WHERE d.status = 'PROCESSING' AND p.planned_at_completed <> p.tasks_completed
        AND (p.planning_until IS NULL OR p.planning_until <= now())
      ORDER BY p.dataset_id LIMIT 1 FOR UPDATE OF p SKIP LOCKED)
    RETURNING dataset_id AS "datasetId", tasks_completed AS "completedTasks", total_tasks AS "totalTasks"`;
  return due ?? null;
}

/** Positions of every task of the dataset, and whether it is COMPLETED. */
export async function plannedPositions(
  db: Queryable,
  datasetId: string,
): Promise<ReadonlyMap<string, { readonly completed: boolean }>> {
  const rows = await db.$queryRaw<{ position: string; completed: boolean }[]>`
    SELECT position, status = 'COMPLETED' AS completed FROM task WHERE dataset_id = ${datasetId}`;
  return new Map(rows.map(({ position, completed }) => [position, { completed }]));
}

/** Every task there was to plan is stored; the next planning may begin at once. */
export async function planningEnded(db: Queryable, { datasetId, completedTasks }: DuePlanning): Promise<void> {
  await db.$executeRaw`
    UPDATE dataset_progress SET planned_at_completed = ${completedTasks}, planning_until = NULL
    WHERE dataset_id = ${datasetId}`;
}
