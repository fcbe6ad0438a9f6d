import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { ColumnTypes } from "./column-types.ts";
import { rowsOf, rowsText } from "./exact-rows.ts";
import type { ObjectUpload } from "./object-upload.ts";
import type { OpenObject } from "./open-object.ts";
import { GROUP_CELLS_MAX, ParquetRows, type Row } from "./parquet-rows.ts";

/** Documents decoded at once: what a row group holds. */
const ROW_GROUP_BYTES = 8 * 1024 * 1024;
const ROW_GROUP_ROWS_MAX = 100_000;
/** Columns of all row groups together: what the object's end says of each waits for it, a kilobyte or so. */
const CHUNKS_MAX = 40_000;

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
  let rowCount = 0;
  /** Not repeated after a failure: its bytes are partly on their way. */
  let encoding: Promise<void> | null = null;

  async function encode(): Promise<void> {
    const rows = new ParquetRows(types.columns(), packing);
    for (const group of groups) {
      if (group.length === 0) continue;
      for (const packed of group) {
        for (const row of rowsOf(zstdDecompressSync(packed).toString())) {
          rows.add(row);
          if (rows.isFull) await upload.add(rows.endGroup());
        }
      }
      group.length = 0;
      if (rows.rowCount > 0) await upload.add(rows.endGroup());
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
      rowCount += batch.length;
      return Promise.resolve();
    },
    plainBytes: () => plain,
    // Where attribute names are data: the more columns there are, the more row groups, and each of them has all columns.
    isFull: () => ((rowCount * types.count) / GROUP_CELLS_MAX) * types.count >= CHUNKS_MAX,
    async finish() {
      encoding ??= encode();
      await encoding;
      await upload.complete();
    },
    abandon: () => upload.abort(),
  };
}
