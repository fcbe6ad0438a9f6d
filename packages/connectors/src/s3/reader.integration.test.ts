import type { Problem } from "@letsdata/plugin-kit/problems";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { s3ReadPermissions } from "./permissions.ts";
import { describeS3Reader, objects, readText, text } from "./testing/reader-suite.ts";

let open: OpenCloud;
let bucketName: string;
beforeAll(async () => {
  open = await openCloud();
  bucketName = await open.bucket();
  for (const key of ["plain.log", "members.gz"]) await open.put(bucketName, key, objects[key]!);
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

describeS3Reader(() => open);

describe("the S3 reader, at a cloud that misbehaves", () => {
  it.each(["plain.log", "members.gz"])("loses and repeats no byte of %s when the connection is cut", async (key) => {
    open.faults.add({ kind: "cut", service: "s3", action: "GetObject", times: 3, when: "after" });
    expect(await readText(key, { bucketName, access: open.access })).toBe(text.toString());
  });

  it("waits out throttling and 5xx", async () => {
    open.faults.add({ kind: "throttle", service: "s3", times: 3 });
    open.faults.add({ kind: "5xx", service: "s3", times: 2 });
    expect(await readText("plain.log", { bucketName, access: open.access })).toBe(text.toString());
  });

  it("reads with exactly the stated permissions, and names what is missing", async () => {
    const enough = await open.narrowed(s3ReadPermissions({ bucketName }));
    expect(await readText("plain.log", { bucketName, access: enough })).toBe(text.toString());
    const thrown = await readText("plain.log", { bucketName, access: await open.narrowed([]) }).catch(
      (error: unknown) => error as Problem,
    );
    expect(thrown).toMatchObject({ code: "ACCESS_DENIED" });
    expect((thrown as Problem).message).toContain("s3:GetObject");
    expect((thrown as Problem).message).toContain(`arn:aws:s3:::${bucketName}/plain.log`);
  });
});
