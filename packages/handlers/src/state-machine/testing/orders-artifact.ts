import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { supplySupportModules } from "../../javascript/supply-support.ts";

const model = (depth: string) => `
import { Document } from "${depth}documents/Document.js";
import { CompositeDoc } from "${depth}documents/CompositeDoc.js";
import { ErrorDoc } from "${depth}documents/ErrorDoc.js";
import { ParseCompositeDocumentResult } from "${depth}readers/model/ParseCompositeDocumentResult.js";
import { ParseDocumentResult } from "${depth}readers/model/ParseDocumentResult.js";
import { RecordParseHint } from "${depth}readers/model/RecordParseHint.js";
`;

/** Lines `TYPE,id,text` of the types H (a new order), I (an item of it) and E (the order's end); `x` fails, `s` is skipped. */
const parser = `${model("../../")}
export class SingleFileStateMachineParser {
  getS3FileType() { return "ORDERS"; }
  getResolvedS3FileName(type, name) { return "in/" + name; }
  getNextExpectedRecordType(type, last) { return last === null || last === "END" ? "HEAD" : "ITEM"; }
  getNextRecordStartPattern(type, expected) {
    return expected === "HEAD" ? new RecordParseHint("PATTERN", "\\nH,", -1) : new RecordParseHint("PATTERN", "\\n", -1);
  }
  getNextRecordEndPattern() { return new RecordParseHint("PATTERN", "\\n", -1); }
  parseDocument(type, name, offset, last, lastDoc, bytes, from, to) {
    const text = new TextDecoder().decode(bytes.subarray(from, to)).trim();
    const [kind, id, value] = text.split(",");
    if (value?.startsWith("throw")) throw new RangeError(value);
    if (value?.startsWith("x")) return new ParseDocumentResult(null, new ErrorDoc(id, kind, id, null, null, null, null, "bad " + value), "ERROR");
    if (value?.startsWith("s")) return new ParseDocumentResult(null, null, "SKIP");
    const next = kind === "E" ? "HEAD" : "ITEM";
    return new ParseDocumentResult(next, new Document("Document", id, kind, id, null, { kind, value, offset, after: lastDoc?.recordType ?? null }), "SUCCESS");
  }
}`;

/** An order is a head and all up to its end; failed items are its part errors, a failed head fails the whole. */
const reader = `${model("../")}
export class SingleFileStateMachineReader {
  getS3FileType() { return "ORDERS"; }
  getResolvedS3FileName(type, name) { return "in/" + name; }
  getNextExpectedRecordType() { return "HEAD"; }
  async parseDocument(type, last, lastDoc, file) {
    const result = (document, status) => new ParseCompositeDocumentResult(null, document, null, null, file.getState(), status);
    const ahead = await file.nextRecord(true);
    if (ahead?.documentKeyValuesMap?.value === "wait") return result(null, "SKIP");
    const head = await file.nextRecord(false);
    if (head !== ahead) throw new Error("a record was parsed twice");
    if (head === null) return result(null, "SUCCESS");
    const items = [];
    const errors = [];
    for (;;) {
      const next = await file.nextRecord(true);
      if (next === null || next.recordType === "H") break;
      await file.nextRecord(false);
      if (next.documentType === "ErrorDoc") errors.push(next);
      else if (next.documentType !== "SkipDoc" && next.recordType === "I") items.push(next.documentKeyValuesMap.value);
      if (next.recordType === "E") break;
    }
    if (head.documentType === "ErrorDoc") return result(new CompositeDoc(head, errors), "ERROR");
    if (head.documentType === "SkipDoc") return result(null, "SKIP");
    const order = new Document("Document", head.documentId, "ORDER", null, null, { items, previous: lastDoc?.documentId ?? null });
    return result(new CompositeDoc(order, errors), "SUCCESS");
  }
}`;

/** Heads and lines of orders in two files: a line belongs to the head in front. */
const pairs = `${model("../")}
class LineParser {
  getNextExpectedRecordType(type) { return type; }
  getNextRecordStartPattern() { return null; }
  getNextRecordEndPattern() { return new RecordParseHint("PATTERN", "\\n", -1); }
  async parseDocument(type, name, offset, last, lastDoc, bytes) {
    const [id, value] = new TextDecoder().decode(bytes).trim().split(",");
    return new ParseDocumentResult(null, new Document("Document", id, type, id, null, { value }), "SUCCESS");
  }
}
export class MultipleFileStateMachineReader {
  getS3FileTypes() { return new Set(["HEAD", "LINE"]); }
  getResolvedS3FileNames(names) { return { HEAD: names.HEAD + ".txt", LINE: names.LINE + ".txt" }; }
  getParserInterfacesForS3FileTypes(types) { return Object.fromEntries([...types].map((type) => [type, new LineParser()])); }
  getNextExpectedRecordType(last) { return { HEAD: "HEAD", LINE: "LINE" }; }
  async parseDocument(last, lastDoc, files) {
    const head = await files.HEAD.nextRecord(false);
    const result = (document, status) => new ParseCompositeDocumentResult(null, document, null, null, head === null ? "COMPLETED" : "PROCESSING", status);
    if (head === null) return result(null, "SUCCESS");
    const lines = [];
    for (let line; (line = await files.LINE.nextRecord(true)) !== null && line.documentId === head.documentId; ) {
      lines.push(line.documentKeyValuesMap.value);
      await files.LINE.nextRecord(false);
    }
    return result(new Document("Document", head.documentId, "ORDER", null, null, { ...head.documentKeyValuesMap, lines }), "SUCCESS");
  }
}`;

/** What an image with these classes has as its entry. */
export const ordersEntry = `import { lambdaHandler } from "./letsdata_handler/index.js";
import { MultipleFileStateMachineReader } from "./letsdata_interfaces/readers/MultipleFileStateMachineReader.js";
import { SingleFileStateMachineParser } from "./letsdata_interfaces/readers/parsers/SingleFileStateMachineParser.js";
import { SingleFileStateMachineReader } from "./letsdata_interfaces/readers/SingleFileStateMachineReader.js";
export const handler = lambdaHandler({ MultipleFileStateMachineReader, SingleFileStateMachineParser, SingleFileStateMachineReader });`;

export const ordersModules: Readonly<Record<string, string>> = {
  "letsdata_interfaces/readers/parsers/SingleFileStateMachineParser.js": parser,
  "letsdata_interfaces/readers/SingleFileStateMachineReader.js": reader,
  "letsdata_interfaces/readers/MultipleFileStateMachineReader.js": pairs,
};

/** An unpacked artifact of these modules, with its support modules. */
export async function writeArtifact(modules: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "letsdata-state-machine-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [path, text] of Object.entries(modules)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await supplySupportModules(folder);
  return folder;
}
