import { Problem } from "@letsdata/plugin-kit/problems";
import type { PipelineMetric } from "../measure.ts";
import type { Checkpoint, CheckpointStore, CheckpointUpdate, Lease } from "../ports.ts";

/** One task's checkpoints in memory, fenced like the database's. */
export class FakeCheckpointStore implements CheckpointStore {
  /** Every save that went through, oldest first. */
  readonly saves: CheckpointUpdate[] = [];
  #token = 0;

  /** Hands the task to a new holder; older leases are refused from now on. */
  lease(workerId = "worker"): Lease {
    this.#token++;
    return { workerId, token: this.#token };
  }

  get last(): Checkpoint | null {
    const update = this.saves.at(-1);
    return update ? { position: update.position, counts: update.counts } : null;
  }

  /** Sum of what was measured under a name and saved with checkpoints. */
  measured(metric: PipelineMetric): number {
    const all = this.saves.flatMap(({ measurements }) => measurements);
    return all.filter((one) => one.metric === metric).reduce((sum, one) => sum + one.sum, 0);
  }

  async load(): Promise<Checkpoint | null> {
    return this.last;
  }

  async save(_taskId: string, lease: Lease, update: CheckpointUpdate): Promise<void> {
    if (lease.token !== this.#token) throw new Problem("LEASE_LOST", "Another worker holds this task now");
    this.saves.push(update);
  }
}
