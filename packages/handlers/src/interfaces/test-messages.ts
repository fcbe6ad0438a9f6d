import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { type RecordInterface, recordCalls } from "../record-arguments.ts";

export type MessageInterface = Exclude<RecordInterface, "SingleFileParser">;
type Fields = Readonly<Record<string, unknown>>;

/**
 * JSON lines as records of a queue, stream or table. A line that is an object of the method's parameters (product.md §4.1)
 * gives those, with made-up ones for what is missing; any other line is the message, data or item itself.
 */
export function recordsOfMessages(text: string, interfaceName: MessageInterface): SourceRecord[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, index) => madeUp[interfaceName](fieldsOf(line, interfaceName), index));
}

const bodyParameter: Readonly<Record<MessageInterface, string>> = {
  QueueMessageReader: "messageBody",
  KinesisRecordReader: "data",
  DynamoDBStreamsRecordReader: "newImage",
  DynamoDBTableItemReader: "item",
};

export function isMessageInterface(name: string): name is MessageInterface {
  return Object.hasOwn(bodyParameter, name);
}

function fieldsOf(line: string, interfaceName: MessageInterface): Fields {
  const value = jsonIfPossible(line);
  const { parameters } = recordCalls[interfaceName];
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const isCall =
    isObject && Object.keys(value).length > 0 && Object.keys(value).every((key) => parameters.includes(key));
  if (isCall) return value as Fields;
  const isText = interfaceName === "QueueMessageReader" || interfaceName === "KinesisRecordReader";
  return { [bodyParameter[interfaceName]]: isText ? line : value };
}

const madeUp: Readonly<Record<MessageInterface, (fields: Fields, index: number) => SourceRecord>> = {
  QueueMessageReader: ({ messageId, messageAttributes, messageBody, ...optional }, index) =>
    recordOf("QUEUE", "test", text(messageId) ?? `message-${index}`, textOf(messageBody), {
      messageId: text(messageId) ?? `message-${index}`,
      ...texts(optional),
      ...(messageAttributes ? { messageAttributes: JSON.stringify(messageAttributes) } : {}),
    }),
  KinesisRecordReader: ({ streamArn, shardId, sequenceNumber, data, ...rest }, index) =>
    recordOf(
      text(shardId) ?? "shardId-000000000000",
      text(streamArn) ?? "arn:aws:kinesis:us-east-1:000000000000:stream/test",
      text(sequenceNumber) ?? String(index),
      textOf(data),
      { partitionKey: String(index), approximateArrivalTimestamp: "0", ...texts(rest) },
    ),
  DynamoDBStreamsRecordReader: (fields, index) => {
    const { streamArn, shardId, sequenceNumber, keys = {}, oldImage = {}, newImage = {}, ...rest } = fields;
    const body = JSON.stringify({ keys, oldImage, newImage });
    return recordOf(
      text(shardId) ?? "shardId-00000000000000000000-00000000",
      text(streamArn) ?? "arn:aws:dynamodb:us-east-1:000000000000:table/test/stream/2026-01-01T00:00:00.000",
      text(sequenceNumber) ?? String(index),
      body,
      { eventId: `event-${index}`, eventName: "INSERT", streamViewType: "NEW_AND_OLD_IMAGES", ...texts(rest) },
    );
  },
  DynamoDBTableItemReader: ({ tableName, segmentNumber, keys = {}, item = {} }, index) =>
    recordOf(text(segmentNumber) ?? "0", text(tableName) ?? "test", String(index), JSON.stringify({ keys, item }), {}),
};

function recordOf(
  type: string,
  name: string,
  start: string,
  body: string,
  attributes: Readonly<Record<string, string>>,
): SourceRecord {
  return { source: { type, name }, start, end: start, body: Buffer.from(body), attributes };
}

function text(value: unknown): string | null {
  return value === undefined || value === null ? null : String(value);
}

function texts(fields: Fields): Readonly<Record<string, string>> {
  const known = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}

/** A body given as an object is meant as its JSON. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function jsonIfPossible(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
