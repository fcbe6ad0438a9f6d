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
