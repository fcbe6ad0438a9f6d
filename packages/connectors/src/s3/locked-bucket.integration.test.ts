import { PutObjectLockConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { clientFor } from "@letsdata/aws/client-for";
import { makeErrorRecord } from "@letsdata/plugin-kit/testing/error-sink-conformance";
import { makeDocument, prepareAll } from "@letsdata/plugin-kit/testing/writer-conformance";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud, task } from "../testing/open-cloud.ts";
import { checkS3Error, checkS3Write } from "./check-access.ts";
import { openS3ErrorSink } from "./error-sink.ts";
import { bigDocuments, linesIn, openAt } from "./testing/writer-suite.ts";

let open: OpenCloud;
const signal = new AbortController().signal;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

async function lockedBucket(): Promise<string> {
  const Bucket = await open.bucket();
  const DefaultRetention = { Mode: "GOVERNANCE", Days: 30 } as const;
  await clientFor(S3Client, open.access).send(
    new PutObjectLockConfigurationCommand({
      Bucket,
      ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } },
    }),
  );
  return Bucket;
}

describe("a bucket whose Object Lock has a default retention", () => {
  it("takes no bytes without a checksum of them", async () => {
    await expect(open.put(await lockedBucket(), "key", "text")).rejects.toThrow("x-amz-checksum-");
  });

  it("is a target for objects of one part and of several", async () => {
    for (const documents of [[makeDocument("a")], bigDocuments(12)]) {
      const bucketName = await lockedBucket();
      const writer = openAt(0, { config: { bucketName, s3Compression: "NONE" }, access: open.access, task });
      await writer.write(await prepareAll(writer, documents), signal);
      await writer.flush?.(signal);
      expect(await linesIn(open, bucketName, "NONE")).toEqual(documents.map((document) => document.fields()));
    }
  });

  it("takes error records, and passes the access check", async () => {
    const bucketName = await lockedBucket();
    const sink = openS3ErrorSink({ config: { bucketName }, access: open.access, task });
    const { key } = await sink.archive([makeErrorRecord(1)], 1, signal);
    expect(await open.keys(bucketName)).toEqual([key]);
    expect(await checkS3Write({ bucketName }, open.access, signal)).toEqual([]);
    expect(await checkS3Error({ bucketName }, open.access, signal)).toEqual([]);
  });
});
