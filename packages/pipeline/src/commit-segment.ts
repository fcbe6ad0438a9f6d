import type { ErrorFile } from "@letsdata/plugin-kit/error-sink";
import { asProblem, type Problem } from "@letsdata/plugin-kit/problems";
import type { Reader } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { type BackOff, retryTransient, throwIfLost } from "./back-off.ts";
import type { Measuring } from "./measure.ts";
import type { Checkpoint, CheckpointStore, Lease } from "./ports.ts";
import type { Segment } from "./segment.ts";

export interface CommitStage {
  readonly taskId: string;
  readonly lease: Lease;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly checkpoints: CheckpointStore;
  readonly measurements: Measuring;
  readonly backOffWith: BackOff;
  readonly log: (
    level: "info" | "warn" | "error",
    message: string,
    details?: Readonly<Record<string, unknown>>,
  ) => void;
}

/** Written, flushed, archived, saved, acknowledged: in this order, or not at all. Returns the checkpoint behind the segment. */
export async function commitSegment(stage: CommitStage, segment: Segment, before: Checkpoint): Promise<Checkpoint> {
  const { writer, backOffWith } = stage;
  await segment.settled();
  throwIfLost(backOffWith.lost);
  if (writer.flush) await retryTransient(backOffWith, () => writer.flush!(backOffWith.lost));
  const errorFiles = await segment.errors.finish();
  const after = { position: segment.position, counts: segment.countsAfter(before.counts) };
  stage.measurements.add("records.processed", segment.written);
  stage.measurements.add("records.skipped", segment.skipped);
  stage.measurements.add("records.errored", segment.errored);
  stage.measurements.add("bytes.written", segment.bytesWritten);
  await saveCheckpoint(stage, after, errorFiles);
  writer.checkpointAt?.(after.counts.recordsRead);
  if (stage.reader.acknowledge) {
    for (const batch of segment.batches) await acknowledge(stage, batch);
  }
  return after;
}

/** A database that does not answer is asked again until it does or the lease is lost. */
export async function saveCheckpoint(
  stage: CommitStage,
  checkpoint: Checkpoint,
  errorFiles: readonly ErrorFile[],
): Promise<void> {
  const { measurements, backOffWith, checkpoints, taskId, lease } = stage;
  const { clock } = backOffWith;
  measurements.atTime(clock.now());
  const update = { ...checkpoint, errorFiles, measurements: measurements.drain() };
  let began = clock.monotonic();
  const measure = (succeeded: 0 | 1): void => {
    measurements.add("checkpoint.milliseconds", clock.monotonic() - began);
    measurements.add("checkpoint.succeeded", succeeded);
    began = clock.monotonic();
  };
  await retryTransient(backOffWith, () => checkpoints.save(taskId, lease, update), {
    tries: Number.POSITIVE_INFINITY,
    onRetry: (problem) => {
      measure(0);
      stage.log("warn", "checkpoint not saved, trying again", { code: problem.code });
    },
  });
  throwIfLost(backOffWith.lost);
  measure(1);
}

/** A source that cannot be told hands the records out again: repeated, not lost, and no reason to fail the task. */
async function acknowledge(stage: CommitStage, batch: Segment["batches"][number]): Promise<void> {
  try {
    await retryTransient(stage.backOffWith, () => stage.reader.acknowledge!(batch));
  } catch (thrown) {
    throwIfLost(stage.backOffWith.lost);
    const problem: Problem = asProblem(thrown);
    stage.log("warn", "source not told that records are done", { code: problem.code, reason: problem.message });
  }
}
