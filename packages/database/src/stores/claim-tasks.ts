import type { TaskType } from "@letsdata/dataset/lifecycle";
import type { Checkpoint, Lease } from "@letsdata/pipeline/ports";
import type { Queryable } from "../database.ts";

/** A task handed to a worker, RUNNING under `lease` with its attempt opened. */
export interface ClaimedTask {
  readonly taskId: string;
  readonly datasetId: string;
  readonly datasetName: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly ordinal: number;
  readonly position: string;
  readonly taskType: TaskType;
  readonly attempt: number;
  readonly codeVersion: number;
  readonly readerDefinition: Readonly<Record<string, unknown>>;
  readonly computeDefinition: Readonly<Record<string, unknown>>;
  readonly checkpoint: Checkpoint;
  readonly lease: Lease;
  /** Epoch milliseconds by the database's clock. */
  readonly leaseExpiresAt: number;
}

export interface ClaimTasks {
  readonly workerId: string;
  /** How many tasks the worker can take now. */
  readonly slots: number;
  readonly leaseSeconds: number;
  /** Only of these datasets; absent = all. */
  readonly datasetIds?: readonly string[] | undefined;
}

/**
 * Hands out waiting tasks of datasets in PROCESSING, in turn over the datasets, never more at once than a dataset's
 * `concurrency`, over any number of workers. One round trip.
 */
export async function claimTasks(db: Queryable, claim: ClaimTasks): Promise<ClaimedTask[]> {
  if (claim.slots < 1) return [];
  const [row] = await db.$queryRaw<{ tasks: ClaimedTask[] }[]>`
    SELECT letsdata_claim_tasks(${claim.workerId}, ${claim.slots}::int, ${claim.leaseSeconds}::float8,
      ${claim.datasetIds ? [...claim.datasetIds] : null}::text[], true) AS tasks`;
  return row?.tasks ?? [];
}
