import { asProblem } from "@letsdata/plugin-kit/problems";
import { byteLengthOf, type Position, type ReadBatch, type Reader } from "@letsdata/plugin-kit/reader";
import { type BackOff, backOff, isTransient, triesMax } from "./back-off.ts";
import type { BoundedQueue } from "./bounded-queue.ts";
import type { Measuring } from "./measure.ts";

export interface ReadAhead {
  readonly batch: ReadBatch;
  /** Monotonic milliseconds at which reading of the batch began. */
  readonly readBegan: number;
  /** Bytes of its records, unpacked. */
  readonly recordBytes: number;
}

/** Reads into the queue until the source ends, fails for good, or `signal` aborts. Never rejects: the queue tells. */
export async function readAhead(input: {
  readonly reader: Reader;
  readonly from: Position | null;
  readonly queue: BoundedQueue<ReadAhead>;
  readonly measurements: Measuring;
  readonly backOffWith: BackOff;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { reader, queue, measurements, backOffWith, signal } = input;
  const { clock } = backOffWith;
  let position = input.from;
  let failures = 0;
  while (!signal.aborted) {
    try {
      let readBegan = clock.monotonic();
      for await (const batch of reader.read(position, signal)) {
        if (signal.aborted && !reader.acknowledge) return;
        failures = 0;
        const readEnded = clock.monotonic();
        measurements.atTime(clock.now());
        measurements.addMany("read.milliseconds", readEnded - readBegan, batch.records.length);
        let recordBytes = 0;
        for (const record of batch.records) recordBytes += byteLengthOf(record);
        // Compressed records are held unpacked; what a reader fetched for several batches comes with the first of them.
        const wait = queue.push({ batch, readBegan, recordBytes }, Math.max(batch.bytesRead, recordBytes));
        if (wait && !signal.aborted) await wait;
        if (signal.aborted) return;
        position = batch.nextPosition;
        readBegan = clock.monotonic();
        measurements.add("enqueue.milliseconds", readBegan - readEnded);
      }
      if (!signal.aborted) queue.end();
      return;
    } catch (thrown) {
      if (signal.aborted) return;
      const problem = asProblem(thrown);
      failures++;
      if (!isTransient(problem) || failures >= triesMax) {
        queue.fail(problem);
        return;
      }
      await backOff(backOffWith, failures - 1, signal).catch(() => {});
    }
  }
}
