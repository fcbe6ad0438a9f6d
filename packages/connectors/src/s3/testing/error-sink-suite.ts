import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import { makeErrorRecord, testErrorSink } from "@letsdata/plugin-kit/testing/error-sink-conformance";
import { expect, it } from "vitest";
import type { Buckets } from "../../testing/buckets.ts";
import { datasetName, task } from "../../testing/open-cloud.ts";
import { openS3ErrorSink } from "../error-sink.ts";

/** What the error sink promises on any S3; `accessTo` may narrow the access to what the sink asks for. */
export function describeS3ErrorSink(
  open: () => Buckets,
  accessTo: (bucketName: string) => Promise<CloudAccess> = async () => open().access,
): void {
  testErrorSink("the S3 error sink", async () => {
    const bucketName = await open().bucket();
    const access = await accessTo(bucketName);
    const openSink = () => openS3ErrorSink({ config: { bucketName }, access, task });
    return {
      sink: openSink(),
      read: async (key) => (await open().get(bucketName, key)).toString(),
      reopen: async () => openSink(),
    };
  });

  it("names files after the first record, and pieces of the same record one after the other", async () => {
    const bucketName = await open().bucket();
    const sink = openS3ErrorSink({ config: { bucketName }, access: open().access, task });
    const signal = new AbortController().signal;
    for (const ordinal of [7, 7, 9]) await sink.archive([makeErrorRecord(ordinal)], ordinal, signal);
    const folder = `${datasetName}/${task.taskId}`;
    expect(await open().keys(bucketName)).toEqual([
      `${folder}/7-0.jsonl`,
      `${folder}/7-1.jsonl`,
      `${folder}/9-0.jsonl`,
    ]);
  });

  it("never lets a zombie change the file of the attempt that holds the lease", async () => {
    const bucketName = await open().bucket();
    const signal = new AbortController().signal;
    const openSink = (confirmLease: () => Promise<void>) =>
      openS3ErrorSink({ config: { bucketName }, access: open().access, task, confirmLease });
    const holder = openSink(() => Promise.resolve());
    const zombie = openSink(() =>
      Promise.reject(new Problem("LEASE_LOST", "The task belongs to another worker by now.")),
    );
    const { key } = await holder.archive([makeErrorRecord(7)], 7, signal);
    const before = (await open().get(bucketName, key)).toString();
    await expect(zombie.archive([makeErrorRecord(7), makeErrorRecord(8)], 7, signal)).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
    expect((await open().get(bucketName, key)).toString()).toBe(before);
  });
}
