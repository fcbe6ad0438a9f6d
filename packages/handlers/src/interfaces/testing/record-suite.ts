import type { Handler } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { testHandler } from "@letsdata/plugin-kit/testing/handler-conformance";
import { expect, test } from "vitest";
import type { MessageInterface } from "../test-messages.ts";

export interface RecordHandlersUnderTest {
  /** Such as "Python". */
  readonly name: string;
  /**
   * Opens a handler of the interface around this customer code: what handler-conformance asks of it, by the message, the data, or the
   * text named `text` of an item or new image. A document also has the call's arguments as the list `arguments`, bytes as
   * `{ bytes: [...] }` and dates as in JavaScript.
   */
  readonly open: (interfaceName: MessageInterface) => Promise<Handler> | Handler;
  readonly answersSynchronously: boolean;
  readonly queuesBatches: boolean;
}

const streamArn = "arn:aws:kinesis:eu-west-1:111122223333:stream/events";
const arrived = 1_767_225_600_123;
const made = 1_767_225_600;

/** A record of a text as its reader makes it, and the arguments the published method gets (product.md §4.1). */
const cases: Readonly<
  Record<
    MessageInterface,
    {
      readonly record: (text: string) => Pick<SourceRecord, "source" | "attributes"> & { readonly body: unknown };
      readonly arguments: (text: string) => readonly unknown[];
    }
  >
> = {
  QueueMessageReader: {
    record: (text) => ({
      source: { type: "QUEUE", name: "queue" },
      attributes: { messageId: "m", messageGroupId: "g", messageAttributes: '{"a":"ü"}' },
      body: text,
    }),
    arguments: (text) => ["m", "g", null, { a: "ü" }, text],
  },
  KinesisRecordReader: {
    record: (text) => ({
      source: { type: "shard-1", name: streamArn },
      attributes: { partitionKey: "k", approximateArrivalTimestamp: String(arrived) },
      body: text,
    }),
    arguments: (text) => [streamArn, "shard-1", "k", "49", arrived, { bytes: [...Buffer.from(text)] }],
  },
  DynamoDBStreamsRecordReader: {
    record: (text) => ({
      source: { type: "shard-1", name: streamArn },
      attributes: {
        eventId: "e",
        eventName: "MODIFY",
        identityType: "Service",
        sizeBytes: "26",
        streamViewType: "NEW_IMAGE",
        approximateCreationDateTime: String(made),
      },
      body: { keys: { id: 1 }, newImage: { text, tags: ["a", null, true], deep: { n: 1.5 } } },
    }),
    arguments: (text) => [
      ...[streamArn, "shard-1", "e", "MODIFY", null, "Service", "49", 26, "NEW_IMAGE", made],
      ...[{ id: 1 }, {}, { text, tags: ["a", null, true], deep: { n: 1.5 } }],
    ],
  },
  DynamoDBTableItemReader: {
    record: (text) => ({
      source: { type: "3", name: "users" },
      attributes: {},
      body: { keys: { id: 1 }, item: { text, id: 1 } },
    }),
    arguments: (text) => ["users", 3, { id: 1 }, { text, id: 1 }],
  },
};

/** What handlers of queues, streams and tables promise, in every language. */
export function testRecordInterfaces(underTest: RecordHandlersUnderTest): void {
  const { name, open, answersSynchronously, queuesBatches } = underTest;
  for (const [key, { record, arguments: expected }] of Object.entries(cases)) {
    const interfaceName = key as MessageInterface;
    const recordOf = (text: string): SourceRecord => {
      const { body, ...rest } = record(text);
      const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
      return { ...rest, start: "49", end: "49", body: Uint8Array.from(bytes) };
    };

    testHandler(`the ${name} ${interfaceName}`, {
      openHandler: () => open(interfaceName),
      answersSynchronously,
      queuesBatches,
      recordOf,
    });

    test(`the ${name} ${interfaceName} gets its published arguments, each record its own`, async () => {
      const handler = await open(interfaceName);
      const texts = ["a", "ü 𝄞"];
      const results = await handler.handle(texts.map(recordOf), new AbortController().signal);
      const told = results.map((result) =>
        result.kind === "document" ? result.document.fields().arguments : JSON.stringify(result),
      );
      expect(told).toEqual(texts.map(expected));
      await handler.close();
    });
  }
}
