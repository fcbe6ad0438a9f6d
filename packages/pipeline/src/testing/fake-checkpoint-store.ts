import type { ErrorFile } from "@letsdata/plugin-kit/error-sink";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { PipelineMetric } from "../measure.ts";
import type { Checkpoint, CheckpointStore, CheckpointUpdate, Lease, Measurement } from "../ports.ts";

/** One task's checkpoints in memory, fenced like the database's. */
export class FakeCheckpointStore implements CheckpointStore {
  /** Every save that went through, oldest first; one that was repeated because its answer was lost is there once. */
  readonly saves: CheckpointUpdate[] = [];
  #holder: Lease = { workerId: "", token: 0 };
  #lastSave = "";

  /** Hands the task to a new holder; older leases are refused from now on. */
  lease(workerId = "worker"): Lease {
    this.#holder = { workerId, token: this.#holder.token + 1 };
    return this.#holder;
  }

  get last(): Checkpoint | null {
    const update = this.saves.at(-1);
    return update ? { position: update.position, counts: update.counts } : null;
  }

  get errorFiles(): readonly ErrorFile[] {
    const byKey = new Map(this.saves.flatMap(({ errorFiles }) => errorFiles.map((file) => [file.key, file] as const)));
    return [...byKey.values()];
  }

  get measurements(): readonly Measurement[] {
    const sums = new Map<string, Measurement>();
    for (const one of this.saves.flatMap(({ measurements }) => measurements)) {
      const key = `${one.metric} ${one.minute}`;
      const { count = 0, sum = 0, min = one.min, max = one.max } = sums.get(key) ?? {};
      sums.set(key, {
        ...one,
        count: count + one.count,
        sum: sum + one.sum,
        min: Math.min(min, one.min),
        max: Math.max(max, one.max),
      });
    }
    return [...sums.values()];
  }

  /** Sum of what was measured under a name and saved with checkpoints. */
  measured(metric: PipelineMetric): number {
    return this.measurements.filter((one) => one.metric === metric).reduce((sum, one) => sum + one.sum, 0);
  }

  async load(): Promise<Checkpoint | null> {
    return this.last;
  }

  async save(_taskId: string, { workerId, token }: Lease, update: CheckpointUpdate): Promise<void> {
    if (token !== this.#holder.token || workerId !== this.#holder.workerId) {
      throw new Problem("LEASE_LOST", "Another worker holds this task now");
    }
    const save = JSON.stringify([token, update]);
    if (save === this.#lastSave) return;
    this.#lastSave = save;
    this.saves.push(update);
  }
}
