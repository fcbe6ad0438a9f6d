import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Rejection, Writer } from "@letsdata/plugin-kit/writer";
import { type BackOff, isTransient, throwIfEnded, triesMax } from "./back-off.ts";
import type { Measuring } from "./measure.ts";
import type { WritePace } from "./write-pace.ts";

/** A document the target refused for good, by its index in the batch handed in. */
export interface Refusal {
  readonly index: number;
  readonly reason: string;
}

export interface WriteTries {
  readonly writer: Writer;
  /** Of the attempt: what its other batches meet counts for this one. */
  readonly pace: WritePace;
  readonly backOffWith: BackOff;
  readonly measurements: Measuring;
}

/**
 * Writes a batch until each document is written or refused for good. Only rejected documents are sent again; where a call is refused as a
 * whole, in smaller calls, in order. `isFull`: no more fitted into the batch.
 * Throws Problem WRITE_FAILED when the attempt's tries are used up or the target refuses the call itself, LEASE_LOST where the
 * writer found the lease lost, and what ended the attempt where that came first.
 */
export async function writeWithRetry(
  { writer, pace, backOffWith, measurements }: WriteTries,
  batch: readonly PreparedDocument[],
  isFull: boolean,
): Promise<readonly Refusal[]> {
  const { clock, ended } = backOffWith;
  const refused: Refusal[] = [];
  /** Still to be written, as places in `batch`; null = all. */
  let left: readonly number[] | null = null;
  const placesLeft = () => left ?? [...batch.keys()];
  /** A target that refuses a call rather than its documents takes none of a call that is larger than what it has left. */
  let refusesCalls = false;
  for (let isRepeat = false; ; ) {
    const call = await pace.begin();
    const sent: readonly number[] | null = refusesCalls ? placesLeft().slice(0, pace.documentsPerCall) : left;
    const documents = sent ? sent.map((place) => batch[place]!) : batch;
    const began = clock.monotonic();
    let rejections: readonly Rejection[] = [];
    /** Of a call that failed for a while: none of its documents was written. */
    let problem: Problem | null = null;
    try {
      rejections = await writer.write(documents, ended);
    } catch (thrown) {
      problem = asProblem(thrown);
      if (ended.aborted || !isTransient(problem)) {
        pace.abandon();
        throwIfEnded(ended);
        throw writeFailed(problem);
      }
    } finally {
      measurements.atTime(clock.now());
      measurements.add("write.milliseconds", clock.monotonic() - began);
      measurements.add("write.records", documents.length);
      measurements.add("write.retries", isRepeat ? 1 : 0);
    }
    if (problem) {
      isRepeat = true;
      refusesCalls = true;
      if (!pace.end(call, { sent: documents.length, again: documents.length, isFull: false })) {
        throw writeFailed(problem, `${problem.message} (${triesMax} tries)`);
      }
      continue;
    }
    const again: number[] = [];
    for (const { index, reason, retry } of rejections) {
      const place = sent ? sent[index]! : index;
      if (retry) again.push(place);
      else refused.push({ index: place, reason });
    }
    const isAll = sent === null;
    const maySendAgain = pace.end(call, { sent: documents.length, again: again.length, isFull: isFull && isAll });
    if (!maySendAgain) {
      const last = rejections.find((rejection) => rejection.retry)!.reason;
      throw new Problem("WRITE_FAILED", `${again.length} documents refused after ${triesMax} tries: ${last}`);
    }
    again.sort((a, b) => a - b);
    isRepeat = again.length > 0;
    left = [...again, ...(sent ? placesLeft().slice(sent.length) : [])];
    if (left.length === 0) return refused;
  }
}

/** LEASE_LOST stays what it is, and so does a failure that is told already. */
export function writeFailed(problem: Problem, message = problem.message): Problem {
  if (problem.code === "LEASE_LOST" || problem.code === "WRITE_FAILED") return problem;
  return new Problem("WRITE_FAILED", message, { cause: problem, details: { cause: problem.code, ...problem.details } });
}
