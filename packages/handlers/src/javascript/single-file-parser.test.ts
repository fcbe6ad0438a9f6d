import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import { testHandler, textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { afterAll, describe, expect, test } from "vitest";
import { normaliseResult } from "./normalise-result.ts";
import { openJavaScriptFileHandler } from "./open-handler.ts";
import { openSingleFileParser } from "./single-file-parser.ts";
import { supplySupportModules } from "./supply-support.ts";
import { CompositeDoc } from "./support-tree/letsdata_interfaces/documents/CompositeDoc.js";
import { Document } from "./support-tree/letsdata_interfaces/documents/Document.js";
import { ErrorDoc } from "./support-tree/letsdata_interfaces/documents/ErrorDoc.js";

const root = mkdtempSync(join(tmpdir(), "letsdata-handlers-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function parserObject(parseDocument: (...args: readonly unknown[]) => unknown, asynchronous = false) {
  return {
    getS3FileType: () => "LOG",
    getResolvedS3FileName: (_type: unknown, name: unknown) => `in/${String(name)}`,
    getRecordStartPattern: () => ({ recordHintType: "PATTERN", pattern: "{", offset: -1 }),
    getRecordEndPattern: () => null,
    parseDocument: asynchronous ? async (...args: readonly unknown[]) => parseDocument(...args) : parseDocument,
  };
}

function conforming(...args: readonly unknown[]): unknown {
  const text = new TextDecoder().decode(args[3] as Uint8Array);
  if (text.startsWith("skip")) return { status: "SKIP", document: null };
  if (text.startsWith("error")) return { status: "ERROR", document: { documentType: "ErrorDoc", errorMessage: text } };
  if (text.startsWith("throw")) throw new Error(text);
  return { status: "SUCCESS", document: { documentId: text, documentKeyValuesMap: { text } } };
}

testHandler("the synchronous JavaScript handler", {
  openHandler: () => openSingleFileParser(parserObject(conforming), "task").handler,
  answersSynchronously: true,
  queuesBatches: false,
});
testHandler("the asynchronous JavaScript handler", {
  openHandler: () => openSingleFileParser(parserObject(conforming, true), "task").handler,
  answersSynchronously: false,
  queuesBatches: false,
});

describe("framing", () => {
  test("asks type, resolved name and both patterns", async () => {
    const host = openSingleFileParser(parserObject(conforming), "task");
    expect(await host.frame("a.gz")).toEqual({
      fileType: "LOG",
      resolvedName: "in/a.gz",
      start: { kind: "pattern", pattern: Buffer.from("{") },
      end: null,
    });
  });
  test("an empty pattern is INVALID_HINT, a missing file type HANDLER_EXCEPTION", async () => {
    const empty = {
      ...parserObject(conforming),
      getRecordEndPattern: () => ({ recordHintType: "PATTERN", pattern: "" }),
    };
    await expect(openSingleFileParser(empty, "t").frame("a")).rejects.toMatchObject({ code: "INVALID_HINT" });
    const nameless = { ...parserObject(conforming), getS3FileType: () => undefined };
    await expect(openSingleFileParser(nameless, "t").frame("a")).rejects.toMatchObject({ code: "HANDLER_EXCEPTION" });
  });
  test("parseDocument gets file, offset and exact bytes with 0 and length", () => {
    const seen: unknown[] = [];
    const host = openSingleFileParser(
      parserObject((...args) => seen.push(...args)),
      "task",
    );
    void host.handler.handle([textRecord("abc", 7)], new AbortController().signal);
    expect(seen).toEqual(["LOG", "log.gz", 7, new TextEncoder().encode("abc"), 0, 3]);
  });
});

describe("a result becomes", () => {
  const of = (status: unknown, document: unknown): HandlerResult => normaliseResult({ status, document }, "task", 5);
  const bodyOf = (document: object): string => {
    const result = of("SUCCESS", document);
    return result.kind === "document" ? result.document.body : JSON.stringify(result);
  };

  test("an error, if status or document type says so", () => {
    expect(of("ERROR", null).kind).toBe("error");
    expect(of("SUCCESS", { documentType: "ErrorDoc" }).kind).toBe("error");
    expect(of("ERROR", { documentType: "SkipDoc" }).kind).toBe("error");
  });
  test("else a skip, if status or type says so or there is no document", () => {
    expect(of("SKIP", { documentType: "Document" }).kind).toBe("skip");
    expect(of("SUCCESS", { documentType: "SkipDoc", skipMessage: "old" })).toEqual({ kind: "skip", reason: "old" });
    expect(of("SUCCESS", null)).toEqual({ kind: "skip", reason: null });
  });
  test("a skip with the errors of its parts, if it is a composite without a document", () => {
    const composite = new CompositeDoc(null, [new ErrorDoc(null, null, null, null, null, null, null, "bad line")]);
    expect(of("SUCCESS", composite)).toMatchObject({ kind: "skip", partErrors: [{ message: "bad line" }] });
    const whole = { documentType: "CompositeDoc", documentId: "1", documentKeyValuesMap: { a: 1 }, errorDocs: [] };
    expect(bodyOf(whole)).toBe('{"documentId":"1","a":1}');
  });
  test("an INVALID_DOCUMENT, when it is a document without a result, or no document", () => {
    const document = new Document("Document", "1", null, null, null, { a: 1 });
    for (const [returned, told] of [
      [document, "returned Document instead of a ParseDocumentResult"],
      [new CompositeDoc(document, []), "returned CompositeDoc instead"],
      [["SUCCESS", document], "returned Array instead"],
      [{}, "returned object instead"],
      [{ status: "SUCCESS", document: [document] }, "document is Array, not a Document"],
      [{ status: "SUCCESS", document: { a: 1 } }, "document is object, not a Document"],
      [{ status: "SUCCESS", document: { documentId: "1", title: "a", vectors: {} } }, "would lose title, vectors."],
    ] as const) {
      const message = expect.stringContaining(told);
      expect(normaliseResult(returned, "t", 0)).toMatchObject({ kind: "invalid", code: "INVALID_DOCUMENT", message });
    }
    expect(normaliseResult({ document }, "t", 0).kind).toBe("document");
  });
  test("a flat body in which the map wins and null envelope fields and documentType are left out", () => {
    const document = {
      documentType: "Document",
      documentId: "1",
      recordType: null,
      partitionKey: "p",
      documentMetadata: { m: 1 },
      documentKeyValuesMap: { partitionKey: "from map", a: [1] },
    };
    expect(JSON.parse(bodyOf(document))).toEqual({
      documentId: "1",
      partitionKey: "from map",
      documentMetadata: { m: 1 },
      a: [1],
    });
    expect(bodyOf({ documentId: "1", documentKeyValuesMap: {} })).toBe('{"documentId":"1"}');
    expect(bodyOf({ documentKeyValuesMap: {} })).toBe("{}");
    expect(bodyOf({ documentKeyValuesMap: { a: 1 } })).toBe('{"a":1}');
  });
  test("a document whose missing id comes from task and place, and whose missing key is its id", () => {
    const result = of("SUCCESS", { documentKeyValuesMap: { a: 1 } });
    if (result.kind !== "document") throw new Error(result.kind);
    expect(result.document.documentId).toMatch(/^[0-9a-f]{32}$/);
    expect(result.document.partitionKey).toBe(result.document.documentId);
    expect(result.document.fields()).toEqual({ a: 1 });
  });
  test("an error document with text offsets, message and serialised content", () => {
    const result = of("ERROR", {
      documentType: "ErrorDoc",
      documentId: 9,
      errorStartoffsetMap: { LOG: 58965 },
      getErrorMessage: () => "bad",
      documentKeyValuesMap: { a: 1 },
    });
    expect(result.kind === "error" && result.error).toMatchObject({
      message: "bad",
      documentId: "9",
      startOffsets: { LOG: "58965" },
      endOffsets: null,
      document: '{"documentId":"9","a":1}',
    });
  });
  test("an INVALID_DOCUMENT, when it does not serialise or is no result", () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const map of [
      { n: 1n },
      cycle,
      [1],
      { toJSON: () => 5 },
      {
        get x() {
          throw new Error("no");
        },
      },
    ]) {
      expect(of("SUCCESS", { documentKeyValuesMap: map })).toMatchObject({ kind: "invalid", code: "INVALID_DOCUMENT" });
    }
    for (const returned of [undefined, null, "x", 5]) expect(normaliseResult(returned, "t", 0).kind).toBe("invalid");
    expect(of("SUCCESS", { documentId: {} }).kind).toBe("invalid");
  });
});

describe("an artifact", () => {
  const write = async (name: string, files: Record<string, string>): Promise<string> => {
    const dir = join(root, name);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    await supplySupportModules(dir);
    return dir;
  };
  const methods = `getS3FileType() { return "LOG"; } getResolvedS3FileName(t, n) { return n; } getRecordStartPattern() { return null; }
    getRecordEndPattern() { return null; } parseDocument() { return { status: "SKIP" }; }`;
  const module = "letsdata_interfaces/readers/parsers/SingleFileParser.js";

  test("written for the published interfaces runs unmodified, with the support modules it does not pack", async () => {
    const dir = await write("published", {
      [module]: `import { v4 as uuidv4 } from "uuid";
        import { RecordParseHint } from "../model/RecordParseHint.js";
        import { RecordHintType } from "../model/RecordHintType.js";
        import { ParseDocumentResult } from "../model/ParseDocumentResult.js";
        import { ParseDocumentResultStatus } from "../model/ParseDocumentResultStatus.js";
        import { Document } from "../../documents/Document.js";
        import { DocumentType } from "../../documents/DocumentType.js";
        import { logger } from "../../../letsdata_utils/logging_utils.js";
        import { letsdata_assert } from "../../../letsdata_utils/validations.js";
        export class SingleFileParser {
          getS3FileType() { return "WET"; }
          getResolvedS3FileName(s3FileType, fileName) { return fileName; }
          getRecordStartPattern(s3FileType) { return new RecordParseHint(RecordHintType.PATTERN, "WARC-Type: conversion", -1); }
          getRecordEndPattern(s3FileType) { return new RecordParseHint(RecordHintType.PATTERN, "\\n\\r\\n\\r\\n", -1); }
          parseDocument(s3FileType, s3Filename, offsetBytes, byteArr, startIndex, endIndex) {
            letsdata_assert(uuidv4().length === 36 && typeof logger.debug === "function", "support");
            const text = new TextDecoder("utf-8").decode(byteArr.subarray(startIndex, endIndex));
            return new ParseDocumentResult(null, new Document(DocumentType.Document, text, "Content", text, {}, { text }),
              ParseDocumentResultStatus.SUCCESS);
          }
        }`,
    });
    const host = await openJavaScriptFileHandler({ artifactDir: dir, taskId: "task" });
    const framing = await host.frame("a.wet.gz");
    expect(framing.start).toEqual({ kind: "pattern", pattern: Buffer.from("WARC-Type: conversion") });
    const [result] = await host.handler.handle([textRecord("x")], new AbortController().signal);
    expect(result?.kind === "document" && JSON.parse(result.document.body)).toEqual({
      documentId: "x",
      recordType: "Content",
      partitionKey: "x",
      documentMetadata: {},
      text: "x",
    });
  });

  test.each([
    ["default export", { [module]: `export default class { ${methods} }` }, undefined],
    ["CommonJS class", { [module]: `module.exports = class { ${methods} };` }, undefined],
    [
      "CommonJS named",
      { [module]: `class SingleFileParser { ${methods} }; module.exports = { SingleFileParser };` },
      undefined,
    ],
    ["one object", { [module]: `export const SingleFileParser = new (class { ${methods} })();` }, undefined],
    [
      "letsdata.json",
      {
        "letsdata.json": '{"handlers":{"SingleFileParser":"dist/c.js#Clicks"}}',
        "dist/c.js": `export class Clicks { ${methods} }`,
      },
      undefined,
    ],
    ["configured class", { "lib/p.mjs": `export class P { ${methods} }` }, "lib/p#P"],
  ])("exports its class as %s", async (name, files, implementation) => {
    const dir = await write(name.replaceAll(" ", "-"), files as Record<string, string>);
    const host = await openJavaScriptFileHandler({
      artifactDir: dir,
      taskId: "t",
      implementation: implementation ?? null,
    });
    expect((await host.frame("a")).fileType).toBe("LOG");
  });

  test("without the module, with a path that leaves it, or with a broken letsdata.json: ARTIFACT_INVALID", async () => {
    const dir = await write("empty", {});
    const open = (implementation: string | null) =>
      openJavaScriptFileHandler({ artifactDir: dir, taskId: "t", implementation });
    for (const implementation of [null, "../published/x", "/etc/passwd"]) {
      await expect(open(implementation)).rejects.toMatchObject({ code: "ARTIFACT_INVALID" });
    }
    const broken = await write("broken", { "letsdata.json": "{" });
    await expect(openJavaScriptFileHandler({ artifactDir: broken, taskId: "t" })).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
    });
  });
});
