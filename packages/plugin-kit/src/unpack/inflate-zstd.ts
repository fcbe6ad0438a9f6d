import { createZstdDecompress, type ZstdOptions } from "node:zlib";
import type { ByteInput } from "./byte-input.ts";
import type { MemberStart } from "./gzip-member-starts.ts";
import { corrupt, UNPACKED_READ_AHEAD_BYTES, unpackOne } from "./unpack-one.ts";

/** https://datatracker.ietf.org/doc/html/rfc8878#section-3.1 */
export const ZSTD_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const CHUNK_BYTES = 256 * 1024;

/** All frames of a zstd file, joined. Frames are taken one by one because Node's decompressor drops what follows the first. */
export async function* inflateZstd(
  input: ByteInput,
  plainOffset: number,
  name: string,
  onFrame: (start: MemberStart) => void,
): AsyncGenerator<Uint8Array> {
  let plain = plainOffset;
  for (;;) {
    const head = await input.peek(8);
    if (head.length === 0) return;
    const magic = head.length < 4 ? 0 : head.readUInt32LE(0);
    if (isSkippable(magic) && head.length === 8) {
      await skip(input, 8 + head.readUInt32LE(4), name);
      continue;
    }
    if (magic !== ZSTD_MAGIC) throw corrupt(name, input.offset, "bytes that are not zstd stand behind a zstd frame");
    onFrame({ compressed: input.offset, plain });
    const options: ZstdOptions & { readableHighWaterMark: number } = {
      chunkSize: CHUNK_BYTES,
      readableHighWaterMark: UNPACKED_READ_AHEAD_BYTES,
    };
    for await (const bytes of unpackOne(input, createZstdDecompress(options), name)) {
      plain += bytes.length;
      yield bytes;
    }
  }
}

export function isSkippable(magic: number): boolean {
  return magic >>> 4 === SKIPPABLE_MAGIC >>> 4;
}

async function skip(input: ByteInput, length: number, name: string): Promise<void> {
  for (let left = length; left > 0; ) {
    const chunk = await input.next();
    if (chunk === null) throw corrupt(name, input.offset, "the file ends within a skippable zstd frame");
    if (chunk.length > left) input.unread(chunk.subarray(left));
    left -= Math.min(chunk.length, left);
  }
}
