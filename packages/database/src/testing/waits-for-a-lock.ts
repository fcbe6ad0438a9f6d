import type { Database } from "../database.ts";

/** For waits inside `inTransaction`: shorter than a transaction may idle, and long for a busy machine. */
export const whileIdle = { timeout: 9_000 };

/** Whether a statement of this database waits for a lock that another transaction holds. */
export async function waitsForALock(db: Database): Promise<boolean> {
  const [row] = await db.$queryRaw<{ waiting: boolean }[]>`
    SELECT EXISTS (
      SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waiting`;
  return row!.waiting;
}
