import { gzipSync, zstdCompressSync } from "node:zlib";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { ColumnType } from "./column-types.ts";

const codecs = { GZIP: "GZIP", ZSTD: "ZSTD", NONE: "UNCOMPRESSED" } as const;
const compressors = {
  GZIP: (page: Uint8Array) => gzipSync(page),
  ZSTD: (page: Uint8Array) => zstdCompressSync(page),
};

const elements = {
  BOOLEAN: { type: "BOOLEAN" },
  INT64: { type: "INT64" },
  DOUBLE: { type: "DOUBLE" },
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  JSON: { type: "BYTE_ARRAY", converted_type: "JSON" },
} as const;

/** A document's attributes. */
export type Row = Readonly<Record<string, unknown>>;

/** Encodes row groups one after the other; all columns are optional. Each call answers the file's next bytes. */
export class ParquetRows {
  readonly #columns: readonly (readonly [name: string, type: ColumnType])[];
  readonly #writer: ParquetWriter;
  readonly #bytes = new ByteWriter();

  constructor(columns: readonly (readonly [name: string, type: ColumnType])[], packing: keyof typeof codecs) {
    this.#columns = columns;
    const root = { name: "root", num_children: columns.length };
    const leaves = columns.map(([name, type]) => ({ name, ...elements[type], repetition_type: "OPTIONAL" as const }));
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [root, ...leaves],
      codec: codecs[packing],
      compressors,
      createdBy: "letsdata",
    });
  }

  rowGroup(rows: readonly Row[]): Uint8Array {
    const columnData = this.#columns.map(([name, type]) => ({
      name,
      data: rows.map((row) => stored(row[name], type)),
    }));
    // Without a flush of its own the writer encodes at once.
    void this.#writer.write({ columnData, rowGroupSize: rows.length });
    return this.#taken();
  }

  footer(): Uint8Array {
    void this.#writer.finish();
    return this.#taken();
  }

  #taken(): Uint8Array {
    const bytes = new Uint8Array(this.#bytes.getBuffer());
    this.#bytes.index = 0;
    return bytes;
  }
}

function stored(value: unknown, type: ColumnType): unknown {
  if (value === null || value === undefined) return null;
  return type === "INT64" ? BigInt(value as number) : value;
}
