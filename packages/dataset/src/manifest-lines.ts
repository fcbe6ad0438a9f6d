/** Limits of S3 manifests (product.md §2.1, §3). */
export const manifestLineBytesMax = 8 * 1024;
export const manifestLinesMax = 1_000_000;
export const inlineManifestBytesMax = 512 * 1024;
/** Bad lines listed; more are only counted. */
export const linesListedMax = 100;

export type LineGrammar = "single-file" | "multiple-file";

export function lineGrammarOf(readerType: string): LineGrammar {
  return readerType === "MULTIPLEFILESTATEMACHINEREADER" ? "multiple-file" : "single-file";
}

/** File type → object key. Single-file readers have the one key under `""`. */
export type LineFiles = Readonly<Record<string, string>>;

export type ParsedLine =
  | { readonly kind: "files"; readonly files: LineFiles; readonly types: string }
  | { readonly kind: "bad"; readonly reason: string };

const bad = (reason: string): ParsedLine => ({ kind: "bad", reason });

/** One trimmed, non-blank line. `types` is the set of its file types as one comparable text. */
export function parseManifestLine(line: string, grammar: LineGrammar): ParsedLine {
  if (line.includes("\uFFFD")) return bad("is not UTF-8");
  if (line.includes("\0")) return bad("holds a NUL character");
  return grammar === "single-file" ? singleFile(line) : multipleFiles(line);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const keyBytesMax = 1024;
const encoder = new TextEncoder();
function isKeyTooLong(key: string): boolean {
  return key.length > keyBytesMax || (key.length * 3 > keyBytesMax && encoder.encode(key).length > keyBytesMax);
}

function singleFile(line: string): ParsedLine {
  if (isKeyTooLong(line)) return bad(`is longer than an object key may be (${keyBytesMax} bytes)`);
  return { kind: "files", files: { "": line }, types: "" };
}

function multipleFiles(line: string): ParsedLine {
  const files: Record<string, string> = Object.create(null);
  for (const part of line.split("|")) {
    const colon = part.indexOf(":");
    if (colon < 0) return bad(`has no TYPE: in front of "${part.trim().slice(0, 64)}"`);
    const type = part.slice(0, colon).trim().toUpperCase();
    const key = part.slice(colon + 1).trim();
    if (type === "") return bad("has an empty file type");
    if (key === "") return bad(`has no object key for ${type.slice(0, 64)}`);
    if (isKeyTooLong(key)) return bad(`has a key longer than ${keyBytesMax} bytes`);
    if (Object.hasOwn(files, type)) return bad(`names ${type.slice(0, 64)} twice`);
    files[type] = key;
  }
  return { kind: "files", files: { ...files }, types: Object.keys(files).sort().join("|") };
}
