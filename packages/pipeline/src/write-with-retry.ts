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
 * Writes a batch until each document is written or refused for good. Only rejected documents are sent again.
 * Throws Problem WRITE_FAILED when the attempt's tries are used up or the target refuses the call itself, LEASE_LOST where the
 * writer found the lease lost, and what ended the attempt where that came first.
 */
export async function writeWithRetry(
  { writer, pace, backOffWith, measurements }: WriteTries,
  batch: readonly PreparedDocument[],
): Promise<readonly Refusal[]> {
  const { clock, ended } = backOffWith;
  const refused: Refusal[] = [];
  let documents = batch;
  /** Index in `batch` of each document still to be written; null = all, in place. */
  let places: readonly number[] | null = null;
  for (let tries = 1; ; tries++) {
    const call = await pace.begin();
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
      measurements.add("write.retries", tries > 1 ? 1 : 0);
    }
    if (problem) {
      if (!pace.end(call, documents.length, documents.length)) {
        throw writeFailed(problem, `${problem.message} (${triesMax} tries)`);
      }
      continue;
    }
    const again: number[] = [];
    for (const rejection of rejections) {
      const place: number = places ? places[rejection.index]! : rejection.index;
      if (rejection.retry) again.push(place);
      else refused.push({ index: place, reason: rejection.reason });
    }
    const maySendAgain = pace.end(call, documents.length, again.length);
    if (again.length === 0) return refused;
    if (!maySendAgain) {
      const last = rejections.find((rejection) => rejection.retry)!.reason;
      throw new Problem("WRITE_FAILED", `${again.length} documents refused after ${triesMax} tries: ${last}`);
    }
    again.sort((a, b) => a - b);
    places = again;
    documents = again.map((place) => batch[place]!);
  }
}

/** LEASE_LOST stays what it is, and so does a failure that is told already. */
export function writeFailed(problem: Problem, message = problem.message): Problem {
  if (problem.code === "LEASE_LOST" || problem.code === "WRITE_FAILED") return problem;
  return new Problem("WRITE_FAILED", message, { cause: problem, details: { cause: problem.code, ...problem.details } });
}
