import { afterAll, afterEach, beforeAll } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { describeS3SeveralFilesReader } from "./testing/several-files-suite.ts";

let open: OpenCloud;
beforeAll(async () => {
  open = await openCloud();
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

for (const rangeBytes of [undefined, 64 * 1024]) {
  describeS3SeveralFilesReader(
    () => open,
    () => open.faults.add({ kind: "cut", service: "s3", action: "GetObject", times: 2, when: "after" }),
    rangeBytes,
  );
}
