import type { Checkpoint, CheckpointStore, CheckpointUpdate, Lease } from "@letsdata/pipeline/ports";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Queryable } from "../database.ts";

/**
 * Checkpoints of tasks. `save` is one round trip and one transaction: position and counts of the task, totals of the
 * dataset, error files, measurements and the notification move together, or LEASE_LOST is thrown and nothing moves.
 */
export function createCheckpointStore(db: Queryable): CheckpointStore {
  return {
    async load(taskId: string): Promise<Checkpoint | null> {
      const [row] = await db.$queryRaw<{ checkpoint: Checkpoint }[]>`
        SELECT jsonb_build_object('position', t.checkpoint, 'counts', letsdata_task_counts(t)) AS checkpoint
        FROM task t WHERE t.id = ${taskId} AND t.checkpointed_at IS NOT NULL`;
      return row?.checkpoint ?? null;
    },
    async save(taskId: string, lease: Lease, update: CheckpointUpdate): Promise<void> {
      const [row] = await db.$queryRaw<{ saved: boolean }[]>`
        SELECT letsdata_save_checkpoint(${taskId}, ${lease.workerId}, ${lease.token}::bigint,
          ${JSON.stringify(update)}::jsonb) AS saved`;
      if (!row?.saved) throw new Problem("LEASE_LOST", `Task ${taskId} belongs to another worker by now.`);
    },
  };
}
