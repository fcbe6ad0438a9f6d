import { Problem } from "@letsdata/plugin-kit/problems";

/** Of a request body, in bytes (product.md §2.1). */
export const bodyBytesMax = 1024 * 1024;
/** Deeper bodies are refused before a recursive parser sees them. */
export const bodyDepthMax = 64;

/** The body as text, checked to be JSON of bounded size and depth; empty when there is none. */
export async function readJsonBody(request: Request): Promise<string> {
  if (request.body === null) return "";
  if (Number(request.headers.get("content-length") ?? 0) > bodyBytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  const text = decodeUtf8(chunks);
  if (text.trim() === "") return "";
  assertBoundedDepth(parseJson(text));
  return text;
}

function decodeUtf8(chunks: readonly Uint8Array[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Problem("REQUEST_INVALID", "The request's body is not UTF-8 text.");
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("REQUEST_INVALID", "The request's body is not JSON.");
  }
}

function assertBoundedDepth(body: unknown): void {
  let level: readonly unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > bodyDepthMax) {
      throw new Problem("REQUEST_INVALID", `The request's body is nested deeper than ${bodyDepthMax} levels.`);
    }
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
  }
}

function tooLarge(): Problem {
  return new Problem("REQUEST_TOO_LARGE", `The request's body is larger than ${bodyBytesMax} bytes.`);
}
