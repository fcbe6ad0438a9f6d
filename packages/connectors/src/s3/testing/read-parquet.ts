import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";

export type Row = Readonly<Record<string, unknown>>;
const compressors = {
  GZIP: (page: Uint8Array) => gunzipSync(page),
  ZSTD: (page: Uint8Array) => zstdDecompressSync(page),
};

export const asFile = (bytes: Uint8Array) => new Uint8Array(bytes).buffer as ArrayBuffer;
/** The rows of a Parquet object, with a library that is not the writer's. */
export const readParquet = (bytes: Uint8Array) =>
  parquetReadObjects({ file: asFile(bytes), compressors }) as Promise<Row[]>;

/** The texts that a JSON column holds, digit by digit. */
export async function readJsonTexts(bytes: Uint8Array, column: string): Promise<readonly unknown[]> {
  const parsers = { jsonFromBytes: (text: Uint8Array | undefined) => text && Buffer.from(text).toString() };
  const rows = (await parquetReadObjects({ file: asFile(bytes), compressors, parsers })) as Row[];
  return rows.map((row) => row[column]);
}
