import type { TaskStatus } from "@letsdata/dataset/lifecycle";
import type { Queryable } from "../database.ts";

export interface HeldLease {
  readonly taskId: string;
  readonly token: number;
}

export interface StopRequest {
  readonly taskId: string;
  /** Status of the dataset that asks its tasks to drain. */
  readonly datasetStatus: string;
}

export interface RenewedLeases {
  /** Tasks that are no longer this worker's: abandon them at once. */
  readonly lost: readonly string[];
  /** Tasks whose rows another transaction holds, such as their own checkpoint: still this worker's, not prolonged; ask for them again. */
  readonly busy: readonly string[];
  /** Tasks to drain to a checkpoint and settle as `stopped`. */
  readonly stop: readonly StopRequest[];
}

export interface RenewLeasesOptions {
  /** True: rows that another transaction holds are waited for, and no task is answered as busy. Default false. */
  readonly waits?: boolean;
}

/** Prolongs the leases a worker holds, by the database's clock. */
export async function renewLeases(
  db: Queryable,
  workerId: string,
  leases: readonly HeldLease[],
  leaseSeconds: number,
  { waits = false }: RenewLeasesOptions = {},
): Promise<RenewedLeases> {
  if (leases.length === 0) return { lost: [], busy: [], stop: [] };
  const [row] = await db.$queryRaw<{ renewed: RenewedLeases }[]>`
    SELECT letsdata_renew_leases(${workerId}, ${leases.map((lease) => lease.taskId)}::text[],
      ${leases.map((lease) => BigInt(lease.token))}::bigint[], ${leaseSeconds}::float8, ${waits}) AS renewed`;
  return row?.renewed ?? { lost: [], busy: [], stop: [] };
}

export interface ReleasedTask {
  readonly taskId: string;
  readonly datasetId: string;
  /** RERUN, or ERRORED after ten leases in a row that ended without progress. */
  readonly status: TaskStatus;
}

/**
 * Takes tasks back whose lease ran out (their worker died or hangs), one dataset after the other, up to `limit` of each. Any worker may call
 * it, any number at once.
 */
export async function releaseExpiredLeases(db: Queryable, limit = 500): Promise<ReleasedTask[]> {
  const due = await db.$queryRaw<{ datasetId: string }[]>`
    SELECT DISTINCT dataset_id AS "datasetId" FROM task WHERE status = 'RUNNING' AND lease_expires_at < clock_timestamp()`;
  const released: ReleasedTask[] = [];
  for (const { datasetId } of due) {
    const [row] = await db.$queryRaw<{ released: ReleasedTask[] }[]>`
      SELECT letsdata_release_expired_leases(${datasetId}, ${limit}::int) AS released`;
    released.push(...(row?.released ?? []));
  }
  return released;
}
