import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { afterAll, describe, expect, it, test } from "vitest";
import { HostProcess } from "../host-process/host-process.ts";
import { hostedEntry } from "../host-process/hosted-entry.ts";
import { connectToEntry, javaScriptEntryHost } from "../javascript/lambda-entry.ts";
import { javaScriptHost } from "../javascript/open-handler.ts";
import { supplySupportModules } from "../javascript/supply-support.ts";
import { pythonCommand, pythonHost } from "../python/open-handler.ts";
import { artifactOf } from "../python/testing/artifact-of.ts";
import type { RecordInterface } from "../record-arguments.ts";
import { bridgeHost } from "./bridge-host.ts";
import { BridgeException, type BridgeRequest, parseExactly } from "./bridge-protocol.ts";
import { testBridge } from "./testing/bridge-suite.ts";

const signal = new AbortController().signal;
const publishedImage = join(import.meta.dirname, "testing/published-image");
const pythonArtifact = join(import.meta.dirname, "../python/testing/artifact");
const published = { JavaScript: javaScriptHost, Python: pythonHost };

const ownImage = mkdtempSync(join(tmpdir(), "letsdata-own-image-"));
writeFileSync(
  join(ownImage, "index.js"),
  `import { Document, ErrorDoc, lambdaHandler, ParseDocumentResult, RecordParseHint, SkipDoc } from "@letsdata/handler";
   class SingleFileParser {
     getS3FileType() { return "LOG"; }
     getResolvedS3FileName(type, name) { return "in/" + name; }
     async getRecordStartPattern() { return new RecordParseHint("PATTERN", "{", -1); }
     getRecordEndPattern() { return null; }
     parseDocument(type, name, offset, bytes, from, to) {
       const text = new TextDecoder().decode(bytes.subarray(from, to));
       if (text.startsWith("throw")) throw new TypeError(text);
       if (text.startsWith("skip")) return new ParseDocumentResult(null, new SkipDoc(null, null, null, null, null, null, null, text), "SKIP");
       if (text.startsWith("error")) return new ParseDocumentResult(null, new ErrorDoc(null, null, null, null, null, null, null, text), "ERROR");
       return new ParseDocumentResult(null, new Document("Document", text, null, null, null, { text, bytes: [...bytes] }), "SUCCESS");
     }
   }
   export const handler = lambdaHandler({ SingleFileParser });`,
);
writeFileSync(join(ownImage, "package.json"), '{ "type": "module" }');
await supplySupportModules(ownImage);
afterAll(() => rmSync(ownImage, { recursive: true, force: true }));

for (const [language, host] of Object.entries(published)) {
  testBridge(`an image as published, in ${language}, unmodified`, async () => ({ host, artifactDir: publishedImage }));
}
testBridge("an image of our own in JavaScript, asked in batches", async () => ({
  host: javaScriptEntryHost,
  artifactDir: ownImage,
}));
const python = new HostProcess(pythonCommand(pythonArtifact));
afterAll(() => {
  python.close();
  pythonHost.close?.();
});
testBridge("an image of our own in Python, asked in batches", async () => ({
  host: hostedEntry("PYTHON", () => python),
  artifactDir: pythonArtifact,
}));

const record = (type: string, name: string, body: string, attributes: Record<string, string> = {}): SourceRecord => {
  return { source: { type, name }, start: "49", end: "49", body: Buffer.from(body), attributes };
};
const streamRecord = { streamArn: "arn", shardId: "shard-1", sequenceNumber: "49" };
const requests: readonly [RecordInterface, SourceRecord, Record<string, unknown>][] = [
  [
    "QueueMessageReader",
    record("QUEUE", "q", "é", { messageId: "m", messageGroupId: "g", messageAttributes: '{"k":"v"}' }),
    { messageId: "m", messageGroupId: "g", messageAttributes: { k: "v" }, messageBody: "é" },
  ],
  [
    "QueueMessageReader",
    record("QUEUE", "q", "", { messageId: "m" }),
    { messageId: "m", messageAttributes: {}, messageBody: "" },
  ],
  [
    "KinesisRecordReader",
    record("shard-1", "arn", "d", { partitionKey: "p", approximateArrivalTimestamp: "1767225600123" }),
    { ...streamRecord, partitionKey: "p", approximateArrivalTimestamp: 1767225600123, data: "d" },
  ],
  [
    "DynamoDBStreamsRecordReader",
    record("shard-1", "arn", '{"keys":{"id":1},"newImage":{"id":1,"n":12345678901234567890}}', {
      eventId: "e",
      eventName: "INSERT",
      sizeBytes: "5",
      streamViewType: "NEW_IMAGE",
      approximateCreationDateTime: "1767225600",
    }),
    {
      ...streamRecord,
      eventId: "e",
      eventName: "INSERT",
      identityPrincipalId: null,
      identityType: null,
      sizeBytes: 5,
      streamViewType: "NEW_IMAGE",
      approximateCreationDateTime: 1767225600,
      data: { keys: { id: 1 }, oldImage: {}, newImage: { id: 1, n: 12345678901234567000 } },
    },
  ],
  [
    "DynamoDBTableItemReader",
    record("3", "orders", '{"keys":{"id":"a"},"item":{"id":"a"}}'),
    { tableName: "orders", segmentNumber: 3, data: { keys: { id: "a" }, item: { id: "a" } } },
  ],
];

describe.each(Object.entries(published))("a published image in %s", (_language, host) => {
  it.each(requests)("gets exactly the keys of %s", async (interfaceName, sent, expected) => {
    const handler = await host.openRecordHandler({ artifactDir: publishedImage, interfaceName, taskId: "task" });
    const [result] = await handler.handle([sent], signal);
    expect(result?.kind === "document" ? result.document.fields().got : result).toEqual(expected);
    await handler.close();
  });

  it("gets U+FFFD for bytes that are no text, counted, with the length of what is sent", async () => {
    const { handler } = await host.openSingleFileParser({ artifactDir: publishedImage, taskId: "task" });
    const binary = { ...textRecord("x"), body: Uint8Array.of(0x61, 0xff, 0x62) };
    const [result] = await handler.handle([binary, textRecord("é")].slice(0, 1), signal);
    expect(result?.kind === "document" && result.document.documentId).toBe("a\ufffdb");
    expect([handler.takeTranscoded?.(), handler.takeTranscoded?.()]).toEqual([1, 0]);
    await handler.close();
  });

  it("is described by its entry", async () => {
    const described = await host.describe({ artifactDir: publishedImage, interfaceName: "SingleFileParser" });
    expect(Object.keys(described.interfaces)).toEqual(["SingleFileParser"]);
  });
});

test("an image of our own gets every byte as it is", async () => {
  const { handler } = await javaScriptEntryHost.openSingleFileParser({ artifactDir: ownImage, taskId: "task" });
  const [result] = await handler.handle([{ ...textRecord("x"), body: Uint8Array.of(0x61, 0xff) }], signal);
  expect(result?.kind === "document" && result.document.fields().bytes).toEqual([0x61, 0xff]);
  expect(handler.takeTranscoded?.()).toBe(0);
});

test("numbers of a response keep their digits", async () => {
  const { handler } = await pythonHost.openSingleFileParser({ artifactDir: publishedImage, taskId: "task" });
  const [result] = await handler.handle([textRecord("numbers")], signal);
  expect(result?.kind === "document" && result.document.body).toBe(
    '{"documentId":"numbers","big":12345678901234567890,"one":1.0}',
  );
  expect(parseExactly('{"a":1,"b":[2.5]}')).toEqual({ a: 1, b: [2.5] });
});

test("what a runtime answers for a function that failed, and answers that are no response, are exceptions", async () => {
  const answers: unknown[] = [
    { errorMessage: "Task timed out", errorType: "Sandbox.Timedout", stackTrace: ["a", "b"] },
    "hello",
    { StatusCode: 200, body: '{"statusCode":"SUCCESS","data":"LOG"}' },
  ];
  const host = bridgeHost({
    language: "PYTHON",
    connect: async () => ({
      invoke: async ({ function: name }) => (name === "describe" ? { StatusCode: 500 } : answers.shift()),
      close: async () => {},
    }),
  });
  const { frame } = await host.openSingleFileParser({ artifactDir: "", taskId: "task" });
  await expect(frame("a")).rejects.toMatchObject({
    code: "HANDLER_EXCEPTION",
    message: "getS3FileType threw for the file a: Sandbox.Timedout: Task timed out",
    details: { stack: "a\nb" },
  });
  await expect(frame("a")).rejects.toThrow('the function answered "hello" instead of a response');
  await expect(frame("a")).rejects.toThrow("getResolvedS3FileName");
});

test("what an entry in JavaScript answers is an exception of its where it cannot be JSON", async () => {
  const artifactDir = artifactOf({ "index.js": "exports.handler = async () => ({ n: 1n });" });
  const { invoke } = await connectToEntry({ artifactDir });
  await expect(invoke({} as BridgeRequest, signal)).rejects.toThrow(BridgeException);
});
