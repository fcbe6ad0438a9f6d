import { randomBytes } from "node:crypto";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import type { Permission } from "@letsdata/plugin-kit/permissions";
import { Problem } from "@letsdata/plugin-kit/problems";
import { makeDocument, prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { describe, expect, it } from "vitest";
import type { Buckets } from "../../testing/buckets.ts";
import { datasetName, task } from "../../testing/open-cloud.ts";
import { s3WritePermissions } from "../permissions.ts";
import { openS3Writer, removeS3TaskOutput } from "../writer.ts";
import { type Row, readParquet } from "./read-parquet.ts";

const signal = new AbortController().signal;
const unpack = { GZIP: gunzipSync, ZSTD: zstdDecompressSync, NONE: (bytes: Buffer) => bytes } as const;
type Packing = keyof typeof unpack;
const packings: readonly Packing[] = ["GZIP", "NONE", "ZSTD"];

export async function linesIn(
  open: Buckets,
  bucket: string,
  packing: Packing,
): Promise<readonly { documentId: string }[]> {
  const out: { documentId: string }[] = [];
  for (const key of await open.keys(bucket)) {
    const body = unpack[packing](await open.get(bucket, key)).toString();
    for (const line of body.split("\n")) if (line !== "") out.push(JSON.parse(line) as { documentId: string });
  }
  return out;
}

/** Incompressible, so that the object spans several parts. */
export const bigDocuments = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const fields = { documentId: String(n), noise: randomBytes(700_000).toString("hex") };
    return { ...makeDocument(String(n)), body: JSON.stringify(fields), fields: () => fields };
  });

/** A writer of an attempt that begins at the record of this ordinal. */
export function openAt(ordinal: number, ...[input]: Parameters<typeof openS3Writer>): Writer {
  const writer = openS3Writer(input);
  writer.checkpointAt?.(ordinal);
  return writer;
}

/** What the writer promises on any S3; `narrowed` may narrow its access to the permissions. */
export function describeS3Writer(
  open: () => Buckets,
  narrowed: (permissions: readonly Permission[]) => Promise<CloudAccess> = async () => open().access,
): void {
  for (const s3Compression of packings) {
    testWriter(`the S3 writer (${s3Compression})`, {
      repeatsOverwrite: true,
      rejectNext: null,
      openTarget: async () => {
        const config = { bucketName: await open().bucket(), s3Compression, s3KeyPrefix: "p/" };
        const openWriter = () => openS3Writer({ config, access: open().access, task });
        return {
          writer: openWriter(),
          stored: async () =>
            (await linesIn(open(), config.bucketName, s3Compression)).map(({ documentId }) => documentId),
          reopen: async () => openWriter(),
        };
      },
    });
  }

  for (const s3Compression of packings) {
    testWriter(`the S3 writer (Parquet, ${s3Compression})`, {
      repeatsOverwrite: true,
      rejectNext: null,
      openTarget: async () => {
        const config = { bucketName: await open().bucket(), s3FileFormat: "PARQUET" as const, s3Compression };
        const openWriter = () => openS3Writer({ config, access: open().access, task });
        return {
          writer: openWriter(),
          stored: async () => (await rowsIn(open(), config.bucketName)).map(({ documentId }) => documentId as string),
          reopen: async () => openWriter(),
        };
      },
    });
  }

  describe("the S3 writer", () => {
    it("names an object after dataset, task and the first record that it stands for, written or not", async () => {
      const bucketName = await open().bucket();
      const writer = openAt(40, { config: { bucketName, s3KeyPrefix: "orders/" }, access: open().access, task });
      await writer.write(await prepareAll(writer, [makeDocument("a")], 42), signal);
      await writer.flush?.(signal);
      expect(await open().keys(bucketName)).toEqual([
        `orders/${datasetName}/${task.taskId}/part-000000000040.jsonl.gz`,
      ]);
    });

    describe.each(["JSONL", "PARQUET"] as const)(
      "whose attempt died between an object and its checkpoint (%s)",
      (s3FileFormat) => {
        /** Documents of records 0 to 9 are checkpointed, 500 and 502 are not. */
        async function afterDeath() {
          const config = { bucketName: await open().bucket(), s3FileFormat, s3Compression: "NONE" as const };
          const input = { config, access: open().access, task };
          const dead = openAt(0, input);
          await writeAt(dead, 0, "first");
          dead.checkpointAt?.(500);
          await writeAt(dead, 500, "500, of the dead");
          const stored = async () => {
            if (s3FileFormat === "JSONL") return idsOf(await linesIn(open(), config.bucketName, "NONE"));
            return idsOf((await rowsIn(open(), config.bucketName)) as { documentId: string }[]);
          };
          expect(await stored()).toEqual(["first", "500, of the dead"]);
          return { input, stored };
        }

        it("has the next attempt's object in the place of the dead one's, though it leaves out the first record", async () => {
          const { input, stored } = await afterDeath();
          const next = openAt(500, input);
          await writeAt(next, 501, "501");
          expect(await stored()).toEqual(["first", "501"]);
          next.checkpointAt?.(600);
          await writeAt(next, 603, "603");
          await next.flush?.(signal);
          expect(await stored()).toEqual(["first", "501", "603"]);
        });

        it("has nothing of the dead one, when the next attempt has no document for those records", async () => {
          const { input, stored } = await afterDeath();
          const access = await narrowed(s3WritePermissions(input.config));
          const next = openAt(500, { ...input, access });
          await next.flush?.(signal);
          expect(await stored()).toEqual(["first"]);
          next.checkpointAt?.(600);
          await writeAt(next, 600, "600");
          await next.flush?.(signal);
          expect(await stored()).toEqual(["first", "600"]);
        });

        it("is left alone by an attempt that lost its lease", async () => {
          const { input, stored } = await afterDeath();
          const lost = new Problem("LEASE_LOST", "lost");
          const confirmLease = () => Promise.reject(lost);
          await expect(openAt(500, { ...input, confirmLease }).flush?.(signal)).rejects.toBe(lost);
          // Its successor may have had no document for these records: there is no object to stumble over.
          await expect(writeAt(openAt(700, { ...input, confirmLease }), 700, "zombie")).rejects.toBe(lost);
          expect(await stored()).toEqual(["first", "500, of the dead"]);
        });
      },
    );

    it("makes no object of no documents", async () => {
      const bucketName = await open().bucket();
      const writer = openAt(0, { config: { bucketName }, access: open().access, task });
      await writer.flush?.(signal);
      await writer.close();
      expect(await open().keys(bucketName)).toEqual([]);
    });

    it("stores a large object whole, in several parts", async () => {
      const bucketName = await open().bucket();
      const writer = openAt(0, { config: { bucketName }, access: open().access, task });
      const documents = bigDocuments(13);
      await writer.write(await prepareAll(writer, documents), signal);
      await writer.flush?.(signal);
      expect(await linesIn(open(), bucketName, "GZIP")).toEqual(documents.map((document) => document.fields()));
    });

    it("replaces a zombie's object only while it holds the lease", async () => {
      const bucketName = await open().bucket();
      const config = { bucketName };
      const writeOne = async (id: string, confirmLease?: () => Promise<void>) => {
        const writer = openAt(0, { config, access: open().access, task, ...(confirmLease ? { confirmLease } : {}) });
        await writer.write(await prepareAll(writer, [makeDocument(id)], 0), signal);
        await writer.flush?.(signal);
      };
      await writeOne("holder");
      const lost = new Problem("LEASE_LOST", "lost");
      await expect(writeOne("zombie", () => Promise.reject(lost))).rejects.toBe(lost);
      expect((await linesIn(open(), bucketName, "GZIP")).map(({ documentId }) => documentId)).toEqual(["holder"]);
      await writeOne("next holder", () => Promise.resolve());
      expect((await linesIn(open(), bucketName, "GZIP")).map(({ documentId }) => documentId)).toEqual(["next holder"]);
    });

    it("restarting from the beginning removes this task's objects only, and none without the lease", async () => {
      const bucketName = await open().bucket();
      const config = { bucketName };
      for (const taskId of [task.taskId, "8".repeat(32)]) {
        const writer = openAt(0, { config, access: open().access, task: { ...task, taskId } });
        await writer.write(await prepareAll(writer, [makeDocument("a")]), signal);
        await writer.flush?.(signal);
      }
      const remove = (confirmLease: () => Promise<void>) =>
        removeS3TaskOutput({ config, access: open().access, task, confirmLease }, signal);
      const lost = new Problem("LEASE_LOST", "lost");
      await expect(remove(() => Promise.reject(lost))).rejects.toBe(lost);
      expect(await open().keys(bucketName)).toHaveLength(2);
      await remove(() => Promise.resolve());
      expect(await open().keys(bucketName)).toEqual([`${datasetName}/${"8".repeat(32)}/part-000000000000.jsonl.gz`]);
    });

    it("closes a Parquet object at its uncompressed size, names it without packing and keeps rows of several batches in order", async () => {
      const bucketName = await open().bucket();
      const config = { bucketName, s3FileFormat: "PARQUET", s3Compression: "ZSTD", s3FileSizeInMegabytes: 1 } as const;
      const writer = openAt(0, { config, access: open().access, task });
      const documents = Array.from({ length: 3_000 }, (_, n) => {
        const fields = { documentId: String(n), n, text: "x".repeat(400) };
        return { ...makeDocument(String(n)), body: JSON.stringify(fields), fields: () => fields };
      });
      for (let from = 0; from < documents.length; from += 1_000) {
        await writer.write(await prepareAll(writer, documents.slice(from, from + 1_000), from), signal);
        expect(writer.wantsFlush?.()).toBe(from > 1_000);
      }
      await writer.flush?.(signal);
      expect(await open().keys(bucketName)).toEqual([`${datasetName}/${task.taskId}/part-000000000000.parquet`]);
      expect((await rowsIn(open(), bucketName)).map(({ n }) => Number(n))).toEqual(documents.map((_, n) => n));
    });

    it("takes only JSON objects into a Parquet object", async () => {
      const config = { bucketName: "b", s3FileFormat: "PARQUET" } as const;
      const writer = openAt(0, { config, access: open().access, task });
      const document = { ...makeDocument("a"), body: "plain", fields: () => JSON.parse("plain") as Row };
      expect(await writer.prepare(document, 0)).toMatchObject({ code: "INVALID_DOCUMENT" });
    });
  });
}

async function writeAt(writer: Writer, ordinal: number, id: string): Promise<void> {
  await writer.write(await prepareAll(writer, [makeDocument(id)], ordinal), signal);
  await writer.flush?.(signal);
}

const idsOf = (found: readonly { readonly documentId: string }[]) => found.map(({ documentId }) => documentId);

async function rowsIn(open: Buckets, bucket: string): Promise<Row[]> {
  const keys = await open.keys(bucket);
  return (await Promise.all(keys.map(async (key) => readParquet(await open.get(bucket, key))))).flat();
}
