/** The published interfaces in TypeScript (product.md §4.1, §4.2): what customers' classes are checked against. */
export type ParseDocumentResultStatus = "SUCCESS" | "ERROR" | "SKIP";

/** How a record begins or ends. The field the type does not use is ignored. */
export interface RecordParseHint {
  readonly recordHintType: "PATTERN" | "OFFSET";
  readonly pattern: string | null;
  readonly offset: number;
}

export interface DocumentFields {
  readonly documentType?: "Document" | "ErrorDoc" | "SkipDoc" | "CompositeDoc";
  readonly documentId?: string | null;
  readonly recordType?: string | null;
  readonly partitionKey?: string | null;
  readonly documentMetadata?: Readonly<Record<string, unknown>> | null;
  readonly documentKeyValuesMap?: Readonly<Record<string, unknown>> | null;
  readonly errorMessage?: string;
  readonly skipMessage?: string;
}

export interface ParseDocumentResult {
  /** Null for stateless handlers. */
  readonly nextRecordType?: string | null;
  readonly document?: DocumentFields | null;
  readonly status: ParseDocumentResultStatus;
}

type MaybePromise<T> = T | Promise<T>;

/** Independent records of one file. Any method may be async. */
export interface SingleFileParser {
  getS3FileType(): MaybePromise<string>;
  getResolvedS3FileName(s3FileType: string, fileName: string): MaybePromise<string>;
  getRecordStartPattern(s3FileType: string): MaybePromise<RecordParseHint | null>;
  getRecordEndPattern(s3FileType: string): MaybePromise<RecordParseHint | null>;
  /** `byteArr` is the record's exact bytes: `startIndex` is 0 and `endIndex` its length. */
  parseDocument(
    s3FileType: string,
    s3Filename: string,
    offsetBytes: number,
    byteArr: Uint8Array,
    startIndex: number,
    endIndex: number,
  ): MaybePromise<ParseDocumentResult>;
}
