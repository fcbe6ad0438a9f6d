import { randomBytes } from "node:crypto";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Problem } from "@letsdata/plugin-kit/problems";
import { makeDocument, prepareAll, testWriter } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { datasetName, type OpenCloud, openCloud, task } from "../testing/open-cloud.ts";
import { s3WritePermissions } from "./permissions.ts";
import { openS3Writer, removeS3TaskOutput } from "./writer.ts";

let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

const signal = new AbortController().signal;
const unpack = { GZIP: gunzipSync, ZSTD: zstdDecompressSync, NONE: (bytes: Buffer) => bytes } as const;
type Packing = keyof typeof unpack;

async function linesIn(bucket: string, packing: Packing): Promise<readonly { documentId: string }[]> {
  const out: { documentId: string }[] = [];
  for (const key of await open.keys(bucket)) {
    const body = unpack[packing](await open.get(bucket, key)).toString();
    for (const line of body.split("\n")) if (line !== "") out.push(JSON.parse(line) as { documentId: string });
  }
  return out;
}

const packings: readonly Packing[] = ["GZIP", "NONE", "ZSTD"];
for (const s3Compression of packings) {
  testWriter(`the S3 writer (${s3Compression})`, {
    repeatsOverwrite: true,
    openTarget: async () => {
      const config = { bucketName: await open.bucket(), s3Compression, s3KeyPrefix: "p/" };
      const openWriter = () => openS3Writer({ config, access: open.access, task });
      return {
        writer: openWriter(),
        stored: async () => (await linesIn(config.bucketName, s3Compression)).map(({ documentId }) => documentId),
        reopen: async () => openWriter(),
      };
    },
  });
}

/** Incompressible, so that the object spans several parts. */
const bigDocuments = (count: number) =>
  Array.from({ length: count }, (_, n) => {
    const fields = { documentId: String(n), noise: randomBytes(700_000).toString("hex") };
    return { ...makeDocument(String(n)), body: JSON.stringify(fields), fields: () => fields };
  });

describe("the S3 writer", () => {
  it("names an object after dataset, task and its first record", async () => {
    const bucketName = await open.bucket();
    const writer = openS3Writer({ config: { bucketName, s3KeyPrefix: "orders/" }, access: open.access, task });
    await writer.write(await prepareAll(writer, [makeDocument("a")], 42), signal);
    await writer.flush?.(signal);
    expect(await open.keys(bucketName)).toEqual([`orders/${datasetName}/${task.taskId}/part-000000000042.jsonl.gz`]);
  });

  it("makes no object of no documents", async () => {
    const bucketName = await open.bucket();
    const writer = openS3Writer({ config: { bucketName }, access: open.access, task });
    await writer.flush?.(signal);
    await writer.close();
    expect(await open.keys(bucketName)).toEqual([]);
  });

  it.each(["none", "throttle", "5xx", "cut", "lost answers"])(
    "stores a large object whole, with faults: %s",
    async (fault) => {
      const bucketName = await open.bucket();
      const config = { bucketName, s3FileSizeInMegabytes: 20 };
      const writer = openS3Writer({ config, access: open.access, task });
      const documents = bigDocuments(16);
      if (fault === "lost answers")
        open.faults.add({ kind: "cut", service: "s3", action: "CompleteMultipartUpload", when: "after", times: 2 });
      else if (fault !== "none")
        open.faults.add({ kind: fault as "cut", service: "s3", probability: 0.4, times: 6, seed: 3 });
      for (const [n, document] of documents.entries()) {
        await writer.write(await prepareAll(writer, [document], n), signal);
        expect(writer.wantsFlush?.()).toBe((n + 1) * 1_400_037 >= 20 * 1024 * 1024);
      }
      await writer.flush?.(signal);
      open.faults.clear();
      expect(await linesIn(bucketName, "GZIP")).toEqual(documents.map((document) => document.fields()));
    },
  );

  it("replaces a zombie's object only while it holds the lease", async () => {
    const bucketName = await open.bucket();
    const config = { bucketName };
    const writeOne = async (id: string, confirmLease?: () => Promise<void>) => {
      const writer = openS3Writer({ config, access: open.access, task, ...(confirmLease ? { confirmLease } : {}) });
      await writer.write(await prepareAll(writer, [makeDocument(id)], 0), signal);
      await writer.flush?.(signal);
    };
    await writeOne("holder");
    const lost = new Problem("LEASE_LOST", "lost");
    await expect(writeOne("zombie", () => Promise.reject(lost))).rejects.toBe(lost);
    expect((await linesIn(bucketName, "GZIP")).map(({ documentId }) => documentId)).toEqual(["holder"]);
    await writeOne("next holder", () => Promise.resolve());
    expect((await linesIn(bucketName, "GZIP")).map(({ documentId }) => documentId)).toEqual(["next holder"]);
  });

  it("restarting from the beginning removes this task's objects only", async () => {
    const bucketName = await open.bucket();
    const config = { bucketName };
    for (const taskId of [task.taskId, "8".repeat(32)]) {
      const writer = openS3Writer({ config, access: open.access, task: { ...task, taskId } });
      await writer.write(await prepareAll(writer, [makeDocument("a")]), signal);
      await writer.flush?.(signal);
    }
    await removeS3TaskOutput({ config, access: open.access, task }, signal);
    expect(await open.keys(bucketName)).toEqual([`${datasetName}/${"8".repeat(32)}/part-000000000000.jsonl.gz`]);
  });

  it("writes a large object with exactly the stated permissions", async () => {
    const config = { bucketName: await open.bucket(), s3KeyPrefix: "only/" };
    const access = await open.narrowed(s3WritePermissions(config));
    const writer = openS3Writer({ config, access, task });
    await writer.write(await prepareAll(writer, bigDocuments(9)), signal);
    await writer.flush?.(signal);
    expect(await linesIn(config.bucketName, "GZIP")).toHaveLength(9);
    const elsewhere = openS3Writer({ config: { bucketName: config.bucketName }, access, task });
    await elsewhere.write(await prepareAll(elsewhere, [makeDocument("a")]), signal);
    await expect(elsewhere.flush?.(signal)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  it("refuses what it cannot do yet by name", () => {
    expect(() => openS3Writer({ config: { bucketName: "b", writerType: "Spark" }, access: open.access, task })).toThrow(
      expect.objectContaining({ code: "NOT_AVAILABLE_LOCALLY" }),
    );
  });
});
