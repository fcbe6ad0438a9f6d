import { asProblem, type Problem } from "@letsdata/plugin-kit/problems";
import type { Writer } from "@letsdata/plugin-kit/writer";
import type { ErrorArchiver } from "./archive-errors.ts";
import type { BackOff } from "./back-off.ts";
import { type ErrorOrigin, systemError } from "./error-records.ts";
import type { WriteBatch } from "./in-batches.ts";
import type { Measuring } from "./measure.ts";
import type { Segment } from "./segment.ts";
import { WritePace } from "./write-pace.ts";
import { type WriteTries, writeWithRetry } from "./write-with-retry.ts";

export interface WriteStage {
  readonly writer: Writer;
  readonly errorOrigin: ErrorOrigin;
  readonly measurements: Measuring;
  readonly backOffWith: BackOff;
  /** Where a failed record stops the task: the Problem to end with, of a record that `errors` has; null = archived, and on it goes. */
  readonly stopsTask: ((errors: ErrorArchiver, message: string) => Problem) | null;
  /** A batch is written, or failed for good. */
  readonly onEnd: (failure: Problem | null) => void;
}

/** Batches that are being written: up to the writer's `concurrentBatches`, fewer where the target is slow, and never two with a key in common. */
export class WritesUnderWay {
  readonly pace: WritePace;
  readonly #stage: WriteStage;
  readonly #tries: WriteTries;
  readonly #batches = new Set<WriteBatch>();

  constructor(stage: WriteStage) {
    const { writer, backOffWith, measurements } = stage;
    this.#stage = stage;
    this.pace = new WritePace(backOffWith, writer);
    this.#tries = { writer, pace: this.pace, backOffWith, measurements };
  }

  get size(): number {
    return this.#batches.size;
  }

  mustWait({ keys }: WriteBatch): boolean {
    if (this.pace.holdsBack(this.#batches.size)) return true;
    for (const other of this.#batches) for (const key of keys) if (other.keys.has(key)) return true;
    return false;
  }

  /** Its outcome goes to `segment` and to `onEnd`. `isFull`: no more fitted into it. */
  begin(segment: Segment, batch: WriteBatch, isFull: boolean): void {
    segment.writeBegan();
    this.#batches.add(batch);
    void this.#write(segment, batch, isFull).then((failure) => {
      this.#batches.delete(batch);
      segment.writeEnded(failure);
      this.#stage.onEnd(failure);
    });
  }

  /** The batch's failure, or null. */
  async #write(segment: Segment, batch: WriteBatch, isFull: boolean): Promise<Problem | null> {
    try {
      const { errorOrigin, measurements, backOffWith, stopsTask } = this.#stage;
      const refusals = await writeWithRetry(this.#tries, batch.documents, isFull);
      let { bytes } = batch;
      for (const { index, reason } of refusals) {
        const { document, ordinal, bytes: refusedBytes } = batch.documents[index]!;
        bytes -= refusedBytes;
        const refused = { code: "INVALID_DOCUMENT", message: `The target refused the document: ${reason}` };
        const record = systemError(errorOrigin, batch.records[index]!, refused, document);
        await segment.addError({ ordinal, record });
        if (stopsTask) throw stopsTask(segment.errors, record.errorMessage);
      }
      segment.written += batch.documents.length - refusals.length;
      segment.bytesWritten += bytes;
      const count = batch.documents.length;
      measurements.addMany("total.milliseconds", (backOffWith.clock.monotonic() - batch.readBegan) * count, count);
      measurements.add("total.records", count);
      return null;
    } catch (thrown) {
      return asProblem(thrown);
    }
  }
}
