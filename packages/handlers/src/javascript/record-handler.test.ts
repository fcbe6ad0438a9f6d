import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { describe, expect, test } from "vitest";
import { testRecordInterfaces } from "../interfaces/testing/record-suite.ts";
import { type RecordInterface, recordCalls, recordInterfaces } from "../record-arguments.ts";
import { openRecordHandler } from "./record-handler.ts";

const streamArn = "arn:aws:kinesis:eu-west-1:111122223333:stream/events";
const bytes = (text: string) => new TextEncoder().encode(text);
const record = (parts: Partial<SourceRecord>): SourceRecord => ({
  source: { type: "shard-1", name: streamArn },
  start: "49",
  end: "49",
  body: bytes("{}"),
  attributes: {},
  ...parts,
});

/** A record as its reader makes it, and the arguments the published method gets (product.md §4.1). */
const cases: Readonly<Record<RecordInterface, readonly [SourceRecord, readonly unknown[]][]>> = {
  SingleFileParser: [
    [
      record({ source: { type: "LOG", name: "a.gz" }, start: 7, end: 9, body: bytes("ab") }),
      ["LOG", "a.gz", 7, bytes("ab"), 0, 2],
    ],
  ],
  QueueMessageReader: [
    [
      record({
        body: bytes("hello é"),
        attributes: {
          messageId: "m",
          messageGroupId: "g",
          messageDeduplicationId: "d",
          messageAttributes: '{"kind":"new"}',
        },
      }),
      ["m", "g", "d", { kind: "new" }, "hello é"],
    ],
    [record({ body: bytes(""), attributes: { messageId: "m" } }), ["m", null, null, {}, ""]],
  ],
  KinesisRecordReader: [
    [
      record({ body: bytes("x"), attributes: { partitionKey: "p", approximateArrivalTimestamp: "1767225600123" } }),
      [streamArn, "shard-1", "p", "49", 1767225600123, bytes("x")],
    ],
  ],
  DynamoDBStreamsRecordReader: [
    [
      record({
        body: bytes('{"keys":{"id":1},"oldImage":{},"newImage":{"id":1,"name":"n"}}'),
        attributes: {
          eventId: "e",
          eventName: "INSERT",
          sizeBytes: "26",
          streamViewType: "NEW_AND_OLD_IMAGES",
          approximateCreationDateTime: "1767225600",
        },
      }),
      [
        streamArn,
        "shard-1",
        "e",
        "INSERT",
        null,
        null,
        "49",
        26,
        "NEW_AND_OLD_IMAGES",
        1767225600,
        { id: 1 },
        {},
        { id: 1, name: "n" },
      ],
    ],
  ],
  DynamoDBTableItemReader: [
    [
      record({ source: { type: "3", name: "users" }, body: bytes('{"keys":{"id":1},"item":{"id":1}}') }),
      ["users", 3, { id: 1 }, { id: 1 }],
    ],
  ],
};

describe.each(recordInterfaces)("%s", (name) => {
  const { method, parameters } = recordCalls[name];

  test("gets the published arguments in order", () => {
    for (const [given, expected] of cases[name]) {
      const seen: unknown[][] = [];
      const handler = openRecordHandler({ [method]: (...args) => seen.push([...args]) }, name, "task");
      void handler.handle([given], new AbortController().signal);
      expect(seen).toEqual([expected]);
      expect(parameters).toHaveLength(expected.length);
    }
  });
});

/** What the suite's customer code does; `last` is the message, data, item or image that says it. */
const parse = (...args: readonly unknown[]): unknown => {
  const last = args.at(-1);
  const inText = last instanceof Uint8Array ? new TextDecoder().decode(last) : last;
  const text = typeof inText === "string" ? inText : (inText as { text: string }).text;
  if (text.startsWith("skip")) return { status: "SKIP", document: null };
  if (text.startsWith("error")) return { status: "ERROR", document: { documentType: "ErrorDoc", errorMessage: text } };
  if (text.startsWith("throw")) throw new Error(text);
  const given = args.map((arg) => (arg instanceof Uint8Array ? { bytes: [...arg] } : arg));
  return { status: "SUCCESS", document: { documentId: text, documentKeyValuesMap: { text, arguments: given } } };
};

for (const asynchronous of [false, true]) {
  const method = asynchronous ? async (...args: readonly unknown[]) => parse(...args) : parse;
  testRecordInterfaces({
    name: `${asynchronous ? "asynchronous" : "synchronous"} JavaScript`,
    open: (name) => openRecordHandler({ [recordCalls[name].method]: method }, name, "task"),
    answersSynchronously: !asynchronous,
    queuesBatches: false,
  });
}
