import type { ReadBatch } from "@letsdata/plugin-kit/reader";
import type { BoundedQueue } from "./bounded-queue.ts";
import { divideBatch } from "./divide-batch.ts";
import { type HandledBatch, type HandleStage, handleBatch } from "./handle-batch.ts";
import type { ReadAhead } from "./read-ahead.ts";

/** Of a handler that queues batches; more than one, because on a busy machine each side waits for the other's turn on a processor. */
const queuedBatchesMax = 3;
/** Of the records that are handed ahead, and held twice until they are worked on; a first batch goes ahead whatever its size. */
const queuedBytesMax = 4 * 1024 * 1024;

/**
 * Gives batches to the handler in the source's order. One outside this process works on batches that are next in the queue while the
 * results of the last are taken in here.
 */
export class HandleAhead {
  readonly #stage: HandleStage;
  readonly #queue: BoundedQueue<ReadAhead>;
  /** Of the batches that are next in the queue. */
  readonly #ahead: Promise<HandledBatch>[] = [];
  /** Of the first record that no handler was given yet. */
  #ordinal: number;

  constructor(stage: HandleStage, queue: BoundedQueue<ReadAhead>, firstOrdinal: number) {
    this.#stage = stage;
    this.#queue = queue;
    this.#ordinal = firstOrdinal;
  }

  /** The next batch of the queue, or as much of it as the handler does in time. */
  take(): ReadAhead | null {
    if (this.#ahead.length === 0) this.#divide(0);
    return this.#queue.take();
  }

  /** Of the batch just taken: a promise where the handler is outside this process. */
  handle(batch: ReadBatch): HandledBatch | Promise<HandledBatch> {
    const handling = this.#ahead.shift() ?? this.#begin(batch);
    if (handling instanceof Promise && this.#stage.handler.queuesBatches) this.#goAhead(queuedBatchesMax);
    return handling;
  }

  /** Of a handler outside this process, once it has answered. */
  goAhead(): void {
    this.#goAhead(this.#stage.handler.queuesBatches ? queuedBatchesMax : 1);
  }

  #goAhead(batchesMax: number): void {
    while (this.#ahead.length < batchesMax) {
      this.#divide(this.#ahead.length);
      const next = this.#queue.peek(this.#ahead.length);
      if (next === null) return;
      if (this.#ahead.length > 0 && this.#bytesAhead() + next.recordBytes > queuedBytesMax) return;
      // What it throws, also at once, belongs to that batch.
      const handling = (async () => this.#begin(next.batch))();
      handling.catch(() => {});
      this.#ahead.push(handling);
    }
  }

  #divide(before: number): void {
    const next = this.#queue.peek(before);
    const parts = next && divideBatch(next, this.#stage.pace.records);
    if (parts) this.#queue.divide(before, parts);
  }

  #begin(batch: ReadBatch): HandledBatch | Promise<HandledBatch> {
    const firstOrdinal = this.#ordinal;
    this.#ordinal += batch.records.length;
    return handleBatch(this.#stage, batch, firstOrdinal);
  }

  #bytesAhead(): number {
    let bytes = 0;
    for (let at = 0; at < this.#ahead.length; at++) bytes += this.#queue.peek(at)!.recordBytes;
    return bytes;
  }
}
