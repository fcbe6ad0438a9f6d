import type { TaskStatus } from "@letsdata/dataset/lifecycle";
import type { AttemptOutcome, Lease } from "@letsdata/pipeline/ports";
import { Problem, type ProblemCode, problemCatalogue } from "@letsdata/plugin-kit/problems";
import type { Queryable } from "../database.ts";
import { storableJson } from "./storable-json.ts";

export interface SettleTask {
  readonly taskId: string;
  readonly lease: Lease;
  readonly outcome: AttemptOutcome;
  /** Before it is claimed again, after RERUN. */
  readonly delaySeconds?: number;
}

export interface SettledTask {
  readonly taskId: string;
  readonly datasetId: string;
  readonly status: TaskStatus;
  /** Code of the task's error where `status` is ERRORED or a failure led to RERUN. */
  readonly code: string | null;
  /** How long the attempt took. */
  readonly milliseconds: number;
}

/** What an outcome wants; the database decides by lease, balance and progress. */
type Wish = "COMPLETED" | "ERRORED" | "RERUN" | "STOPPED";

/**
 * Ends the attempt. A failure whose problem says `never` makes the task ERRORED, any other RERUN; three attempts in a
 * row without progress make it ERRORED (NO_PROGRESS, last error kept). COMPLETED while the balance does not close
 * becomes ERRORED (BALANCE_BROKEN). Throws LEASE_LOST; `abandoned` stores nothing and returns null.
 */
export async function settleTask(db: Queryable, settle: SettleTask): Promise<SettledTask | null> {
  const { outcome } = settle;
  if (outcome.kind === "abandoned") return null;
  const error = outcome.kind === "failed" ? { ...outcome.error, time: Date.now() } : null;
  const [row] = await db.$queryRaw<{ settled: SettledTask | null }[]>`
    SELECT letsdata_settle_task(${settle.taskId}, ${settle.lease.workerId}, ${settle.lease.token}::bigint,
      ${wishOf(outcome)}, ${error === null ? null : storableJson(error)}::jsonb,
      ${JSON.stringify(outcome.counts)}::jsonb, ${JSON.stringify(outcome.measurements ?? [])}::jsonb,
      ${settle.delaySeconds ?? 0}::float8) AS settled`;
  if (!row?.settled) throw new Problem("LEASE_LOST", `Task ${settle.taskId} belongs to another worker by now.`);
  return row.settled;
}

function wishOf(outcome: Exclude<AttemptOutcome, { kind: "abandoned" }>): Wish {
  if (outcome.kind === "completed") return "COMPLETED";
  if (outcome.kind === "rerun") return "RERUN";
  if (outcome.kind === "stopped") return "STOPPED";
  const known = Object.hasOwn(problemCatalogue, outcome.error.code);
  const retry = known ? problemCatalogue[outcome.error.code as ProblemCode].retry : "never";
  return retry === "never" ? "ERRORED" : "RERUN";
}
