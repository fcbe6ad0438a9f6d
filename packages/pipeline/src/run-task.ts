import type { TaskIdentity } from "@letsdata/plugin-kit/connector";
import type { ErrorSink } from "@letsdata/plugin-kit/error-sink";
import type { Handler } from "@letsdata/plugin-kit/handler";
import type { Reader } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { Attempt } from "./attempt.ts";
import type { Measuring } from "./measure.ts";
import type { AttemptOutcome, Checkpoint, CheckpointStore, Clock, Lease } from "./ports.ts";
import { noCounts } from "./ports.ts";

export interface RunTaskLimits {
  /** The attempt's time-out, counted from the call; it drains max(10 s, 10 %) earlier. */
  readonly timeoutSeconds: number;
  /** Records after which a checkpoint is due. Default 500. */
  readonly checkpointRecords?: number;
  /** Seconds after which a checkpoint is due. Default 10. */
  readonly checkpointSeconds?: number;
  /** Checkpoints due by records alone keep this distance, so that a fast task does not spend itself on saving. Default 0.1. */
  readonly checkpointSecondsMin?: number;
  /** Writers with `flush`: seconds after which an open object is closed though not full. Default 300. */
  readonly flushSecondsMax?: number;
}

export interface RunTaskInput {
  readonly task: TaskIdentity & { readonly codeVersion: number };
  readonly lease: Lease;
  /** Reader, handler, writer and sink belong to the attempt: it closes them. */
  readonly reader: Reader;
  readonly handler: Handler;
  readonly writer: Writer;
  readonly errorSink: ErrorSink;
  readonly checkpoints: CheckpointStore;
  readonly resumeFrom: Checkpoint | null;
  readonly clock: Clock;
  /** Default: aggregates by metric and minute. */
  readonly measuring?: Measuring;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly limits: RunTaskLimits;
  /** `FailTask`: the first failed record is archived and stops the task before its batch. */
  readonly recordErrorPolicy: "ArchiveAndContinue" | "FailTask";
  /** Abort with reason "stopped" or "rerun": the attempt drains to a checkpoint and ends with that outcome. */
  readonly stop: AbortSignal;
  /** Abort when the lease is lost: the attempt ends at once as `abandoned`. */
  readonly lost: AbortSignal;
  readonly log: (
    level: "info" | "warn" | "error",
    message: string,
    details?: Readonly<Record<string, unknown>>,
  ) => void;
}

/** One attempt at a task. Never rejects: whatever happens is an outcome. */
export async function runTask(input: RunTaskInput): Promise<AttemptOutcome> {
  const attempt = new Attempt(input);
  const { lost } = input;
  const abandoned: AttemptOutcome = { kind: "abandoned", counts: input.resumeFrom?.counts ?? noCounts };
  let giveUp: () => void = () => {};
  const outcome = await Promise.race([
    attempt.run(),
    new Promise<AttemptOutcome>((resolve) => {
      giveUp = () => resolve(abandoned);
      if (lost.aborted) giveUp();
      lost.addEventListener("abort", giveUp, { once: true });
    }),
  ]);
  lost.removeEventListener("abort", giveUp);
  await closeAll(input);
  return outcome;
}

async function closeAll({ reader, handler, writer, errorSink, log }: RunTaskInput): Promise<void> {
  const closed = await Promise.allSettled([reader, handler, writer, errorSink].map((part) => part.close()));
  for (const result of closed) {
    if (result.status === "rejected") log("warn", "closing failed", { reason: String(result.reason) });
  }
}
