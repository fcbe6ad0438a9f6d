import type { Checkpoint, CheckpointStore, CheckpointUpdate, Lease } from "@letsdata/pipeline/ports";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Queryable } from "../database.ts";
import { gatherCalls } from "./gather-calls.ts";

interface Save {
  readonly datasetId: string;
  readonly taskId: string;
  readonly lease: Lease;
  readonly update: CheckpointUpdate;
}

/**
 * Checkpoints of tasks of one dataset. A save moves position and counts of the task, totals of the dataset, error files, measurements and the
 * notification together, or LEASE_LOST is thrown and nothing moves. Saves that come at about the same time are one transaction.
 */
export function createCheckpointStore(db: Queryable): CheckpointStore {
  return createCheckpointStores(db)("");
}

/**
 * For a worker: the checkpoint store of each dataset. Saves of two datasets share no transaction, which would hold the counters of one while it
 * waits for those of the other.
 */
export function createCheckpointStores(db: Queryable): (datasetId: string) => CheckpointStore {
  const save = gatherCalls(
    ({ datasetId }: Save) => datasetId,
    (saves) => saveAll(db, saves),
  );
  return (datasetId) => ({
    async load(taskId: string): Promise<Checkpoint | null> {
      const [row] = await db.$queryRaw<{ checkpoint: Checkpoint }[]>`
        SELECT jsonb_build_object('position', t.checkpoint, 'counts', letsdata_task_counts(t)) AS checkpoint
        FROM task t WHERE t.id = ${taskId} AND t.checkpointed_at IS NOT NULL`;
      return row?.checkpoint ?? null;
    },
    async save(taskId: string, lease: Lease, update: CheckpointUpdate): Promise<void> {
      const isSaved = await save({ datasetId, taskId, lease, update });
      if (!isSaved) throw new Problem("LEASE_LOST", `Task ${taskId} belongs to another worker by now.`);
    },
  });
}

async function saveAll(db: Queryable, saves: readonly Save[]): Promise<readonly boolean[]> {
  const asked = saves.map(({ taskId, lease, update }) => ({ taskId, ...lease, update }));
  const [row] = await db.$queryRaw<{ saved: boolean[] }[]>`
    SELECT letsdata_save_checkpoints(${JSON.stringify(asked)}::jsonb) AS saved`;
  return row?.saved ?? [];
}
