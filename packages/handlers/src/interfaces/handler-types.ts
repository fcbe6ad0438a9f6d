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
