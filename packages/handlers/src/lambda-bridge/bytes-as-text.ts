import { isUtf8 } from "node:buffer";

export interface BytesAsText {
  readonly content: string;
  readonly contentEncoding?: "base64";
}

/** Bytes for a function that takes base64: as text where they are text and JSON does not make that longer; never over 4/3 of them. */
export function bytesAsText(bytes: Buffer): BytesAsText {
  if (isUtf8(bytes)) {
    const content = bytes.toString("utf8");
    if (Buffer.byteLength(JSON.stringify(content)) <= base64Length(bytes.length)) return { content };
  }
  return { content: bytes.toString("base64"), contentEncoding: "base64" };
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4 + 2;
}
