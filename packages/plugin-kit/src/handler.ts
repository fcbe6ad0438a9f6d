import type { SourceRecord } from "./reader.ts";

/** What a handler returns for writing. */
export interface OutputDocument {
  readonly documentId: string;
  readonly partitionKey: string;
  readonly recordType: string | null;
  /** The serialised body exactly as product.md §4.2 says: JavaScript and Python one flat JSON object, Java its serialize(). */
  readonly body: string;
  /** The body's attributes, for targets that store fields; computed on first use. */
  fields(): Readonly<Record<string, unknown>>;
}

/** Offsets by file type, shard id or key, as strings. */
export type OffsetMap = Readonly<Record<string, string>>;

/** A record the handler refused, with whatever of it the handler filled in. */
export interface ErrorDocument {
  readonly message: string;
  readonly documentId: string | null;
  readonly recordType: string | null;
  readonly partitionKey: string | null;
  readonly documentMetadata: Readonly<Record<string, unknown>>;
  readonly startOffsets: OffsetMap | null;
  readonly endOffsets: OffsetMap | null;
  /** The serialised document, if the handler gave one. */
  readonly document: string | null;
  readonly parts: readonly ErrorDocument[];
}

export type HandlerResult =
  | {
      readonly kind: "document";
      readonly document: OutputDocument;
      /** Failed parts of a composite that is good as a whole: archived in one line, not counted. */
      readonly partErrors?: readonly ErrorDocument[];
    }
  | {
      readonly kind: "skip";
      readonly reason: string | null;
      /** Failed parts of a composite without a document, as those of a good one. */
      readonly partErrors?: readonly ErrorDocument[];
    }
  | { readonly kind: "error"; readonly error: ErrorDocument }
  /** A document the engine cannot take, or a record the handler cannot be given: a system error record. */
  | {
      readonly kind: "invalid";
      readonly code: "INVALID_DOCUMENT" | "RECORD_TOO_LARGE_FOR_BRIDGE";
      readonly message: string;
      /** Failed parts of a composite that cannot be taken as a whole: archived in its line. */
      readonly partErrors?: readonly ErrorDocument[];
    };

/** What a handler that calls a model measured since it was last asked. */
export interface Inferences {
  /** Of each answered call, repeats included. */
  readonly milliseconds: readonly number[];
  /** How long nothing was done but waiting for the calls. */
  readonly waitedMilliseconds: number;
  /** How many of the calls a stand-in for the model answered. */
  readonly standIns: number;
}

/**
 * A batch in, one result per record out, in order. In-process handlers answer synchronously: no promise per record.
 * An exception of customer code is thrown as Problem HANDLER_EXCEPTION: a task error.
 */
export interface Handler {
  handle(
    batch: readonly SourceRecord[],
    signal: AbortSignal,
  ): readonly HandlerResult[] | Promise<readonly HandlerResult[]>;
  /**
   * Takes a batch while it works on those before, and answers in order; else it is given one when the one before is answered. It may
   * have worked on some behind the batch at which it failed.
   */
  readonly queuesBatches?: true;
  /** Records since the last asking whose bytes had to be changed to reach the handler; only where that can happen. */
  takeTranscoded?(): number;
  /** Calls of a model since the last asking; only where there is one. */
  takeInferences?(): Inferences;
  /** Idempotent. */
  close(): Promise<void>;
}
