import { createGunzip, type Gunzip, gunzipSync, type ZlibOptions } from "node:zlib";
import type { ByteInput } from "./byte-input.ts";
import { atMemberStarts, type MemberStart } from "./gzip-member-starts.ts";
import { corrupt, takeUnpacked, UNPACKED_READ_AHEAD_BYTES } from "./unpack-one.ts";

const CHUNK_BYTES_MIN = 16 * 1024;
const CHUNK_BYTES_MAX = 256 * 1024;
/** Text packs five- to tenfold. */
const USUAL_PACKING = 8;
/** Up to this much is unpacked in one call: a stream engine costs more than a small file's whole content. */
const AT_ONCE_BYTES_MAX = 32 * 1024;
const AT_ONCE_UNPACKED_BYTES_MAX = 1024 * 1024;

/**
 * All members of a gzip file, joined (RFC 1952), by one engine: WARC files hold a member per record, and an engine for each would
 * take longer than unpacking it. Trailing zero bytes are padding; anything else behind a member is SOURCE_CORRUPT.
 * `packedBytes` is the length of the input: the engine of a small file need not have large buffers.
 * `onMember` hears of the first member and of some of the later ones: places at which unpacking can begin anew.
 */
export async function* inflateGzip(
  input: ByteInput,
  plainOffset: number,
  name: string,
  onMember: (start: MemberStart) => void,
  packedBytes = CHUNK_BYTES_MAX,
): AsyncGenerator<Uint8Array> {
  const began = input.offset;
  if (packedBytes <= AT_ONCE_BYTES_MAX) {
    // One byte more than there is: only a body that was read to its end leaves its connection to the next.
    const packed = await input.take(packedBytes + 1);
    const unpackedAtOnce = unpackAtOnce(packed);
    if (unpackedAtOnce) {
      onMember({ compressed: began, plain: plainOffset });
      yield unpackedAtOnce;
      return;
    }
    input.unread(packed);
  }
  const options: ZlibOptions & { readableHighWaterMark: number } = {
    chunkSize: Math.min(Math.max(packedBytes * USUAL_PACKING, CHUNK_BYTES_MIN), CHUNK_BYTES_MAX),
    readableHighWaterMark: UNPACKED_READ_AHEAD_BYTES,
  };
  const engine = createGunzip(options);
  engine.on("error", () => {});
  const feeding = feed(engine, input, atMemberStarts(input, countUnpacked(engine, plainOffset), onMember), name);
  const beforeFailure: Uint8Array[] = [];
  feeding.catch((thrown: Error) => {
    beforeFailure.push(...takeUnpacked(engine));
    engine.destroy(thrown);
  });
  try {
    yield* engine as AsyncIterable<Uint8Array>;
    await feeding;
  } catch (thrown) {
    yield* beforeFailure;
    yield* takeUnpacked(engine);
    throw isZlibError(thrown) ? corrupt(name, began + engine.bytesWritten, thrown.message) : thrown;
  } finally {
    engine.destroy();
  }
}

/**
 * Answers the plain offset that is reached. Counted where bytes come out of the engine: a piece may be fed, and this be asked, between the
 * moment a slow consumer takes them from the engine's buffer and the moment it has them.
 */
function countUnpacked(engine: Gunzip, from: number): () => number {
  let plain = from;
  const push = engine.push.bind(engine);
  engine.push = (bytes: Uint8Array | null) => {
    plain += bytes?.length ?? 0;
    return push(bytes);
  };
  return () => plain;
}

/** Null for what is large, damaged or followed by anything: the stream engine says where. */
function unpackAtOnce(packed: Buffer): Buffer | null {
  try {
    // With `info` the answer tells how much was used (Node's documentation of zlib); its types do not know.
    const options = { info: true, maxOutputLength: AT_ONCE_UNPACKED_BYTES_MAX };
    const { buffer, engine } = gunzipSync(packed, options) as unknown as { buffer: Buffer; engine: Gunzip };
    return engine.bytesWritten === packed.length ? buffer : null;
  } catch {
    return null;
  }
}

async function feed(engine: Gunzip, input: ByteInput, pieces: AsyncIterable<Buffer>, name: string): Promise<void> {
  let fed = 0;
  for await (const piece of pieces) {
    await write(engine, piece);
    if (engine.destroyed) return;
    fed += piece.length;
    const left = fed - engine.bytesWritten;
    if (left === 0) continue;
    // The engine ends by itself at a zero byte behind a member and at nothing else.
    input.unread(piece.subarray(piece.length - left));
    await skipPadding(input, name);
    break;
  }
  engine.end();
}

/** Resolves when the engine has unpacked all of it, or is destroyed. */
function write(engine: Gunzip, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    engine.write(piece, () => resolve());
  });
}

async function skipPadding(input: ByteInput, name: string): Promise<void> {
  for (let chunk = await input.next(); chunk !== null; chunk = await input.next()) {
    const stray = chunk.findIndex((byte) => byte !== 0);
    if (stray >= 0) {
      throw corrupt(name, input.offset - chunk.length + stray, "bytes that are not gzip stand behind a gzip member");
    }
  }
}

function isZlibError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("Z_");
}
