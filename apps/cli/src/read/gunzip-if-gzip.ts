import { gunzipSync } from "node:zlib";

/** Bytes as written by the handler: packed ones are unpacked. */
export function gunzipIfGzip(bytes: Uint8Array): Buffer {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : Buffer.from(bytes);
}
