import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { ColumnTypes } from "./column-types.ts";
import { rowsOf, rowsText } from "./exact-rows.ts";
import type { ObjectUpload } from "./object-upload.ts";
import type { OpenObject } from "./open-object.ts";
import { ParquetRows, type Row } from "./parquet-rows.ts";

/** Documents decoded at once: what a row group holds. */
const ROW_GROUP_BYTES = 8 * 1024 * 1024;
const ROW_GROUP_ROWS_MAX = 100_000;

/**
 * One Parquet object. Its columns are known when its last document is, so documents wait as packed text and are decoded one batch at a time,
 * and encoded one row group at a time. What that takes of the task's memory: parquet-memory.ts.
 */
export function openParquet(upload: ObjectUpload, packing: "GZIP" | "ZSTD" | "NONE"): OpenObject {
  const types = new ColumnTypes();
  const groups: Buffer[][] = [[]];
  let groupBytes = 0;
  let groupRows = 0;
  let plain = 0;
  /** Not repeated after a failure: its bytes are partly on their way. */
  let encoding: Promise<void> | null = null;

  async function encode(): Promise<void> {
    const rows = new ParquetRows(types.columns(), packing);
    for (const group of groups) {
      if (group.length === 0) continue;
      for (const packed of group) {
        for (const row of rowsOf(zstdDecompressSync(packed).toString())) rows.add(row);
      }
      group.length = 0;
      await upload.add(rows.endGroup());
    }
    await upload.add(rows.footer());
  }

  return {
    append(batch: readonly PreparedDocument[]) {
      for (const { payload } of batch) types.take(payload as Row);
      const text = Buffer.from(rowsText(batch.map(({ payload }) => payload as Row)));
      if (groupBytes >= ROW_GROUP_BYTES || groupRows >= ROW_GROUP_ROWS_MAX) {
        groups.push([]);
        groupBytes = 0;
        groupRows = 0;
      }
      groups.at(-1)?.push(zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }));
      groupBytes += text.length;
      groupRows += batch.length;
      plain += text.length;
      return Promise.resolve();
    },
    plainBytes: () => plain,
    async finish() {
      encoding ??= encode();
      await encoding;
      await upload.complete();
    },
    abandon: () => upload.abort(),
  };
}
