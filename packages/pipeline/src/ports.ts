import type { ErrorFile } from "@letsdata/plugin-kit/error-sink";
import type { Position } from "@letsdata/plugin-kit/reader";

/** A worker's right to a task. Saves with an old token are refused with Problem LEASE_LOST. */
export interface Lease {
  readonly workerId: string;
  readonly token: number;
}

/** Totals of a task since its beginning, over all attempts. `recordsRead = documentsWritten + recordsSkipped + recordsErrored` at every checkpoint. */
export interface Counts {
  readonly recordsRead: number;
  readonly documentsWritten: number;
  readonly recordsSkipped: number;
  readonly recordsErrored: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

export const noCounts: Counts = {
  recordsRead: 0,
  documentsWritten: 0,
  recordsSkipped: 0,
  recordsErrored: 0,
  bytesRead: 0,
  bytesWritten: 0,
};

/** A minute's aggregate of one metric: enough to combine minutes, tasks and workers. */
export interface Measurement {
  readonly metric: string;
  /** Epoch milliseconds of the minute's begin. */
  readonly minute: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export interface Checkpoint {
  readonly position: Position | null;
  readonly counts: Counts;
}

/** What moves with a checkpoint, in one transaction, or not at all. */
export interface CheckpointUpdate extends Checkpoint {
  /** Error files archived since the last checkpoint. */
  readonly errorFiles: readonly ErrorFile[];
  /** Measurements since the last checkpoint: counted once because they travel with it. */
  readonly measurements: readonly Measurement[];
}

export interface CheckpointStore {
  load(taskId: string): Promise<Checkpoint | null>;
  /** Throws Problem LEASE_LOST when the lease's token is no longer the task's. */
  save(taskId: string, lease: Lease, update: CheckpointUpdate): Promise<void>;
}

/** How an attempt ended. */
export type AttemptOutcome = {
  /** Measurements that no checkpoint carried any more; stored with the outcome. */
  readonly measurements?: readonly Measurement[];
  /** A write that was called off has not ended and may still land: what ran the attempt must end, and not serve another one. */
  readonly mayStillWrite?: true;
} & (
  | { readonly kind: "completed"; readonly counts: Counts }
  /** Time was up or the process must stop: drained to a checkpoint, to be run again. */
  | { readonly kind: "rerun"; readonly counts: Counts }
  /** Stopped on request after draining to a checkpoint. */
  | { readonly kind: "stopped"; readonly counts: Counts }
  | {
      readonly kind: "failed";
      readonly counts: Counts;
      readonly error: { readonly code: string; readonly message: string; readonly details?: string };
    }
  /** The lease was lost: nothing may be stored; another attempt goes on from the last checkpoint. */
  | { readonly kind: "abandoned"; readonly counts: Counts }
);

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Monotonic milliseconds with fractions, for durations. */
  monotonic(): number;
  /** Resolves after the time, or at once when the signal aborts; never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Resolves when everything that waits for the thread had its turn: timers, answers, signals. */
  turn(): Promise<void>;
}
