import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { supplySupportModules } from "../../javascript/supply-support.ts";

const classes = `
import { Document, ErrorDoc, ParseDocumentResult, RecordParseHint, SkipDoc } from "@letsdata/handler";
export class SingleFileParser {
  getS3FileType() { return "LOG"; }
  getResolvedS3FileName(type, name) { return name; }
  getRecordStartPattern() { return new RecordParseHint("PATTERN", "{", -1); }
  getRecordEndPattern() { return null; }
  parseDocument(type, name, offset, bytes, from, to) {
    const text = new TextDecoder().decode(bytes.subarray(from, to));
    if (text.startsWith("skip")) return new ParseDocumentResult(null, null, "SKIP");
    if (text.startsWith("error")) return new ParseDocumentResult(null, new ErrorDoc(null, null, null, null, null, null, null, text), "ERROR");
    return new ParseDocumentResult(null, new Document("Document", text, null, null, null, { text }), "SUCCESS");
  }
}
export class SagemakerVectorsInterface {
  async extractDocumentElementsForVectorization(document) {
    const { text } = document;
    delete document.text;
    if (text.startsWith("none")) return {};
    if (text.startsWith("number")) return { title: 7 };
    if (text.startsWith("refuse")) throw new Error(text);
    return { title: text };
  }
  constructVectorDoc({ documentId, text }, vectors) {
    if (text.startsWith("drop")) return new SkipDoc(null, null, null, null, null, null, null, text);
    if (text.startsWith("fail")) return new ErrorDoc(null, null, null, null, null, null, null, text);
    if (text.startsWith("burst")) throw new Error(text);
    return new Document("Document", documentId, null, null, null, { text, vectors });
  }
}`;

/** The handlers of vectors-suite.ts: as classes at the published places, or as nothing but a Lambda function. Returns the folder. */
export async function javaScriptVectorsArtifact(shape: "classes" | "function"): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `letsdata-vectors-${shape}-`));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  put("package.json", '{ "type": "module" }');
  put("both.js", classes);
  if (shape === "classes") {
    const readers = "letsdata_interfaces/readers";
    put(`${readers}/parsers/SingleFileParser.js`, 'export { SingleFileParser } from "../../../both.js";');
    put(
      `${readers}/sagemaker/SagemakerVectorsInterface.js`,
      'export { SagemakerVectorsInterface } from "../../../both.js";',
    );
  } else {
    put(
      "index.js",
      `import { lambdaHandler } from "@letsdata/handler";
       import { SagemakerVectorsInterface, SingleFileParser } from "./both.js";
       export const handler = lambdaHandler({ SagemakerVectorsInterface, SingleFileParser });`,
    );
  }
  await supplySupportModules(folder);
  return folder;
}
