import { describeS3ErrorSink } from "@letsdata/connectors/s3/testing/error-sink-suite";
import { describeS3Reader } from "@letsdata/connectors/s3/testing/reader-suite";
import { describeS3SeveralFilesReader } from "@letsdata/connectors/s3/testing/several-files-suite";
import { describeS3Writer } from "@letsdata/connectors/s3/testing/writer-suite";
import { type Buckets, bucketsOf } from "@letsdata/connectors/testing/buckets";
import { afterAll, beforeAll, describe } from "vitest";
import { accessTo } from "../access-to.ts";
import type { RunningServer } from "../server-process.ts";
import { startVersitygw } from "./start-versitygw.ts";

let server: RunningServer;
let buckets: Buckets;
beforeAll(async () => {
  server = await startVersitygw();
  buckets = bucketsOf(accessTo(server.port));
});
afterAll(() => server?.stop());

describe("read S3", () => {
  describeS3Reader(() => buckets);
  describeS3SeveralFilesReader(() => buckets);
});
describe("write S3", () => {
  describeS3Writer(() => buckets);
});
describe("error S3", () => {
  describeS3ErrorSink(() => buckets);
});
