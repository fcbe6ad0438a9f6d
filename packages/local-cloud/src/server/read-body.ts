import type { IncomingMessage } from "node:http";
import { AwsError } from "./aws-error.ts";

export const SMALL_BODY_BYTES_MAX = 16 * 1024 * 1024;

export async function readWhole(
  source: AsyncIterable<Buffer> | IncomingMessage,
  bytesMax = SMALL_BODY_BYTES_MAX,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of source as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > bytesMax) throw new AwsError("RequestEntityTooLarge", "Request body is too large", 413);
    pieces.push(piece);
  }
  return pieces.length === 1 ? (pieces[0] ?? Buffer.alloc(0)) : Buffer.concat(pieces);
}
