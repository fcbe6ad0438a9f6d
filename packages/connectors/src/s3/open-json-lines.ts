import { once } from "node:events";
import type { Transform } from "node:stream";
import { createGzip, createZstdCompress } from "node:zlib";
import type { ObjectUpload } from "./object-upload.ts";
import type { OpenObject } from "./open-object.ts";
import type { Packing } from "./writer.ts";

const PACK_CHUNK_BYTES = 256 * 1024;

/** One object of JSON lines, packed as it grows. */
export function openJsonLines(upload: ObjectUpload, packing: Packing): OpenObject {
  const packer = packerFor(packing);
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
      const lines = Buffer.from(batch.map(({ payload }) => payload as string).join(""));
      plain += lines.length;
      if (!packer) return upload.add(lines);
      if (!packer.write(lines)) await Promise.race([once(packer, "drain").catch(() => {}), emptied]);
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

function packerFor(packing: Packing): Transform | null {
  if (packing === "GZIP") return createGzip({ chunkSize: PACK_CHUNK_BYTES });
  if (packing === "ZSTD") return createZstdCompress({ chunkSize: PACK_CHUNK_BYTES });
  return null;
}
