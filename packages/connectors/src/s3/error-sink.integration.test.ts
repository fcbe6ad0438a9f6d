import { afterAll, beforeAll } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { s3ErrorPermissions } from "./permissions.ts";
import { describeS3ErrorSink } from "./testing/error-sink-suite.ts";

let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterAll(() => open.cloud.remove());

describeS3ErrorSink(
  () => open,
  (bucketName) => open.narrowed(s3ErrorPermissions({ bucketName }, open.access)),
);
