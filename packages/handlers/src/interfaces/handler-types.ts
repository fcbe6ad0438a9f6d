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
  /** Offsets are texts by file type; the system fills in missing ones. */
  readonly errorStartoffsetMap?: Readonly<Record<string, string>> | null;
  readonly errorEndoffsetMap?: Readonly<Record<string, string>> | null;
  /** Of a CompositeDoc: its document and the errors of its parts. */
  readonly document?: DocumentFields | null;
  readonly errorDocs?: readonly DocumentFields[];
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

/** Messages of a queue. `messageAttributes` are texts by name; binary values are base64. */
export interface QueueMessageReader {
  parseMessage(
    messageId: string,
    messageGroupId: string | null,
    messageDeduplicationId: string | null,
    messageAttributes: Readonly<Record<string, string>>,
    messageBody: string,
  ): MaybePromise<ParseDocumentResult>;
}

/** Records of a Kinesis stream. `approximateArrivalTimestamp` is in epoch milliseconds. */
export interface KinesisRecordReader {
  parseMessage(
    streamArn: string,
    shardId: string,
    partitionKey: string,
    sequenceNumber: string,
    approximateArrivalTimestamp: number | null,
    data: Uint8Array,
  ): MaybePromise<ParseDocumentResult>;
}

/** Changes of a DynamoDB table: plain values without type tags. `approximateCreationDateTime` is in epoch seconds. */
export interface DynamoDBStreamsRecordReader {
  parseRecord(
    streamArn: string,
    shardId: string,
    eventId: string,
    eventName: "INSERT" | "MODIFY" | "REMOVE",
    identityPrincipalId: string | null,
    identityType: string | null,
    sequenceNumber: string,
    sizeBytes: number | null,
    streamViewType: string,
    approximateCreationDateTime: number | null,
    keys: Readonly<Record<string, unknown>>,
    oldImage: Readonly<Record<string, unknown>>,
    newImage: Readonly<Record<string, unknown>>,
  ): MaybePromise<ParseDocumentResult>;
}

/** Items of a DynamoDB table: plain values without type tags. */
export interface DynamoDBTableItemReader {
  parseDynamoDBItem(
    tableName: string,
    segmentNumber: number,
    keys: Readonly<Record<string, unknown>>,
    item: Readonly<Record<string, unknown>>,
  ): MaybePromise<ParseDocumentResult>;
}

export type SingleFileReaderState = "CREATED" | "FILE_DOWNLOADED" | "PROCESSING" | "COMPLETED" | "CLOSED";

/** What a state machine's reader reads one of its files with; made by the system. */
export interface SystemFileReader {
  /** The next record's document, ErrorDoc or SkipDoc, or null at the end. With `peek` nothing moves. Await it before you return. */
  nextRecord(peek?: boolean): Promise<DocumentFields | null>;
  getState(): SingleFileReaderState;
  /** Where the next search starts, as text; "0" before the first real read. */
  getOffsetBytes(): string;
  getFileType(): string;
  getFileName(): string;
  getLastRecordType(): string | null;
}

/** Says how the records of one file type follow each other and parses them. */
export interface SingleFileStateMachineParser {
  getS3FileType(): MaybePromise<string>;
  getResolvedS3FileName(s3FileType: string, fileName: string): MaybePromise<string>;
  getNextRecordStartPattern(
    s3FileType: string,
    nextExpectedRecordType: string | null,
    lastProcessedDoc: DocumentFields | null,
  ): MaybePromise<RecordParseHint | null>;
  getNextRecordEndPattern(
    s3FileType: string,
    nextExpectedRecordType: string | null,
    lastProcessedDoc: DocumentFields | null,
  ): MaybePromise<RecordParseHint | null>;
  /** Asked where the last result named no `nextRecordType`; `lastProcessedRecordType` is null at the start of the file. */
  getNextExpectedRecordType(s3FileType: string, lastProcessedRecordType: string | null): MaybePromise<string>;
  parseDocument(
    s3FileType: string,
    s3Filename: string,
    offsetBytes: number,
    lastProcessedRecordType: string | null,
    lastProcessedDoc: DocumentFields | null,
    byteArr: Uint8Array,
    startIndex: number,
    endIndex: number,
  ): MaybePromise<ParseDocumentResult>;
}

/**
 * Beside a read handler, for the compute engine LAMBDA_AND_SAGEMAKER: names the texts of a document that become vectors, and makes the
 * document to write of them. `document` is the read handler's document as one flat map of envelope and values.
 */
export interface SagemakerVectorsInterface {
  /** Texts by name; an empty map where there is nothing to turn into vectors. */
  extractDocumentElementsForVectorization(
    document: Readonly<Record<string, unknown>>,
  ): MaybePromise<Readonly<Record<string, string>>>;
  /** `vectorsMap` has a vector for each name. An ErrorDoc or SkipDoc counts as such; null is a skip. */
  constructVectorDoc(
    documentInterface: Readonly<Record<string, unknown>>,
    vectorsMap: Readonly<Record<string, readonly number[]>>,
  ): MaybePromise<DocumentFields | null>;
}

/** By file type. Own offsets and types of the system rule over returned ones; `s3FileTypeNextRecordTypeMap` is obeyed. */
export interface ParseCompositeDocumentResult {
  readonly s3FileTypeNextRecordTypeMap?: Readonly<Record<string, string | null>> | null;
  /** A CompositeDoc carries the errors of its parts. Null with the state COMPLETED ends the reading. */
  readonly document?: DocumentFields | null;
  readonly s3FileTypeLastProcessedRecordType?: Readonly<Record<string, string | null>> | null;
  readonly s3FileTypeOffsets?: Readonly<Record<string, string>> | null;
  readonly fileReaderState?: SingleFileReaderState | null;
  readonly status: ParseDocumentResultStatus;
}

/** Combines the records of one file into documents; called until it answers COMPLETED without a document. */
export interface SingleFileStateMachineReader {
  getS3FileType(): MaybePromise<string>;
  getResolvedS3FileName(s3FileType: string, fileName: string): MaybePromise<string>;
  /** Without an answer the parser class of the configuration or of the usual place is taken. */
  getReaderParserInterfacesForS3FileType?(s3FileType: string): MaybePromise<SingleFileStateMachineParser | null>;
  getNextExpectedRecordType?(s3FileType: string, lastProcessedRecordType: string | null): MaybePromise<string>;
  parseDocument(
    s3FileType: string,
    lastProcessedRecordType: string | null,
    lastProcessedDoc: DocumentFields | null,
    fileReader: SystemFileReader,
  ): MaybePromise<ParseCompositeDocumentResult>;
}

/** Combines the records of several files, read side by side, into documents. */
export interface MultipleFileStateMachineReader {
  getS3FileTypes(): MaybePromise<Iterable<string>>;
  getResolvedS3FileNames(names: Readonly<Record<string, string>>): MaybePromise<Readonly<Record<string, string>>>;
  getParserInterfacesForS3FileTypes?(
    s3FileTypes: ReadonlySet<string>,
  ): MaybePromise<Readonly<Record<string, SingleFileStateMachineParser>> | null>;
  getNextExpectedRecordType?(
    lastProcessedRecordTypes: Readonly<Record<string, string | null>>,
  ): MaybePromise<Readonly<Record<string, string>>>;
  parseDocument(
    lastProcessedRecordTypes: Readonly<Record<string, string | null>>,
    lastProcessedDoc: DocumentFields | null,
    fileReaders: Readonly<Record<string, SystemFileReader>>,
  ): MaybePromise<ParseCompositeDocumentResult>;
}
