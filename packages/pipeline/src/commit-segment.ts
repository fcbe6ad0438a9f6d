import type { ErrorFile } from "@letsdata/plugin-kit/error-sink";
import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { Reader } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { type BackOff, isTransient, retryTransient, throwIfEnded } from "./back-off.ts";
import type { Measuring } from "./measure.ts";
import type { Checkpoint, CheckpointStore, Lease } from "./ports.ts";
import type { DoneRecords, Segment } from "./segment.ts";
import { writeFailed } from "./write-with-retry.ts";

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

/** Written, flushed, archived, saved: in this order, or not at all. Returns the checkpoint behind the segment; `acknowledge` follows. */
export async function commitSegment(stage: CommitStage, segment: Segment, before: Checkpoint): Promise<Checkpoint> {
  const { writer, backOffWith } = stage;
  await segment.settled();
  throwIfEnded(backOffWith.ended);
  await flush(writer, backOffWith);
  const errorFiles = await segment.errors.finish();
  const after = { position: segment.position, counts: segment.countsAfter(before.counts) };
  countOnce(stage.measurements, segment);
  await saveCheckpoint(stage, after, errorFiles);
  writer.checkpointAt?.(after.counts.recordsRead);
  return after;
}

/** The writer has tried often enough: whatever says `later` even so, the whole attempt is repeated for. */
async function flush(writer: Writer, { ended }: BackOff): Promise<void> {
  try {
    await writer.flush?.(ended);
  } catch (thrown) {
    throwIfEnded(ended);
    const problem = asProblem(thrown);
    throw isTransient(problem) ? problem : writeFailed(problem);
  }
}

/** What a crash before the checkpoint makes another attempt do again is counted by that one alone. */
function countOnce(measurements: Measuring, segment: Segment): void {
  measurements.addMany("read.records", segment.recordsRead, segment.batchCount);
  measurements.add("bytes.read", segment.bytesRead);
  measurements.add("records.processed", segment.written);
  measurements.add("records.skipped", segment.skipped);
  measurements.add("records.errored", segment.errored);
  if (segment.transcoded > 0) measurements.add("records.transcoded", segment.transcoded);
  measurements.add("bytes.written", segment.bytesWritten);
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
  throwIfEnded(backOffWith.ended);
  measure(1);
}

/**
 * Tells a source that keeps what it gave (queues) that a saved segment is done. One that cannot be told just now is told by its reader later,
 * or hands the records out again: repeated, not lost, and no reason to fail the task. One that refuses for good would do so for ever: its Problem is thrown.
 */
export async function acknowledge({ reader, backOffWith, log }: CommitStage, segment: Segment): Promise<void> {
  if (!reader.acknowledge) return;
  for (const done of segment.done) {
    try {
      await retryTransient(backOffWith, () => reader.acknowledge!(done.starts));
    } catch (thrown) {
      throwIfEnded(backOffWith.ended);
      const problem = asProblem(thrown);
      if (!isTransient(problem)) throw problem.code === "LEASE_LOST" ? problem : notTold(problem, done);
      log("warn", "source not told that records are done", { code: problem.code, reason: problem.message });
    }
  }
}

function notTold(problem: Problem, { sourceName }: DoneRecords): Problem {
  const message = `${sourceName} still holds records that are written, and would hand them out again and again: ${problem.message}`;
  return new Problem(problem.code, message, { cause: problem, details: problem.details });
}
