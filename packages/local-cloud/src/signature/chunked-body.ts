import { AwsError } from "../server/aws-error.ts";
import type { Payload } from "../server/service.ts";
import { hmac, sha256 } from "./canonical-request.ts";

type Chunked = Extract<Payload, { kind: "chunked" }>;

const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const HEADER_BYTES_MAX = 16 * 1024;
const SIGNED_CHUNK_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Decodes `aws-chunked`. Unsigned chunks flow through as they arrive; a signed chunk is given out only when its signature holds.
 * Afterwards `trailers` holds what followed the last chunk.
 */
export class ChunkedBody {
  readonly trailers = new Map<string, string>();
  readonly #payload: Chunked;
  #previousSignature: string;
  #pending: Buffer = Buffer.alloc(0);
  #state: "header" | "data" | "data-end" | "trailer" | "done" = "header";
  #remaining = 0;
  #signature = "";
  #signedParts: Buffer[] = [];

  constructor(payload: Chunked) {
    this.#payload = payload;
    this.#previousSignature = payload.signing?.seed ?? "";
  }

  async *decode(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) yield* this.#push(piece);
    if (this.#state === "trailer" && !this.#payload.trailer) this.#state = "done";
    if (this.#state === "trailer") this.#readTrailers(this.#pending.toString("latin1"));
    if (this.#state !== "done") throw new AwsError("IncompleteBody", "The request body terminated unexpectedly", 400);
  }

  *#push(piece: Buffer): Generator<Buffer> {
    this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    for (;;) {
      if (this.#state === "header") {
        const end = this.#pending.indexOf("\r\n");
        if (end < 0) {
          if (this.#pending.length > HEADER_BYTES_MAX) throw malformed();
          return;
        }
        this.#readHeader(this.#pending.subarray(0, end).toString("latin1"));
        this.#pending = this.#pending.subarray(end + 2);
      } else if (this.#state === "data") {
        if (this.#pending.length === 0) return;
        const data = this.#pending.subarray(0, this.#remaining);
        this.#pending = this.#pending.subarray(data.length);
        this.#remaining -= data.length;
        if (this.#payload.signing) this.#signedParts.push(data);
        else yield data;
        if (this.#remaining === 0) {
          if (this.#payload.signing) yield* this.#verifyChunk();
          this.#state = "data-end";
        }
      } else if (this.#state === "data-end") {
        if (this.#pending.length < 2) return;
        if (this.#pending[0] !== 13 || this.#pending[1] !== 10) throw malformed();
        this.#pending = this.#pending.subarray(2);
        this.#state = "header";
      } else {
        if (this.#pending.length > HEADER_BYTES_MAX) throw malformed();
        return;
      }
    }
  }

  #readHeader(line: string): void {
    const [sizeText = "", ...extensions] = line.split(";");
    if (!/^[0-9a-fA-F]+$/.test(sizeText)) throw malformed();
    this.#remaining = Number.parseInt(sizeText, 16);
    this.#signature =
      extensions.find((entry) => entry.startsWith("chunk-signature="))?.slice("chunk-signature=".length) ?? "";
    if (this.#payload.signing && this.#remaining > SIGNED_CHUNK_BYTES_MAX) throw malformed();
    if (this.#remaining > 0) {
      this.#state = "data";
      return;
    }
    if (this.#payload.signing) for (const _ of this.#verifyChunk()) throw malformed();
    this.#state = "trailer";
  }

  *#verifyChunk(): Generator<Buffer> {
    const signing = this.#payload.signing;
    if (!signing) return;
    const data = Buffer.concat(this.#signedParts);
    this.#signedParts = [];
    const text = `AWS4-HMAC-SHA256-PAYLOAD\n${signing.date}\n${signing.scope}\n${this.#previousSignature}\n${EMPTY_SHA256}\n${sha256(data)}`;
    const expected = hmac(signing.key, text).toString("hex");
    if (expected !== this.#signature) throw chunkSignatureWrong();
    this.#previousSignature = expected;
    if (data.length > 0) yield data;
  }

  #readTrailers(text: string): void {
    let signed = "";
    for (const line of text.split("\r\n")) {
      const at = line.indexOf(":");
      if (at < 0) continue;
      const name = line.slice(0, at).trim().toLowerCase();
      const value = line.slice(at + 1).trim();
      this.trailers.set(name, value);
      if (name !== "x-amz-trailer-signature") signed += `${name}:${value}\n`;
    }
    const { signing } = this.#payload;
    if (signing) {
      const toSign = `AWS4-HMAC-SHA256-TRAILER\n${signing.date}\n${signing.scope}\n${this.#previousSignature}\n${sha256(signed)}`;
      if (hmac(signing.key, toSign).toString("hex") !== this.trailers.get("x-amz-trailer-signature"))
        throw chunkSignatureWrong();
    }
    this.#state = "done";
  }
}

function malformed(): AwsError {
  return new AwsError("InvalidRequest", "The aws-chunked body is malformed", 400);
}

function chunkSignatureWrong(): AwsError {
  return new AwsError(
    "SignatureDoesNotMatch",
    "The chunk signature we calculated does not match the signature you provided.",
    403,
  );
}
