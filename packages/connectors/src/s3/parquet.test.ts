import { makeDocument } from "@letsdata/plugin-kit/testing/writer-conformance";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import fc from "fast-check";
import { parquetMetadata } from "hyparquet";
import { describe, expect, it } from "vitest";
import { ColumnTypes } from "./column-types.ts";
import { exactRow, rowsOf, rowsText } from "./exact-rows.ts";
import { openParquet } from "./open-parquet.ts";
import { ParquetRows } from "./parquet-rows.ts";
import { asFile, type Row, readJsonTexts, readParquet } from "./testing/read-parquet.ts";

function encoded(rows: readonly Row[], packing: "GZIP" | "NONE" | "ZSTD" = "NONE"): Uint8Array {
  const types = new ColumnTypes();
  for (const row of rows) types.take(row);
  const parquet = new ParquetRows(types.columns(), packing);
  return Buffer.concat([...rows.map((row) => group(parquet, row)), parquet.footer()]);
}
function group(parquet: ParquetRows, row: Row): Uint8Array {
  parquet.add(row);
  return parquet.endGroup();
}
const typesOf = (rows: readonly Row[]): Row => {
  const [, ...leaves] = parquetMetadata(asFile(encoded(rows))).schema;
  return Object.fromEntries(leaves.map(({ name, type, converted_type: meaning }) => [name, meaning ?? type]));
};

describe("whole numbers of up to 64 bits", () => {
  /** As a handler's document comes and waits. */
  const rowsFrom = (...bodies: readonly string[]) =>
    rowsOf(
      rowsText(bodies.map((body) => exactRow({ ...makeDocument("a"), body, fields: () => JSON.parse(body) as Row }))),
    );

  it("keep the digits of the document's text", async () => {
    const rows = rowsFrom(
      '{"id":9223372036854775807,"name":"1234567890123456789"}',
      '{"id": -9223372036854775808 }',
      '{"id":5}',
    );
    expect(typesOf(rows)).toEqual({ id: "INT64", name: "UTF8" });
    expect((await readParquet(encoded(rows))).map(({ id }) => id)).toEqual([2n ** 63n - 1n, -(2n ** 63n), 5n]);
  });

  it("are doubles where the column holds others, and stay what they were within lists", async () => {
    const rows = rowsFrom(
      '{"n":1234567890123456789,"list":[1234567890123456789],"more":9223372036854775808}',
      '{"n":0.5,"list":[],"more":1}',
    );
    expect(typesOf(rows)).toEqual({ n: "DOUBLE", list: "JSON", more: "DOUBLE" });
    const plain = JSON.parse(
      '{"n":1234567890123456789,"list":[1234567890123456789],"more":9223372036854775808}',
    ) as Row;
    expect((await readParquet(encoded(rows)))[0]).toEqual(plain);
  });

  it("keep their digits beside texts, too, in a column of JSON", async () => {
    const numbers = ["1234567890123456789", "-9223372036854775808", "5"];
    const rows = rowsFrom(...numbers.map((mixed) => `{"mixed":${mixed}}`), '{"mixed":"1234567890123456789"}');
    expect(typesOf(rows)).toEqual({ mixed: "JSON" });
    expect(await readJsonTexts(encoded(rows), "mixed")).toEqual([...numbers, '"1234567890123456789"']);
  });

  it("are told from texts and fractions, and a document that is no JSON has its fields", () => {
    expect(rowsFrom('{"a":"x:1234567890123456789,","b":0.1234567890123456,"c":1234567890123456}')).toEqual([
      { a: "x:1234567890123456789,", b: 0.1234567890123456, c: 1234567890123456 },
    ]);
    const fields = { document: "id:1234567890123456789, text" };
    expect(exactRow({ ...makeDocument("a"), body: fields.document, fields: () => fields })).toEqual(fields);
  });
});

describe("attributes whose names are data", () => {
  /** Documents of `count` names, each has one of its own turn. */
  const batchOf = (rows: number, count: number): readonly PreparedDocument[] =>
    Array.from({ length: rows }, (_, n) => {
      const payload = Object.fromEntries(
        Array.from({ length: Math.ceil(count / rows) }, (_, nth) => [`n${(n + nth * rows) % count}`, n]),
      );
      return { document: makeDocument(String(n)), ordinal: n, payload, bytes: 1 };
    });
  const objectOf = (batch: readonly PreparedDocument[]) => {
    const parts: Uint8Array[] = [];
    const upload = {
      add: async (bytes: Uint8Array) => void parts.push(bytes),
      complete: async () => {},
      abort: async () => {},
    };
    const object = openParquet(upload, "NONE");
    return { object, appended: object.append(batch), bytes: () => Buffer.concat(parts) };
  };

  it("end a row group before its missing values fill the memory", async () => {
    const { object, appended, bytes } = objectOf(batchOf(2_500, 1_000));
    await appended;
    await object.finish();
    const groups = parquetMetadata(asFile(bytes())).row_groups.map(({ num_rows: rows }) => Number(rows));
    expect(groups).toEqual([2_000, 500]);
    const rows = await readParquet(bytes());
    expect(rows).toHaveLength(2_500);
    expect(rows[2_499]).toMatchObject({ n499: 2_499n, n498: null });
  });

  it("end the object before what its end says of them does", async () => {
    const wide = objectOf(batchOf(800, 10_000));
    const narrow = objectOf(batchOf(800, 100));
    await Promise.all([wide.appended, narrow.appended]);
    expect([wide.object.isFull?.(), narrow.object.isFull?.()]).toEqual([true, false]);
  });
});

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
      // JSON texts have no sign of zero, and columns of several types hold JSON.
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
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
