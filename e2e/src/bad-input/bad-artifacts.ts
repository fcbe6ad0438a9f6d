import { buffer } from "node:stream/consumers";
import yazl from "yazl";

export const handlerPath = "letsdata_interfaces/readers/parsers/SingleFileParser.js";

/** Writes every line of `{"id":…}` as a document; uses none of the published classes. */
export const goodHandler = `
  const hint = (pattern) => ({ recordHintType: "PATTERN", pattern, offset: -1 });
  export class SingleFileParser {
    getS3FileType() { return "LINES"; }
    getResolvedS3FileName(type, name) { return name; }
    getRecordStartPattern() { return hint("{"); }
    getRecordEndPattern() { return hint("\\n"); }
    parseDocument(type, name, offset, bytes) {
      const { id } = JSON.parse(Buffer.from(bytes).toString());
      return { status: "SUCCESS", document: { documentType: "Document", documentId: id, documentKeyValuesMap: { id } } };
    }
  }`;

/** ES modules, whatever the entries are. */
export function zipOf(
  entries: Readonly<Record<string, Buffer | string>>,
  options: { readonly compress?: boolean } = {},
): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, content] of Object.entries({ "package.json": '{"type":"module"}', ...entries })) {
    zip.addBuffer(Buffer.from(content), name, { compress: options.compress ?? true });
  }
  zip.end();
  return buffer(zip.outputStream);
}

/** yazl refuses such names: it is put in afterwards, byte for byte. */
export async function slippingZip(name: string): Promise<Buffer> {
  const stand = "_".repeat(name.length);
  const zip = await zipOf({ [handlerPath]: goodHandler, [stand]: "export {};" });
  return Buffer.from(zip.toString("latin1").replaceAll(stand, name), "latin1");
}

/** Small packed, large unpacked. */
export function bombZip(bytes: number): Promise<Buffer> {
  return zipOf({ [handlerPath]: goodHandler, "bomb.bin": Buffer.alloc(bytes) });
}

/** Stored, not packed: the archive is as large as its entry. */
export function oversizedZip(bytes: number): Promise<Buffer> {
  return zipOf({ [handlerPath]: goodHandler, "model.bin": Buffer.alloc(bytes, "weights") }, { compress: false });
}
