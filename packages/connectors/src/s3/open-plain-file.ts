import { Problem } from "@letsdata/plugin-kit/problems";
import { type Packing, plainBytes } from "@letsdata/plugin-kit/unpack/plain-bytes";
import { type ObjectAddress, openObject } from "./object-body.ts";

/** The object keeps the rest of a failed record, which may have 64 MiB (product.md §7). */
export const ERROR_BODY_BYTES_MAX = 64 * 1024;

/** Where a file stands: the plain-text offset, and where unpacking may begin to reach it. */
export interface FilePosition {
  readonly offset: number;
  readonly etag: string;
  readonly packing: Packing;
  /** Start of the last gzip member at or before `offset`: in the object, and in the plain text. */
  readonly memberBytes: number;
  readonly memberOffset: number;
}

export interface PlainFileOptions {
  readonly signal: AbortSignal;
  /** How much of the object is asked for at once; left out but for tests. */
  readonly rangeBytes?: number | undefined;
}

export interface PlainFile {
  /** Unpacked, from the position's offset on. */
  readonly bytes: AsyncIterableIterator<Uint8Array>;
  /** Bytes of the object received so far. */
  received(): number;
  /** `offset` never goes back. */
  positionAt(offset: number): FilePosition;
  close(): Promise<void>;
}

/** Opens an object where `at` says. Throws SOURCE_NOT_FOUND, SOURCE_CHANGED or the Problem of the call. */
export async function openPlainFile(
  address: ObjectAddress,
  at: FilePosition | null,
  options: PlainFileOptions,
): Promise<PlainFile> {
  const start = { compressed: at?.memberBytes ?? 0, plain: at?.memberOffset ?? 0 };
  const offset = at?.offset ?? 0;
  const object = await openObject(address, { from: start.compressed, etag: at?.etag ?? null, ...options });
  const { close } = object;
  try {
    const plain = await plainBytes(object.chunks, {
      name: `s3://${address.bucket}/${address.key}`,
      start,
      skip: offset - start.plain,
      packedBytes: object.size - start.compressed,
      packing: at?.packing ?? null,
    });
    return {
      bytes: plain.bytes,
      received: object.received,
      positionAt(next) {
        const restart = plain.packing === "none" ? { compressed: next, plain: next } : plain.restartBefore(next);
        return {
          offset: next,
          etag: object.etag,
          packing: plain.packing,
          memberBytes: restart?.compressed ?? 0,
          memberOffset: restart?.plain ?? 0,
        };
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** A stored position, checked. Throws INTERNAL for one of another reader. */
export function filePosition(stored: unknown, name: string): FilePosition {
  const { offset, etag, packing, memberBytes, memberOffset } = (stored ?? {}) as Readonly<Record<string, unknown>>;
  const numbers = [offset, memberBytes, memberOffset];
  if (
    typeof etag === "string" &&
    (packing === "none" || packing === "gzip" || packing === "zstd") &&
    numbers.every((value) => Number.isSafeInteger(value))
  ) {
    return { offset, etag, packing, memberBytes, memberOffset } as FilePosition;
  }
  throw new Problem("INTERNAL", `The checkpoint of ${name} is not one of this reader.`, { details: { stored } });
}
