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

/** In Node since 22, and in no type library of TypeScript's that is in use here. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** A document's attributes; a BigInt is within 64 bits. */
export type Row = Readonly<Record<string, unknown>>;

/** Values of a row group, those that a row does not have included: each takes 30 bytes or so while it is encoded. */
export const GROUP_CELLS_MAX = 2_000_000;

/** Encodes row groups one after the other; all columns are optional. A row is taken apart at once: only its values wait. */
export class ParquetRows {
  readonly #columns: readonly (readonly [name: string, type: ColumnType])[];
  #values: unknown[][];
  readonly #writer: ParquetWriter;
  readonly #bytes = new ByteWriter();

  constructor(columns: readonly (readonly [name: string, type: ColumnType])[], packing: keyof typeof codecs) {
    this.#columns = columns;
    this.#values = columns.map(() => []);
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

  add(row: Row): void {
    for (const [index, [name, type]] of this.#columns.entries()) this.#values[index]!.push(stored(row[name], type));
  }

  /** Rows since the last group's end. */
  get rowCount(): number {
    return this.#values[0]!.length;
  }

  /** The group is to end here, however few bytes its rows have: where attribute names are data, nearly all values are missing ones. */
  get isFull(): boolean {
    return this.rowCount * this.#columns.length >= GROUP_CELLS_MAX;
  }

  /** Of the rows added since the last one, at least one; answers the file's next bytes. */
  endGroup(): Uint8Array {
    const columnData = this.#columns.map(([name], index) => ({ name, data: this.#values[index]! }));
    // Without a flush of its own the writer encodes at once.
    void this.#writer.write({ columnData, rowGroupSize: this.rowCount });
    this.#values = this.#columns.map(() => []);
    return this.#taken();
  }

  /** The file's last bytes. */
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
  if (type === "INT64") return BigInt(value as number | bigint);
  if (typeof value !== "bigint") return value;
  return type === "JSON" ? rawJSON(String(value)) : Number(value);
}
