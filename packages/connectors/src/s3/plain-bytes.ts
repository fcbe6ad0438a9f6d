import { pipeline, type Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { Problem } from "@letsdata/plugin-kit/problems";
import { ByteInput } from "./byte-input.ts";
import { inflateGzip, type MemberStart } from "./inflate-gzip.ts";

export type Packing = "none" | "gzip" | "zstd";

export interface PlainBytes {
  readonly packing: Packing;
  readonly bytes: AsyncGenerator<Uint8Array>;
  /** The last place at or before a plain-text offset at which unpacking can begin; null = the object's beginning. */
  restartBefore(plainOffset: number): MemberStart | null;
}

const CHUNK_BYTES = 256 * 1024;
/** https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1 ; skippable frames are 0x184D2A5? */
const ZSTD_MAGIC = 0xfd2fb528;

/** Unpacks by magic bytes. `start` is where `chunks` begin; `skip` plain bytes are dropped first. */
export async function plainBytes(
  chunks: AsyncIterator<Uint8Array>,
  options: {
    readonly name: string;
    readonly start: MemberStart;
    readonly skip: number;
    /** Set on resume, where the bytes at the start say nothing. */
    readonly packing: Packing | null;
  },
): Promise<PlainBytes> {
  const { name, start } = options;
  const input = new ByteInput(chunks, start.compressed);
  const packing = options.packing ?? packingOf(await input.peek(4));
  const members: MemberStart[] = [];
  const unpacked =
    packing === "gzip"
      ? inflateGzip(input, start.plain, name, (member) => members.push(member))
      : packing === "zstd"
        ? inflateZstd(input, name)
        : untouched(input);
  return {
    packing,
    bytes: options.skip > 0 ? dropFirst(unpacked, options.skip) : unpacked,
    restartBefore(plainOffset) {
      while (members.length > 1 && members[1]!.plain <= plainOffset) members.shift();
      return members[0] ?? null;
    },
  };
}

export function packingOf(head: Buffer): Packing {
  if (head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head.length >= 4 && head.readUInt32LE(0) === ZSTD_MAGIC) return "zstd";
  return "none";
}

async function* untouched(input: ByteInput): AsyncGenerator<Uint8Array> {
  for (let chunk = await input.next(); chunk !== null; chunk = await input.next()) yield chunk;
}

async function* inflateZstd(input: ByteInput, name: string): AsyncGenerator<Uint8Array> {
  const inflater = createZstdDecompress({ chunkSize: CHUNK_BYTES });
  let sourceFailure: { readonly thrown: unknown } | null = null;
  async function* compressed() {
    try {
      yield* untouched(input);
    } catch (thrown) {
      sourceFailure = { thrown };
      throw thrown;
    }
  }
  const output: Readable = pipeline(compressed(), inflater, () => {});
  try {
    yield* output as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    const failure = sourceFailure as { readonly thrown: unknown } | null;
    if (failure) throw failure.thrown;
    const reason = thrown instanceof Error ? thrown.message : "damaged";
    throw new Problem("SOURCE_CORRUPT", `${name} cannot be unpacked at byte ${inflater.bytesWritten}: ${reason}.`);
  }
}

async function* dropFirst(bytes: AsyncGenerator<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of bytes) {
    if (left === 0) yield chunk;
    else if (chunk.length <= left) left -= chunk.length;
    else {
      yield chunk.subarray(left);
      left = 0;
    }
  }
}
