import { rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HostProcess } from "../host-process/host-process.ts";
import { hostedEntry } from "../host-process/hosted-entry.ts";
import { buildJavaArtifact } from "../java/host-classes.ts";
import { javaHost } from "../java/open-handler.ts";
import { javaScriptHost } from "../javascript/open-handler.ts";
import { openVectorsHandler } from "../javascript/vectors-handler.ts";
import { bridgeHost } from "../lambda-bridge/bridge-host.ts";
import { type BridgeRequest, payloadBytesMax } from "../lambda-bridge/bridge-protocol.ts";
import { ParsedDocument } from "../parsed-document.ts";
import { pythonCommand, pythonHost } from "../python/open-handler.ts";
import { javaScriptVectorsArtifact } from "./testing/javascript-artifact.ts";
import { testVectors } from "./testing/vectors-suite.ts";

const signal = new AbortController().signal;
const pythonArtifact = join(import.meta.dirname, "../python/testing/artifact");
const publishedImage = join(import.meta.dirname, "../lambda-bridge/testing/published-image");
const asClasses = await javaScriptVectorsArtifact("classes");
const asFunction = await javaScriptVectorsArtifact("function");
const python = new HostProcess(pythonCommand(pythonArtifact));
let javaArtifact: string;
beforeAll(async () => {
  javaArtifact = await buildJavaArtifact(join(import.meta.dirname, "../java/testing/artifact"));
}, 300_000);
afterAll(() => {
  for (const folder of [asClasses, asFunction]) rmSync(folder, { recursive: true, force: true });
  for (const host of [pythonHost, javaHost]) host.close?.();
  python.close();
});

testVectors("JavaScript", () => ({ host: javaScriptHost, artifactDir: asClasses }));
testVectors("Python", () => ({ host: pythonHost, artifactDir: pythonArtifact }));
testVectors("Java", () => ({
  host: javaHost,
  artifactDir: javaArtifact,
  classes: { reader: "com.acme.SingleFileParser", vectors: "com.acme.Vectors" },
}));
testVectors("a JavaScript function", () => ({ host: javaScriptHost, artifactDir: asFunction }));
testVectors("a Python function", () => ({
  host: hostedEntry("PYTHON", () => python),
  artifactDir: pythonArtifact,
}));
for (const [language, host] of Object.entries({ JavaScript: javaScriptHost, Python: pythonHost })) {
  testVectors(`an image as published, in ${language}`, () => ({ host, artifactDir: publishedImage }));
}

const document = (text: string, start = 0) => ({
  record: textRecord(text, start),
  document: new ParsedDocument(null, null, null, JSON.stringify({ text }), "task", start),
});

test("a document without an id keeps the one of its record when vectors are added", async () => {
  const handler = openVectorsHandler({ constructVectorDoc: () => ({ documentKeyValuesMap: { a: 1 } }) }, "task");
  const read = document("a", 700);
  const [result] = await handler.construct([{ ...read, vectors: {} }], signal);
  expect(result?.kind === "document" && result.document.documentId).toBe(read.document.documentId);
});

test("a composite that a Java reader put together gets to the vectors handler itself", async () => {
  const source = { artifactDir: javaArtifact, taskId: "task" };
  const vectors = await javaHost.openVectorsHandler!({ ...source, implementation: "com.acme.Vectors" });
  const { combiner, handler } = await javaHost.openStateMachine!({
    ...source,
    implementation: "com.acme.OrdersReader",
    parserImplementations: { "*": "com.acme.SingleFileStateMachineParser" },
    interfaceName: "SingleFileStateMachineReader",
    names: { S3: "orders.log" },
    keepDocumentsFor: vectors.keepDocumentsFor,
  });
  const bytes = { ORDERS: Readable.from([Buffer.from("\nH,1,a\nI,1,b\nE,1,\nH,2,xd\nE,2,\nH,3,c\nE,3,\n")]) };
  const records: SourceRecord[] = [];
  for await (const batch of combiner.combine(bytes, null, signal)) records.push(...batch.records);
  const results = await handler.handle(records, signal);
  const documents = results.flatMap((result, n) =>
    result.kind === "document" ? [{ record: records[n]!, document: result.document }] : [],
  );
  expect(await vectors.extract(documents, signal)).toEqual([
    { kind: "texts", texts: { title: "1" } },
    { kind: "texts", texts: { title: "3" } },
  ]);
  const made = await vectors.construct(
    documents.map((one) => ({ ...one, vectors: { title: [1.5] } })),
    signal,
  );
  const fields = made.map((result) => result.kind === "document" && result.document.fields());
  expect(fields).toMatchObject([{ text: "1", vectors: { title: [1.5] } }, { text: "3" }]);
  await handler.close();
  await vectors.close();
});

test("null instead of a document is a skip, null instead of texts an error record", async () => {
  const nothing = { constructVectorDoc: () => null, extractDocumentElementsForVectorization: () => null };
  const handler = openVectorsHandler(nothing, "task");
  expect(await handler.construct([{ ...document("a"), vectors: {} }], signal)).toEqual([
    { kind: "skip", reason: null },
  ]);
  expect(await handler.extract([document("a")], signal)).toMatchObject([
    { kind: "invalid", message: expect.stringContaining("returned null instead of a map of texts") },
  ]);
});

test("behind the bridge, data has exactly the published keys, and what no request can hold fails alone", async () => {
  const asked: BridgeRequest[] = [];
  const host = bridgeHost({
    language: "PYTHON",
    connect: async () => ({
      close: async () => {},
      async invoke(request) {
        asked.push(request);
        if (request.function === "describe") return { StatusCode: 500, body: { statusCode: "EXCEPTION" } };
        return { StatusCode: 200, body: { statusCode: "SUCCESS", data: { title: "t" } } };
      },
    }),
  });
  const handler = await host.openVectorsHandler!({ artifactDir: "", taskId: "task" });
  const extracted = await handler.extract([document("a"), document("x".repeat(payloadBytesMax))], signal);
  expect(extracted.map(({ kind }) => kind)).toEqual(["texts", "invalid"]);
  expect(extracted[1]).toMatchObject({ code: "RECORD_TOO_LARGE_FOR_BRIDGE" });
  await handler.construct([{ ...document("a"), vectors: { title: [1, 2] } }], signal);
  expect(asked.slice(1).map(({ interface: name, function: method, data }) => [name, method, data])).toEqual([
    ["SagemakerVectorsInterface", "extractDocumentElementsForVectorization", { document: { text: "a" } }],
    [
      "SagemakerVectorsInterface",
      "constructVectorDoc",
      { documentInterface: { text: "a" }, vectorsMap: { title: [1, 2] } },
    ],
  ]);
});
