import type { OutputDocument } from "./handler.ts";

export interface WriterLimits {
  /** Largest document, in bytes as `sizeOf` counts them. */
  readonly maxDocumentBytes: number;
  readonly maxBatchDocuments: number;
  readonly maxBatchBytes: number;
  /**
   * A batch of few documents costs about what a full one does (transactions): a checkpoint that is due by the count of records alone
   * waits for a full one, or until its documents lingered, and the first calls are no smaller than those behind them.
   */
  readonly batchesCostAlike?: boolean;
}

/** A document of a batch that was not written. `index` is its place in the batch: ids may repeat. */
export interface Rejection {
  readonly index: number;
  readonly reason: string;
  /** True: send it again (throttled). False: refused for good for what is wrong with this document; it becomes an error record. */
  readonly retry: boolean;
}

/** A document as prepared for the target; made once, however often the batch is sent. */
export interface PreparedDocument {
  readonly document: OutputDocument;
  /** 0-based ordinal of its record within the task, over all attempts. */
  readonly ordinal: number;
  /** What the target receives; only its writer looks into it. */
  readonly payload: Uint8Array | string | object;
  /** Bytes that count against the limits. */
  readonly bytes: number;
  /** What a later document replaces: those of equal key are never in one batch nor in two at once, so the last one wins. */
  readonly key?: string;
}

/** Why a document cannot go to this target at all: a system error record. */
export interface Unwritable {
  readonly code: "DOCUMENT_TOO_LARGE" | "INVALID_DOCUMENT_KEY" | "INVALID_DOCUMENT" | "INVALID_VECTOR";
  readonly message: string;
}

/**
 * One target. Batching, retry, back-off and size checks are the pipeline's: a writer states its limits and stays small.
 * `write` resolves when the target has the batch, or, for a writer with `flush`, when the batch is accepted into the open object.
 */
export interface Writer {
  readonly limits: WriterLimits;
  /** How many batches may be in flight at once; 1 keeps order. */
  readonly concurrentBatches: number;
  /** What a later attempt reads again is recognised by its ordinal: where reading began is saved before anything is written. */
  readonly needsStart?: boolean;
  /**
   * Where the next attempt would begin if this one died now: the ordinal of the first record that no checkpoint counts. Told before anything
   * is written and after each checkpoint. What is written from there on may be written again, by a handler that answers otherwise.
   */
  checkpointAt?(ordinal: number): void;
  /** Serialises one document for the target, or says why it cannot be written there. */
  prepare(
    document: OutputDocument,
    ordinal: number,
  ): PreparedDocument | Unwritable | Promise<PreparedDocument | Unwritable>;
  /**
   * Throws only when nothing of the batch was written: a Problem that says `later` makes the pipeline back off and send
   * the same documents again, any other fails the task. An aborted signal ends the call promptly.
   */
  write(batch: readonly PreparedDocument[], signal: AbortSignal): Promise<readonly Rejection[]>;
  /** True when the open object has reached its size: the pipeline then flushes and checkpoints. */
  wantsFlush?(): boolean;
  /**
   * Makes everything accepted so far durable (closes the object). The checkpoint follows it; nothing is written
   * meanwhile. What can be repeated it repeats itself: a throw that says `later` ends the attempt, and another begins at the
   * checkpoint; any other fails the task. With nothing accepted it writes nothing; what a dead attempt left behind the checkpoint
   * does not outlast it.
   */
  flush?(signal: AbortSignal): Promise<void>;
  /** Idempotent. Discards what was accepted and not flushed: without a checkpoint it does not exist. */
  close(): Promise<void>;
}
