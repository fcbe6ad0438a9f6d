import type { Lease } from "@letsdata/pipeline/ports";

/** One attempt under way in this worker. */
export interface RunningTask {
  readonly taskId: string;
  readonly datasetId: string;
  readonly lease: Lease;
  /** Aborted when the lease is lost: the attempt ends at once and stores nothing more. */
  readonly lost: AbortController;
  /** Aborted to drain to a checkpoint: the dataset is being stopped, or this worker is. */
  readonly drain: AbortController;
}

/** The attempts of this worker, by task. */
export class RunningTasks {
  readonly #byTask = new Map<string, RunningTask>();
  readonly #slots: number;
  #ended: (() => void) | undefined;

  constructor(slots: number) {
    this.#slots = slots;
  }

  get free(): number {
    return Math.max(0, this.#slots - this.#byTask.size);
  }

  get all(): readonly RunningTask[] {
    return [...this.#byTask.values()];
  }

  get(taskId: string): RunningTask | undefined {
    return this.#byTask.get(taskId);
  }

  add(task: RunningTask): void {
    this.#byTask.set(task.taskId, task);
  }

  /** Only the attempt that was added: a later one of the same task stays. */
  remove(task: RunningTask): void {
    if (this.#byTask.get(task.taskId) === task) this.#byTask.delete(task.taskId);
    if (this.#byTask.size === 0) this.#ended?.();
  }

  async allEnded(): Promise<void> {
    if (this.#byTask.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
  }
}
