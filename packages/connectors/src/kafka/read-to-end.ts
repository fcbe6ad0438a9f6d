import { setTimeout as delay } from "node:timers/promises";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { RecordsBatch } from "@platformatic/kafka";

/** How long the broker holds back an answer that has nothing. */
export const FETCH_WAIT_MS = 500;
/** Without a single batch. */
const PATIENCE_MS = 60_000;

/** Of one partition. */
export interface FetchAnswer {
  readonly throttleTimeMs: number;
  readonly batches: readonly RecordsBatch[];
}

interface Span {
  readonly offset: bigint;
  /** Behind the last record. */
  readonly end: bigint;
}

/**
 * A partition's batches of `span`, all of them. An empty answer is not the end: a broker that throttles its clients sends one and says how long to
 * stay away, and so does a new leader that does not know yet how far its followers are. Throws CLOUD_UNAVAILABLE after a minute of such answers.
 */
export async function* readToEnd(
  { offset, end }: Span,
  fetch: (offset: bigint) => Promise<FetchAnswer>,
  wait: (milliseconds: number) => Promise<unknown> = delay,
): AsyncGenerator<RecordsBatch> {
  let waited = 0;
  while (offset < end) {
    const { batches, throttleTimeMs } = await fetch(offset);
    for (const batch of batches) {
      offset = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      yield batch;
    }
    if (batches.length > 0) {
      waited = 0;
      continue;
    }
    waited += throttleTimeMs || FETCH_WAIT_MS;
    if (waited > PATIENCE_MS) {
      const why = throttleTimeMs > 0 ? `it throttles this client (${throttleTimeMs} ms)` : "it answers with no records";
      throw new Problem("CLOUD_UNAVAILABLE", `Kafka hands out offset ${offset} of ${end} no more: ${why}.`);
    }
    if (throttleTimeMs > 0) await wait(throttleTimeMs);
  }
}
