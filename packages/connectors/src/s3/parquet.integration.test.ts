import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { makeDocument, prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasetName, type OpenCloud, openCloud, task } from "../testing/open-cloud.ts";
import { ColumnTypes } from "./column-types.ts";
import { ParquetRows } from "./parquet-rows.ts";
import { openS3Writer } from "./writer.ts";

type Row = Readonly<Record<string, unknown>>;
const compressors = {
  GZIP: (page: Uint8Array) => gunzipSync(page),
  ZSTD: (page: Uint8Array) => zstdDecompressSync(page),
};
const asFile = (bytes: Uint8Array) => new Uint8Array(bytes).buffer as ArrayBuffer;
const read = (bytes: Uint8Array) => parquetReadObjects({ file: asFile(bytes), compressors }) as Promise<Row[]>;

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

let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());
const signal = new AbortController().signal;

async function rowsIn(bucket: string): Promise<Row[]> {
  const keys = await open.keys(bucket);
  return (await Promise.all(keys.map(async (key) => read(await open.get(bucket, key))))).flat();
}

for (const s3Compression of ["GZIP", "NONE", "ZSTD"] as const) {
  testWriter(`the S3 writer (Parquet, ${s3Compression})`, {
    repeatsOverwrite: true,
    openTarget: async () => {
      const config = { bucketName: await open.bucket(), s3FileFormat: "PARQUET" as const, s3Compression };
      const openWriter = () => openS3Writer({ config, access: open.access, task });
      return {
        writer: openWriter(),
        stored: async () => (await rowsIn(config.bucketName)).map(({ documentId }) => documentId as string),
        reopen: async () => openWriter(),
      };
    },
  });
}

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
        const found = (await read(encoded(rows))).map((one) =>
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

describe("a Parquet object", () => {
  it("closes at its uncompressed size, is named without packing and keeps rows of several batches in order", async () => {
    const bucketName = await open.bucket();
    const config = { bucketName, s3FileFormat: "PARQUET", s3Compression: "ZSTD", s3FileSizeInMegabytes: 1 } as const;
    const writer = openS3Writer({ config, access: open.access, task });
    const documents = Array.from({ length: 3_000 }, (_, n) => {
      const fields = { documentId: String(n), n, text: "x".repeat(400) };
      return { ...makeDocument(String(n)), body: JSON.stringify(fields), fields: () => fields };
    });
    for (let from = 0; from < documents.length; from += 1_000) {
      await writer.write(await prepareAll(writer, documents.slice(from, from + 1_000), from), signal);
      expect(writer.wantsFlush?.()).toBe(from > 1_000);
    }
    await writer.flush?.(signal);
    expect(await open.keys(bucketName)).toEqual([`${datasetName}/${task.taskId}/part-000000000000.parquet`]);
    expect((await rowsIn(bucketName)).map(({ n }) => Number(n))).toEqual(documents.map((_, n) => n));
  });

  it("takes JSON objects only", async () => {
    const config = { bucketName: "b", s3FileFormat: "PARQUET" } as const;
    const writer = openS3Writer({ config, access: open.access, task });
    const document = { ...makeDocument("a"), body: "plain", fields: () => JSON.parse("plain") as Row };
    expect(await writer.prepare(document, 0)).toMatchObject({ code: "INVALID_DOCUMENT" });
  });
});
