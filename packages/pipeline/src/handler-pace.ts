import type { WritePace } from "./write-pace.ts";

/**
 * A handler is given what it is expected to do in this time: the attempt can be ended, and a checkpoint saved, between. Half of what an
 * attempt has to drain, and long enough that calls with a delay of their own (of a model, of a function) are still given many records.
 */
const TARGET_MILLISECONDS = 5_000;
/** So many times as many at most as the time before: one record that was done at once says little about the next ones. */
const GROWTH_MAX = 8;

/**
 * How many records a handler is given at once: by the time that the last ones took it, and by the documents that a target takes at once.
 * A checkpoint is saved once all documents of the records are written.
 */
export class HandlerPace {
  readonly #writes: Pick<WritePace, "documentsPerCall">;
  #inTime = 1;
  /** Documents of a record; of a handler that makes none it falls step by step, as the next records may all have one. */
  #documentsPerRecord = 1;

  constructor(writes: Pick<WritePace, "documentsPerCall">) {
    this.#writes = writes;
  }

  get records(): number {
    const written = Math.floor(this.#writes.documentsPerCall / this.#documentsPerRecord);
    return Math.max(1, Math.min(this.#inTime, written));
  }

  handled(records: number, milliseconds: number): void {
    // Up: where one more takes no longer, it is found out.
    const inTime = Math.ceil((records * TARGET_MILLISECONDS) / Math.max(milliseconds, 1));
    this.#inTime = Math.min(inTime, this.#inTime * GROWTH_MAX);
  }

  prepared(records: number, documents: number): void {
    this.#documentsPerRecord = Math.max(documents / records, this.#documentsPerRecord / GROWTH_MAX);
  }
}
