import type { Queryable } from "../database.ts";

export interface StoredWorker {
  readonly workerId: string;
  readonly host: string;
  readonly pid: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly heartbeatAt: number;
}

/** Registers the worker or renews its heartbeat, by the database's clock. */
export async function heartbeatWorker(
  db: Queryable,
  worker: { readonly workerId: string; readonly host: string; readonly pid: number },
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO worker (id, host, pid) VALUES (${worker.workerId}, ${worker.host}, ${worker.pid}::int)
    ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`;
}

export async function removeWorker(db: Queryable, workerId: string): Promise<void> {
  await db.$executeRaw`DELETE FROM worker WHERE id = ${workerId}`;
}

/** Forgets workers that were killed; one that was only silent comes back with its next heartbeat. Returns how many. */
export async function removeSilentWorkers(db: Queryable, seconds: number): Promise<number> {
  return db.$executeRaw`DELETE FROM worker WHERE heartbeat_at < now() - make_interval(secs => ${seconds}::float8)`;
}

/** Workers heard of within the last `seconds`. */
export async function liveWorkers(db: Queryable, seconds: number): Promise<StoredWorker[]> {
  const rows = await db.$queryRaw<{ id: string; host: string; pid: number; started_at: Date; heartbeat_at: Date }[]>`
    SELECT id, host, pid, started_at, heartbeat_at FROM worker
    WHERE heartbeat_at > now() - make_interval(secs => ${seconds}::float8) ORDER BY id`;
  return rows.map((row) => ({
    workerId: row.id,
    host: row.host,
    pid: row.pid,
    startedAt: row.started_at.getTime(),
    heartbeatAt: row.heartbeat_at.getTime(),
  }));
}
