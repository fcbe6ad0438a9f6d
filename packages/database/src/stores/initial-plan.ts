import { Problem } from "@letsdata/plugin-kit/problems";
import type { Database, Queryable } from "../database.ts";

/** Tasks of another plan that are removed in one transaction: none of them may take as long as a lease. */
const REMOVED_AT_ONCE = 10_000;

/**
 * Makes `plan` the one whose tasks the dataset gets. Tasks of another plan, left by an initialisation that ended halfway, are removed
 * with their counters: none has run. Those of the same plan stay, so that an interrupted planning goes on, unless some ended unrun because
 * somebody stopped the dataset: then the plan begins anew. From now on nothing of another plan is stored. Throws LEASE_LOST where the dataset is not to be planned any more. Repeatable.
 */
export async function beginPlan(db: Database, datasetId: string, plan: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const [row] = await db.$queryRaw<{ removed: number | null }[]>`
      SELECT letsdata_begin_plan(${datasetId}, ${plan}, ${REMOVED_AT_ONCE}::int) AS removed`;
    const removed = row?.removed ?? null;
    if (removed === null) throw planTaken();
    if (removed === 0) return;
  }
}

/**
 * Every task of the plan is stored. Call in the transaction that lets the tasks run. Throws LEASE_LOST where another plan has taken its
 * place, or the dataset is not to be planned any more.
 */
export async function finishPlan(transaction: Queryable, datasetId: string, plan: string): Promise<void> {
  const [row] = await transaction.$queryRaw<{ held: boolean }[]>`
    SELECT letsdata_hold_planning(${datasetId}, ${plan}) AS held`;
  if (!row?.held) throw planTaken();
  await transaction.$executeRaw`UPDATE dataset_progress SET planned_at = now() WHERE dataset_id = ${datasetId}`;
}

/** For whoever planned meanwhile: the tasks are another's business now. */
export function planTaken(): Problem {
  return new Problem(
    "LEASE_LOST",
    "The tasks of this dataset were planned anew meanwhile, or it is not initialised any more.",
  );
}

/** For whoever found more tasks of a dataset that was stopped, settled or deleted meanwhile. */
export function runEnded(): Problem {
  return new Problem("LEASE_LOST", "The dataset does not run any more: it takes no further tasks.");
}
