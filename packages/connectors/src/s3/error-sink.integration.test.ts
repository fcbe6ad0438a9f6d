import { makeErrorRecord, testErrorSink } from "@letsdata/plugin-kit/testing/error-sink-conformance";
import { afterAll, beforeAll, expect, it } from "vitest";
import { datasetName, type OpenCloud, openCloud, task } from "../testing/open-cloud.ts";
import { openS3ErrorSink } from "./error-sink.ts";
import { s3ErrorPermissions } from "./permissions.ts";

let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

testErrorSink("the S3 error sink", async () => {
  const bucketName = await open.bucket();
  const access = await open.narrowed(s3ErrorPermissions({ bucketName }, open.access));
  const openSink = () => openS3ErrorSink({ config: { bucketName }, access, task });
  return {
    sink: openSink(),
    read: async (key) => (await open.get(bucketName, key)).toString(),
    reopen: async () => openSink(),
  };
});

it("names files after the first record, and pieces of the same record one after the other", async () => {
  const bucketName = await open.bucket();
  const sink = openS3ErrorSink({ config: { bucketName }, access: open.access, task });
  const signal = new AbortController().signal;
  for (const ordinal of [7, 7, 9]) await sink.archive([makeErrorRecord(ordinal)], ordinal, signal);
  const folder = `${datasetName}/${task.taskId}`;
  expect(await open.keys(bucketName)).toEqual([`${folder}/7-0.jsonl`, `${folder}/7-1.jsonl`, `${folder}/9-0.jsonl`]);
});
