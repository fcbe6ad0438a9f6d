import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { Problem } from "@letsdata/plugin-kit/problems";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud, task } from "../testing/open-cloud.ts";
import { s3WritePermissions } from "./permissions.ts";
import { bigDocuments, describeS3Writer, linesIn, openAt } from "./testing/writer-suite.ts";
import { openS3Writer, removeS3TaskOutput } from "./writer.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeS3Writer(
  () => open,
  (permissions) => open.narrowed(permissions),
);

describe("the S3 writer, at a cloud that misbehaves", () => {
  it.each(["throttle", "5xx", "cut", "lost answers"])("stores a large object whole, with faults: %s", async (fault) => {
    const bucketName = await open.bucket();
    const config = { bucketName, s3FileSizeInMegabytes: 20 };
    const writer = openAt(0, { config, access: open.access, task });
    const documents = bigDocuments(16);
    if (fault === "lost answers")
      open.faults.add({ kind: "cut", service: "s3", action: "CompleteMultipartUpload", when: "after", times: 2 });
    else open.faults.add({ kind: fault as "cut", service: "s3", probability: 0.4, times: 6, seed: 3 });
    for (const [n, document] of documents.entries()) {
      await writer.write(await prepareAll(writer, [document], n), signal);
      expect(writer.wantsFlush?.()).toBe((n + 1) * 1_400_037 >= 20 * 1024 * 1024);
    }
    await writer.flush?.(signal);
    open.faults.clear();
    expect(await linesIn(open, bucketName, "GZIP")).toEqual(documents.map((document) => document.fields()));
  });

  it("gives up an upload that another write of its key has ended, and the next attempt's object is whole", async () => {
    const bucketName = await open.bucket();
    const config = { bucketName, s3FileSizeInMegabytes: 20 };
    const documents = bigDocuments(13);
    const writeAll = async () => {
      const writer = openAt(0, { config, access: open.access, task });
      await writer.write(await prepareAll(writer, documents), signal);
      await writer.flush?.(signal).finally(() => writer.close());
    };
    open.faults.add({ kind: "conflict", service: "s3", action: "CompleteMultipartUpload", times: 1 });
    await expect(writeAll()).rejects.toMatchObject({ code: "UPLOAD_LOST", entry: { retry: "later" } });
    expect(await open.keys(bucketName)).toEqual([]);
    await writeAll();
    expect(await linesIn(open, bucketName, "GZIP")).toEqual(documents.map((document) => document.fields()));
  });

  it("repeats the single call of a small object after such a conflict", async () => {
    const bucketName = await open.bucket();
    const writer = openAt(0, { config: { bucketName }, access: open.access, task });
    open.faults.add({ kind: "conflict", service: "s3", action: "PutObject", times: 2 });
    await writer.write(await prepareAll(writer, [makeDocument("a")]), signal);
    await writer.flush?.(signal);
    expect(open.faults.list()).toEqual([]);
    expect(await linesIn(open, bucketName, "GZIP")).toHaveLength(1);
  });

  it("asks again whether it holds the lease while the database is away", async () => {
    const bucketName = await open.bucket();
    let away = 2;
    const confirmLease = async () => {
      if (away-- > 0) throw new Problem("DATABASE_UNAVAILABLE", "away");
    };
    const writer = openAt(0, { config: { bucketName }, access: open.access, task, confirmLease });
    await writer.write(await prepareAll(writer, [makeDocument("a")]), signal);
    await writer.flush?.(signal);
    expect(away).toBe(-1);
    expect(await linesIn(open, bucketName, "GZIP")).toHaveLength(1);
  });

  it("writes a large object with exactly the stated permissions", async () => {
    const config = { bucketName: await open.bucket(), s3KeyPrefix: "only/" };
    const access = await open.narrowed(s3WritePermissions(config));
    const writer = openAt(0, { config, access, task });
    await writer.write(await prepareAll(writer, bigDocuments(13)), signal);
    await writer.flush?.(signal);
    expect(await linesIn(open, config.bucketName, "GZIP")).toHaveLength(13);
    const elsewhere = openAt(0, { config: { bucketName: config.bucketName }, access, task });
    await elsewhere.write(await prepareAll(elsewhere, [makeDocument("a")]), signal);
    await expect(elsewhere.flush?.(signal)).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  it("removes what Spark wrote for a task, an object or a folder of them, and nothing else", async () => {
    const bucketName = await open.bucket();
    const config = { bucketName, s3KeyPrefix: "out/", writerType: "Spark", sparkFileFormat: "csv" };
    const s3 = clientFor(S3Client, open.access);
    const folder = `out/${task.datasetName}`;
    const others = [`${folder}/other.csv/part-0`, `${folder}/${task.taskId}.json`];
    for (const Key of [`${folder}/${task.taskId}.csv/part-0`, `${folder}/${task.taskId}.csv`, ...others])
      await s3.send(new PutObjectCommand({ Bucket: bucketName, Key, Body: "x" }));
    await removeS3TaskOutput({ config, access: open.access, task, confirmLease: async () => {} }, signal);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucketName }));
    expect(Contents.map(({ Key }) => Key).sort()).toEqual([...others].sort());
  });

  it("leaves what Spark writes to Spark", () => {
    expect(() => openS3Writer({ config: { bucketName: "b", writerType: "Spark" }, access: open.access, task })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});
