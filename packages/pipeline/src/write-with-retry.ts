import { asProblem, Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Rejection, Writer } from "@letsdata/plugin-kit/writer";
import { type BackOff, backOff, isTransient, throwIfEnded, triesMax } from "./back-off.ts";
import type { Measuring } from "./measure.ts";

/** A document the target refused for good, by its index in the batch handed in. */
export interface Refusal {
  readonly index: number;
  readonly reason: string;
}

/**
 * Writes a batch until each document is written or refused for good. Only rejected documents are sent again.
 * Throws Problem WRITE_FAILED when tries are used up or the target refuses the call itself, LEASE_LOST where the
 * writer found the lease lost, and what ended the attempt where that came first.
 */
export async function writeWithRetry(
  writer: Writer,
  batch: readonly PreparedDocument[],
  backOffWith: BackOff,
  measurements: Measuring,
): Promise<readonly Refusal[]> {
  const { clock, ended } = backOffWith;
  const refused: Refusal[] = [];
  let documents = batch;
  /** Index in `batch` of each document still to be written; null = all, in place. */
  let places: readonly number[] | null = null;
  for (let tries = 1; ; tries++) {
    throwIfEnded(ended);
    const began = clock.monotonic();
    let rejections: readonly Rejection[] = [];
    let reason: string;
    try {
      rejections = await writer.write(documents, ended);
      reason = "";
    } catch (thrown) {
      throwIfEnded(ended);
      const problem = asProblem(thrown);
      if (problem.code === "LEASE_LOST") throw problem;
      if (!isTransient(problem)) throw writeFailed(problem.message, problem);
      reason = problem.message;
      if (tries >= triesMax) throw writeFailed(`${reason} (${tries} tries)`, problem);
    } finally {
      measurements.atTime(clock.now());
      measurements.add("write.milliseconds", clock.monotonic() - began);
      measurements.add("write.records", documents.length);
      measurements.add("write.retries", tries > 1 ? 1 : 0);
    }
    if (reason === "") {
      if (rejections.length === 0) return refused;
      const again: number[] = [];
      for (const rejection of rejections) {
        const place: number = places ? places[rejection.index]! : rejection.index;
        if (rejection.retry) again.push(place);
        else refused.push({ index: place, reason: rejection.reason });
      }
      if (again.length === 0) return refused;
      if (tries >= triesMax) {
        const last = rejections.find((rejection) => rejection.retry)!.reason;
        throw writeFailed(`${again.length} documents refused after ${tries} tries: ${last}`);
      }
      again.sort((a, b) => a - b);
      places = again;
      documents = again.map((place) => batch[place]!);
    }
    await backOff(backOffWith, tries - 1);
  }
}

function writeFailed(message: string, cause?: Problem): Problem {
  return new Problem("WRITE_FAILED", message, {
    ...(cause ? { cause, details: { cause: cause.code, ...cause.details } } : {}),
  });
}
