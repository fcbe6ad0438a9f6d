import type { Transform } from "node:stream";
import { createGzip, createZstdCompress } from "node:zlib";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import type { ObjectUpload } from "./object-upload.ts";
import type { OpenObject } from "./open-object.ts";
import type { Packing } from "./writer.ts";

const PACK_CHUNK_BYTES = 256 * 1024;
/** Several, because each write costs; not all, because V8 gives a long text pages of its own. */
const LINES_JOINED = 64;
/** A batch of large documents has memory of its own, and is alone with the packer. */
const KEPT_BYTES_MAX = 2 * 1024 * 1024;

/** One object of JSON lines, packed as it grows. */
export function openJsonLines(upload: ObjectUpload, packing: Packing): OpenObject {
  const packer = packerFor(packing);
  /** Of the batches before: a packer is done with lines when it has taken them in. */
  let memory: Buffer = Buffer.alloc(0);
  let memoryBefore: Buffer = memory;
  let taken: Promise<unknown> = Promise.resolve();
  let plain = 0;
  let failure: unknown = null;
  let ended = false;
  const emptied = packer ? drain(packer) : null;

  async function drain(from: Transform): Promise<void> {
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) await upload.add(bytes);
    } catch (thrown) {
      failure ??= thrown;
      from.destroy();
    }
  }

  return {
    async append(batch) {
      if (failure) throw failure;
      const bytesMax = batch.reduce((sum, { bytes }) => sum + bytes, 0);
      const isKept = packer !== null && bytesMax <= KEPT_BYTES_MAX;
      const into = isKept && memory.length >= bytesMax ? memory : Buffer.allocUnsafeSlow(bytesMax);
      const lines = into.subarray(0, writeLines(batch, into));
      plain += lines.length;
      if (!packer) return upload.add(lines);
      // One batch waits for the packer while it works on another, which is waited for here: it need not wait for this process.
      const before = taken;
      taken = new Promise((resolve) => packer.write(lines, resolve));
      if (isKept) [memory, memoryBefore] = [memoryBefore, into];
      await Promise.race([isKept ? before : taken, emptied]);
      if (failure) throw failure;
    },
    plainBytes: () => plain,
    async finish() {
      if (packer && !ended) packer.end();
      ended = true;
      await emptied;
      if (failure) throw failure;
      await upload.complete();
    },
    async abandon() {
      packer?.destroy();
      await emptied;
      await upload.abort();
    },
  };
}

/** Returns the bytes written: at most those stated, less where a line break became one letter. */
function writeLines(batch: readonly PreparedDocument[], into: Buffer): number {
  let at = 0;
  for (let from = 0; from < batch.length; from += LINES_JOINED) {
    const lines = batch.slice(from, from + LINES_JOINED).map(({ payload }) => payload as string);
    at += into.write(lines.join(""), at);
  }
  return at;
}

function packerFor(packing: Packing): Transform | null {
  if (packing === "GZIP") return createGzip({ chunkSize: PACK_CHUNK_BYTES });
  if (packing === "ZSTD") return createZstdCompress({ chunkSize: PACK_CHUNK_BYTES });
  return null;
}
