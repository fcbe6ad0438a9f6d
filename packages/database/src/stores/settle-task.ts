import type { TaskStatus } from "@letsdata/dataset/lifecycle";
import type { AttemptOutcome, Lease } from "@letsdata/pipeline/ports";
import { Problem, type ProblemCode, problemCatalogue } from "@letsdata/plugin-kit/problems";
import type { Queryable } from "../database.ts";
import type { ClaimedTask, ClaimTasks } from "./claim-tasks.ts";
import { gatherCalls } from "./gather-calls.ts";
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
 * row without progress make it ERRORED (NO_PROGRESS, last error kept). MACHINE_FAILED is no such
 * attempt: nothing of the task was tried. COMPLETED while the balance does not close becomes ERRORED (BALANCE_BROKEN). Throws LEASE_LOST; `abandoned` stores nothing and returns null.
 */
export type SettleTasks = (settle: SettleTask & { readonly datasetId: string }) => Promise<SettledTask | null>;

/** Of a worker that goes on: as many tasks as end are claimed in the transaction that ends them. */
export interface Successors {
  /** Asked each time; null: take none. */
  readonly claim: () => Pick<ClaimTasks, "workerId" | "leaseSeconds"> | null;
  /** Called before those that ended hear of it, so that their places are never free. */
  readonly start: (claimed: readonly ClaimedTask[]) => void;
}

/**
 * For a worker: attempts that end at about the same time are settled in one transaction for each dataset. One of two datasets would hold the
 * counters of one while it waits for those of the other.
 */
export function createSettler(db: Queryable, successors?: Successors): SettleTasks {
  const store = gatherCalls(
    ({ datasetId }: StorableSettle & { readonly datasetId: string }) => datasetId,
    async (settles) => {
      const claim = successors?.claim();
      if (!claim) return storeAll(db, settles);
      const { settled, claimed } = await storeAllAndClaim(db, settles, claim);
      successors?.start(claimed);
      return settled;
    },
  );
  return async (settle) => {
    if (settle.outcome.kind === "abandoned") return null;
    return unlessLost(settle, await store({ ...settle, outcome: settle.outcome }));
  };
}

/** One alone; see `SettleTasks`. */
export async function settleTask(db: Queryable, settle: SettleTask): Promise<SettledTask | null> {
  if (settle.outcome.kind === "abandoned") return null;
  const [settled] = await storeAll(db, [{ ...settle, outcome: settle.outcome }]);
  return unlessLost(settle, settled);
}

function unlessLost({ taskId }: SettleTask, settled: SettledTask | null | undefined): SettledTask {
  if (!settled) throw new Problem("LEASE_LOST", `Task ${taskId} belongs to another worker by now.`);
  return settled;
}

type StorableSettle = SettleTask & { readonly outcome: Exclude<AttemptOutcome, { kind: "abandoned" }> };

/** Null where the lease is another's by now. */
type Settled = readonly (SettledTask | null)[];

async function storeAll(db: Queryable, settles: readonly StorableSettle[]): Promise<Settled> {
  const [row] = await db.$queryRaw<{ settled: Settled }[]>`
    SELECT letsdata_settle_tasks(${storable(settles)}::jsonb) AS settled`;
  return row?.settled ?? [];
}

async function storeAllAndClaim(
  db: Queryable,
  settles: readonly StorableSettle[],
  { workerId, leaseSeconds }: Pick<ClaimTasks, "workerId" | "leaseSeconds">,
): Promise<{ readonly settled: Settled; readonly claimed: readonly ClaimedTask[] }> {
  const [row] = await db.$queryRaw<{ answer: { settled: Settled; claimed: ClaimedTask[] } }[]>`
    SELECT letsdata_settle_and_claim(${storable(settles)}::jsonb, ${workerId}, ${leaseSeconds}::float8) AS answer`;
  return row?.answer ?? { settled: [], claimed: [] };
}

function storable(settles: readonly StorableSettle[]): string {
  return storableJson(
    settles.map(({ taskId, lease, outcome, delaySeconds }) => ({
      taskId,
      workerId: lease.workerId,
      token: lease.token,
      wish: wishOf(outcome),
      error: outcome.kind === "failed" ? { ...outcome.error, time: Date.now() } : null,
      counts: outcome.counts,
      measurements: outcome.measurements ?? [],
      delaySeconds: delaySeconds ?? 0,
    })),
  );
}

function wishOf(outcome: StorableSettle["outcome"]): Wish {
  if (outcome.kind === "completed") return "COMPLETED";
  if (outcome.kind === "rerun") return "RERUN";
  if (outcome.kind === "stopped" || outcome.error.code === "MACHINE_FAILED") return "STOPPED";
  const known = Object.hasOwn(problemCatalogue, outcome.error.code);
  const retry = known ? problemCatalogue[outcome.error.code as ProblemCode].retry : "never";
  return retry === "never" ? "ERRORED" : "RERUN";
}
