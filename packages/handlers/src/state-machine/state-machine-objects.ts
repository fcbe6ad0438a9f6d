import type { HandlerResult } from "@letsdata/plugin-kit/handler";

/** A document of customer code: only the language that made it looks inside. */
export type HandlerDocument = NonNullable<unknown>;

export type FileReaderState = "CREATED" | "FILE_DOWNLOADED" | "PROCESSING" | "COMPLETED" | "CLOSED";
export type TextMap = Readonly<Record<string, string>>;

/** What customer code sees of a file while it combines records (`SystemFileReader` in product.md §4.1). */
export interface SystemFile {
  readonly fileType: string;
  readonly fileName: string;
  readonly state: FileReaderState;
  /** Where the next search starts; 0 before the first real read. */
  readonly offset: number;
  readonly lastRecordType: string | null;
  /** The next parsed document, or null at the end. With `peek` nothing moves and nothing is parsed twice. */
  nextRecord(peek: boolean): Promise<HandlerDocument | null>;
}

/** Which record is expected next, and its hints as published: `RecordParseHint` objects or null. */
export interface RecordExpectation {
  readonly recordType: string | null;
  readonly start: unknown;
  readonly end: unknown;
}

export interface ParsedRecord {
  /** Never null: a result without document is an ErrorDoc or SkipDoc of the language. */
  readonly document: HandlerDocument;
  readonly nextRecordType: string | null;
}

/** The answer of the reader object: a `ParseCompositeDocumentResult`. */
export interface Combined {
  readonly document: HandlerDocument | null;
  readonly status: "SUCCESS" | "ERROR" | "SKIP";
  /** Null where the handler left it out. */
  readonly state: FileReaderState | null;
  readonly nextRecordTypes: Readonly<Record<string, string | null>> | null;
  /** `position` stands in for a missing document id. */
  resultAt(position: number | string): HandlerResult;
}

/**
 * The customer's reader and parser objects of one attempt, in whatever language. Calls never overlap, but `expect` and `parse` are
 * called while `combine` is under way: it reads from the files it was given. Exceptions of customer code are Problem HANDLER_EXCEPTION.
 */
export interface StateMachineObjects {
  fileTypes(): Promise<readonly string[]>;
  /** Object keys by file type, from those of the manifest line. */
  resolveNames(names: TextMap): Promise<TextMap>;
  /** `announced` is what the last result named as the next type; else the objects are asked. */
  expect(call: {
    readonly fileType: string;
    readonly announced: string | null;
    readonly lastRecordType: string | null;
    readonly lastDocument: HandlerDocument | null;
  }): RecordExpectation | Promise<RecordExpectation>;
  parse(call: {
    readonly fileType: string;
    readonly fileName: string;
    readonly offset: number;
    readonly end: number;
    readonly lastRecordType: string | null;
    readonly lastDocument: HandlerDocument | null;
    readonly bytes: Uint8Array;
  }): ParsedRecord | Promise<ParsedRecord>;
  combine(call: {
    readonly lastDocument: HandlerDocument | null;
    /** In the order of `fileTypes`. */
    readonly files: readonly SystemFile[];
  }): Promise<Combined>;
  /** No later call names the document: what keeps it in another process may drop it. Left out where nothing but its references does. */
  release?(document: HandlerDocument): void;
  /** Idempotent. */
  close(): Promise<void>;
}
