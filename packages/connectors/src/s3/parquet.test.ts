import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { describe, expect, it } from "vitest";
import { ColumnTypes } from "./column-types.ts";
import { ParquetRows } from "./parquet-rows.ts";
import { asFile, type Row, readParquet } from "./testing/read-parquet.ts";

function encoded(rows: readonly Row[], packing: "GZIP" | "NONE" | "ZSTD" = "NONE"): Uint8Array {
  const types = new ColumnTypes();
  for (const row of rows) types.take(row);
  const parquet = new ParquetRows(types.columns(), packing);
  return Buffer.concat([...rows.map((row) => parquet.rowGroup([row])), parquet.footer()]);
}
const typesOf = (rows: readonly Row[]): Row => {
  const [, ...leaves] = parquetMetadata(asFile(encoded(rows))).schema;
  return Object.fromEntries(leaves.map(({ name, type, converted_type: meaning }) => [name, meaning ?? type]));
};

describe("columns", () => {
  it("have the narrowest type all their values share; what shares none is JSON", () => {
    expect(
      typesOf([
        { flag: true, count: 1, ratio: 1, name: "a", list: [1], map: { a: 1 }, mixed: 1, never: null },
        { flag: null, count: -7, ratio: 0.5, name: "b", list: [], mixed: "x", later: 2 ** 60 },
      ]),
    ).toEqual({
      flag: "BOOLEAN",
      count: "INT64",
      ratio: "DOUBLE",
      name: "UTF8",
      list: "JSON",
      map: "JSON",
      mixed: "JSON",
      never: "UTF8",
      later: "DOUBLE",
    });
  });

  it("give back every document as it was, whatever its attributes", async () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: "grapheme" }),
      fc.array(fc.integer(), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("p", "q"), fc.integer(), { maxKeys: 2, noNullPrototype: true }),
    );
    const row = fc.dictionary(fc.constantFrom("a", "b", "c", "Ünï.x", " "), value, {
      maxKeys: 4,
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), async (rows) => {
        const names = new Set(rows.flatMap((one) => Object.keys(one)));
        const expected = rows.map((one) => Object.fromEntries([...names].map((name) => [name, one[name] ?? null])));
        const found = (await readParquet(encoded(rows))).map((one) =>
          Object.fromEntries(
            Object.entries(one)
              .filter(([name]) => names.has(name))
              .map(([name, found]) => [name, typeof found === "bigint" ? Number(found) : (found ?? null)]),
          ),
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
