import { crc32, createInflateRaw, type ZlibOptions } from "node:zlib";
import type { ByteInput } from "./byte-input.ts";
import { corrupt, UNPACKED_READ_AHEAD_BYTES, unpackOne } from "./unpack-one.ts";

/** Where a gzip member or zstd frame begins: in the object and in the plain text. */
export interface MemberStart {
  readonly compressed: number;
  readonly plain: number;
}

const LARGE_CHUNK_BYTES = 256 * 1024;
const SMALL_CHUNK_BYTES = 16 * 1024;
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;

/**
 * All members of a gzip file, joined (RFC 1952). Members are taken one by one, not by Node's gunzip, because their starts are
 * the only places at which reading can resume. Trailing zero bytes are padding; anything else behind a member is SOURCE_CORRUPT.
 */
export async function* inflateGzip(
  input: ByteInput,
  plainOffset: number,
  name: string,
  onMember: (start: MemberStart) => void,
): AsyncGenerator<Uint8Array> {
  let plain = plainOffset;
  let chunkBytes = LARGE_CHUNK_BYTES;
  for (let members = 0; ; members++) {
    const compressed = input.offset;
    if (members > 0 && (await skipPadding(input, name))) return;
    onMember({ compressed, plain });
    await skipHeader(input, name);
    const memberBegan = plain;
    let sum = 0;
    const options: ZlibOptions & { readableHighWaterMark: number } = {
      chunkSize: chunkBytes,
      readableHighWaterMark: UNPACKED_READ_AHEAD_BYTES,
    };
    for await (const bytes of unpackOne(input, createInflateRaw(options), name)) {
      sum = crc32(bytes, sum);
      plain += bytes.length;
      yield bytes;
    }
    const trailer = await input.take(TRAILER_BYTES);
    if (trailer.length < TRAILER_BYTES) throw corrupt(name, input.offset, "the file ends within a gzip member");
    if (trailer.readUInt32LE(0) !== sum || trailer.readUInt32LE(4) !== (plain - memberBegan) % 2 ** 32) {
      throw corrupt(name, input.offset, "the checksum of a gzip member does not match");
    }
    chunkBytes = plain - memberBegan < LARGE_CHUNK_BYTES ? SMALL_CHUNK_BYTES : LARGE_CHUNK_BYTES;
  }
}

async function skipHeader(input: ByteInput, name: string): Promise<void> {
  const header = await input.take(HEADER_BYTES);
  if (header.length < HEADER_BYTES) throw corrupt(name, input.offset, "the file ends within a gzip header");
  if (header[0] !== 0x1f || header[1] !== 0x8b || header[2] !== 8) {
    throw corrupt(name, input.offset - HEADER_BYTES, "bytes that are not gzip stand behind a gzip member");
  }
  const flags = header[3]!;
  if (flags & FLAG_EXTRA) {
    const length = await input.take(2);
    if (length.length === 2) await input.take(length.readUInt16LE(0));
  }
  if (flags & FLAG_NAME) await skipText(input);
  if (flags & FLAG_COMMENT) await skipText(input);
  if (flags & FLAG_HEADER_CRC) await input.take(2);
}

async function skipText(input: ByteInput): Promise<void> {
  for (;;) {
    const chunk = await input.next();
    if (chunk === null) return;
    const end = chunk.indexOf(0);
    if (end < 0) continue;
    input.unread(chunk.subarray(end + 1));
    return;
  }
}

/** True when nothing but zero bytes is left; otherwise nothing was skipped. */
async function skipPadding(input: ByteInput, name: string): Promise<boolean> {
  const next = await input.peek(1);
  if (next.length === 0) return true;
  if (next[0] !== 0) return false;
  for (;;) {
    const chunk = await input.next();
    if (chunk === null) return true;
    const stray = chunk.findIndex((byte) => byte !== 0);
    if (stray >= 0) {
      throw corrupt(name, input.offset - chunk.length + stray, "bytes that are not gzip stand behind a gzip member");
    }
  }
}
