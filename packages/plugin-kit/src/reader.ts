/** Where reading may resume. Only the reader that made it understands it; stored as JSON. */
export type Position = { readonly [key: string]: PositionValue | Readonly<Record<string, PositionValue>> };
export type PositionValue = string | number | null;

/** Where records come from; one object shared by all records of a file, shard or segment. */
export interface RecordSource {
  /** File type, shard id, segment or queue: the key of offset maps. */
  readonly type: string;
  /** Object key, stream ARN, table or queue name. */
  readonly name: string;
}

/** What one top-level handler call gets. */
export interface SourceRecord {
  readonly source: RecordSource;
  /** Place of the first byte (or sequence number) in the source; unique within the task. */
  readonly start: number | string;
  /** Place behind the last byte (or the same sequence number). */
  readonly end: number | string;
  /** Nobody else's memory: customer code may write to it. */
  readonly body: Uint8Array;
  /** The same bytes where they were found, beside others', for who only reads them; left out where `body` has no cheaper form. */
  readonly bytesInPlace?: Uint8Array;
  /** How many bytes these are, where asking for them costs memory. */
  readonly byteLength?: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Set when the reader could not hand the record out whole; the pipeline archives it as a system error record. */
  readonly refused?: {
    readonly code: "RECORD_TOO_LARGE" | "RECORD_TOO_LARGE_FOR_BRIDGE";
    readonly message: string;
  };
  /** Set where a state machine made the record of stretches of its files; for the error archive. All by file type. */
  readonly madeOf?: {
    readonly fileNames: Readonly<Record<string, string>>;
    /** In front of the record. */
    readonly lastRecordTypes: Readonly<Record<string, string | null>>;
    readonly startOffsets: Readonly<Record<string, string>>;
    readonly endOffsets: Readonly<Record<string, string>>;
  };
}

/** The bytes of a record, only to be read. */
export function bytesOf(record: SourceRecord): Uint8Array {
  return record.bytesInPlace ?? record.body;
}

/** How many bytes a record has. */
export function byteLengthOf(record: SourceRecord): number {
  return record.byteLength ?? bytesOf(record).length;
}

/** Keep to about 1,000 records or 1 MiB, whichever comes first: checkpoints fall between batches, or what a slow handler is given of one. */
export interface ReadBatch {
  readonly records: readonly SourceRecord[];
  /** Where to resume once all records up to here are written or archived. */
  readonly nextPosition: Position;
  /**
   * Where to resume once the first so many records, at least one and not all of them, are written or archived: a slow handler is given
   * a part of the batch at a time. Left out where only the whole batch has a position. Asked for while the reader reads on.
   */
  readonly positionBehind?: (records: number) => Position;
  /** Bytes taken from the source for this batch, as transferred. */
  readonly bytesRead: number;
  /**
   * Where reading begins, in front of its first record: `records` is empty. Sources whose beginning may move between attempts (an object
   * that is replaced, a stream whose oldest records go) say it, for writers that ask for it (`needsStart`).
   */
  readonly isStart?: boolean;
  /** The source hands out nothing more before what it gave is acknowledged: a checkpoint is due at once. */
  readonly awaitsAcknowledgement?: boolean;
}

export interface Reader {
  /** How much of a failed record's body is archived, in bytes. Absent: all of it; a source that keeps its records may say less. */
  readonly errorBodyBytesMax?: number;
  /**
   * Yields in source order; ending means the source is exhausted. Throws a Problem (SOURCE_NOT_FOUND, SOURCE_CHANGED,
   * SOURCE_CORRUPT, …) when the source fails for good; after one that says `later` the pipeline backs off and calls
   * `read` again at the last batch's `nextPosition`. An aborted signal ends the iteration promptly, by return or throw;
   * a source that lends its records may hand out one more batch.
   */
  read(from: Position | null, signal: AbortSignal): AsyncIterable<ReadBatch>;
  /** Queues delete here, after the checkpoint: the records of one batch, by their `start`. Bodies are not kept for it. */
  acknowledge?(starts: readonly SourceRecord["start"][]): Promise<void>;
  /**
   * Sources that lend their records (queues), for trials: gives back at once what was received and answers what that did to the source,
   * sentences for people. Throws the Problem of what could not be given back.
   */
  giveBack?(): Promise<readonly string[]>;
  /** Idempotent; also after an abort or a throw. */
  close(): Promise<void>;
}

/** How a record begins or ends in a file: `null` = at the search start / at the end of the file. */
export type RecordHint =
  | { readonly kind: "pattern"; readonly pattern: Uint8Array }
  | { readonly kind: "offset"; readonly offset: number }
  | null;

/** What the customer's parser says about one file; asked once per attempt (product.md §4.3). */
export interface FileFraming {
  readonly fileType: string;
  /** Object key after `getResolvedS3FileName`. */
  readonly resolvedName: string;
  readonly start: RecordHint;
  readonly end: RecordHint;
}

/** A stretch of records cut from plain (decompressed) bytes. */
export interface SplitBatch {
  readonly records: readonly SourceRecord[];
  /** Plain-text offset at which the next search starts. */
  readonly nextOffset: number;
  /** The same behind the first so many records, at least one and not all of them. */
  readonly offsetBehind: (records: number) => number;
}

/** Cuts a byte stream into records; implemented in handlers/record-splitter, used by the S3 reader. */
export interface RecordSplitter {
  readonly framing: FileFraming;
  split(bytes: AsyncIterable<Uint8Array>, fromOffset: number): AsyncIterable<SplitBatch>;
}

/** Where a state machine stands in one of its files. */
export interface FileState {
  /** Plain-text offset at which the next search starts. */
  readonly offset: number;
  readonly lastRecordType: string | null;
  /** The type the last record announced for the next one; null = the handler is asked. */
  readonly nextRecordType: string | null;
}

export interface CombinedBatch {
  readonly records: readonly SourceRecord[];
  /** By file type, behind the batch. */
  readonly files: Readonly<Record<string, FileState>>;
}

/** Makes records of all files of a manifest line with customer code; implemented in handlers/state-machine, used by the S3 reader. */
export interface FileCombiner {
  /** Object keys by file type, as the handler resolved them. */
  readonly fileNames: Readonly<Record<string, string>>;
  /** `bytes`: plain bytes of each file from its state's offset on, or from the beginning where `from` is null. */
  combine(
    bytes: Readonly<Record<string, AsyncIterable<Uint8Array>>>,
    from: Readonly<Record<string, FileState>> | null,
    signal: AbortSignal,
  ): AsyncIterable<CombinedBatch>;
}
