import type { BodyPreview } from "@letsdata/compute/trial";

const previewBytesMax = 4 * 1024;
/** Longest UTF-8 sequence but one: what a cut may leave of a letter. */
const cutLetterBytesMax = 3;

/** The beginning of a body as text where it is text, else as base64. */
export function previewBody(body: Uint8Array): BodyPreview {
  const truncated = body.length > previewBytesMax;
  const head = truncated ? body.subarray(0, previewBytesMax) : body;
  const text = textOf(head, truncated ? cutLetterBytesMax : 0);
  return text === null
    ? { encoding: "base64", text: Buffer.from(head).toString("base64"), bytes: body.length, truncated }
    : { encoding: "utf8", text, bytes: body.length, truncated };
}

/** Null for bytes that are no text; up to `mayDrop` bytes of a cut letter at the end are left out. */
function textOf(bytes: Uint8Array, mayDrop: number): string | null {
  if (bytes.includes(0)) return null;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let dropped = 0; dropped <= Math.min(mayDrop, bytes.length); dropped++) {
    try {
      return decoder.decode(bytes.subarray(0, bytes.length - dropped));
    } catch {
      // One byte less may be whole letters.
    }
  }
  return null;
}
