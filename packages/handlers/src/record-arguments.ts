import type { SourceRecord } from "@letsdata/plugin-kit/reader";

/** Interfaces that get one record a call; state machines read on their own. */
export const recordInterfaces = [
  "SingleFileParser",
  "QueueMessageReader",
  "KinesisRecordReader",
  "DynamoDBStreamsRecordReader",
  "DynamoDBTableItemReader",
] as const;
export type RecordInterface = (typeof recordInterfaces)[number];

export type HeadArgument = string | number | null | Readonly<Record<string, string>>;

/**
 * How a record becomes the arguments of a published method (product.md §4.1), for every language. Each method takes the arguments of
 * `head` first and then what `body` says the record's bytes become, so a pipe can carry the head as JSON and the bytes as they are.
 */
export interface RecordCall {
  readonly method: string;
  /** Names of all parameters, in order. */
  readonly parameters: readonly string[];
  /** A new array on every call. */
  head(record: SourceRecord): HeadArgument[];
  readonly body: RecordBody;
}

export type RecordBody =
  /** The exact bytes, then 0 and their number. */
  | { readonly kind: "bytesWithRange" }
  | { readonly kind: "bytes" }
  | { readonly kind: "text" }
  /** The bytes are the JSON of an object whose members are the arguments, in this order; a missing one is `{}`. */
  | { readonly kind: "json"; readonly members: readonly string[] };

export const recordCalls: Readonly<Record<RecordInterface, RecordCall>> = {
  SingleFileParser: {
    method: "parseDocument",
    parameters: ["s3FileType", "s3Filename", "offsetBytes", "byteArr", "startIndex", "endIndex"],
    head: ({ source, start }) => [source.type, source.name, start],
    body: { kind: "bytesWithRange" },
  },
  QueueMessageReader: {
    method: "parseMessage",
    parameters: ["messageId", "messageGroupId", "messageDeduplicationId", "messageAttributes", "messageBody"],
    head: ({ attributes }) => [
      text(attributes.messageId),
      text(attributes.messageGroupId),
      text(attributes.messageDeduplicationId),
      textMap(attributes.messageAttributes),
    ],
    body: { kind: "text" },
  },
  KinesisRecordReader: {
    method: "parseMessage",
    parameters: ["streamArn", "shardId", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp", "data"],
    head: ({ source, start, attributes }) => [
      source.name,
      source.type,
      text(attributes.partitionKey),
      String(start),
      number(attributes.approximateArrivalTimestamp),
    ],
    body: { kind: "bytes" },
  },
  DynamoDBStreamsRecordReader: {
    method: "parseRecord",
    parameters: [
      "streamArn",
      "shardId",
      "eventId",
      "eventName",
      "identityPrincipalId",
      "identityType",
      "sequenceNumber",
      "sizeBytes",
      "streamViewType",
      "approximateCreationDateTime",
      "keys",
      "oldImage",
      "newImage",
    ],
    head: ({ source, start, attributes }) => [
      source.name,
      source.type,
      text(attributes.eventId),
      text(attributes.eventName),
      text(attributes.identityPrincipalId),
      text(attributes.identityType),
      String(start),
      number(attributes.sizeBytes),
      text(attributes.streamViewType),
      number(attributes.approximateCreationDateTime),
    ],
    body: { kind: "json", members: ["keys", "oldImage", "newImage"] },
  },
  DynamoDBTableItemReader: {
    method: "parseDynamoDBItem",
    parameters: ["tableName", "segmentNumber", "keys", "item"],
    head: ({ source }) => [source.name, number(source.type)],
    body: { kind: "json", members: ["keys", "item"] },
  },
};

export function isRecordInterface(name: string): name is RecordInterface {
  return Object.hasOwn(recordCalls, name);
}

/** All arguments as JavaScript values. */
export function recordArguments(call: RecordCall, record: SourceRecord): unknown[] {
  const values: unknown[] = call.head(record);
  const { body } = record;
  switch (call.body.kind) {
    case "bytesWithRange":
      values.push(body, 0, body.length);
      break;
    case "bytes":
      values.push(body);
      break;
    case "text":
      values.push(utf8(body));
      break;
    case "json": {
      const object = JSON.parse(utf8(body)) as Readonly<Record<string, unknown>>;
      for (const member of call.body.members) values.push(object[member] ?? {});
    }
  }
  return values;
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8");
}

function text(value: string | undefined): string | null {
  return value ?? null;
}

function number(value: string | undefined): number | null {
  return value === undefined ? null : Number(value);
}

function textMap(json: string | undefined): Readonly<Record<string, string>> {
  return json === undefined ? {} : (JSON.parse(json) as Readonly<Record<string, string>>);
}
