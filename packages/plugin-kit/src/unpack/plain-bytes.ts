import { ByteInput } from "./byte-input.ts";
import type { MemberStart } from "./gzip-member-starts.ts";
import { inflateGzip } from "./inflate-gzip.ts";
import { inflateZstd, isSkippable, ZSTD_MAGIC } from "./inflate-zstd.ts";

export type Packing = "none" | "gzip" | "zstd";

export interface PlainBytes {
  readonly packing: Packing;
  readonly bytes: AsyncIterableIterator<Uint8Array>;
  /** The last place at or before a plain-text offset at which unpacking can begin; null = the object's beginning. */
  restartBefore(plainOffset: number): MemberStart | null;
}

/** Unpacks by magic bytes. `start` is where `chunks` begin; `skip` plain bytes are dropped first. */
export async function plainBytes(
  chunks: AsyncIterator<Uint8Array>,
  options: {
    readonly name: string;
    readonly start: MemberStart;
    readonly skip: number;
    /** Length of `chunks`. */
    readonly packedBytes: number;
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
      ? inflateGzip(input, start.plain, name, (member) => members.push(member), options.packedBytes)
      : packing === "zstd"
        ? inflateZstd(input, start.plain, name, (frame) => members.push(frame))
        : input.rest();
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
  if (head.length >= 4 && (head.readUInt32LE(0) === ZSTD_MAGIC || isSkippable(head.readUInt32LE(0)))) return "zstd";
  return "none";
}

async function* dropFirst(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
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
