import { hash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position } from "@letsdata/plugin-kit/reader";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { lineSplitter } from "../testing/line-splitter.ts";
import { type OpenCloud, openCloud } from "../testing/open-cloud.ts";
import { s3ReadPermissions } from "./permissions.ts";
import { openSingleFileReader } from "./reader.ts";

const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n} ${hash("md5", String(n))} ${"x".repeat(n % 50)}\n`);
const text = Buffer.from(lines.join(""));
const half = text.indexOf(10, text.length >> 1) + 1;
const objects: Readonly<Record<string, Buffer>> = {
  "plain.log": text,
  "one-member.gz": gzipSync(text),
  "members.gz": Buffer.concat([
    gzipSync(text.subarray(0, 777)),
    gzipSync(text.subarray(777, half)),
    gzipSync(text.subarray(half)),
  ]),
  "frames.zst": Buffer.concat([zstdCompressSync(text.subarray(0, half)), zstdCompressSync(text.subarray(half))]),
  empty: Buffer.alloc(0),
  "empty.gz": gzipSync(""),
  "cut.gz": gzipSync(text).subarray(0, 50_000),
  "cut.zst": zstdCompressSync(text).subarray(0, 20_000),
};

let open: OpenCloud;
let bucketName: string;
beforeAll(async () => {
  open = await openCloud();
  bucketName = await open.bucket();
  for (const [key, body] of Object.entries(objects)) await open.put(bucketName, key, body);
});
afterEach(() => open.faults.clear());
afterAll(() => open.cloud.remove());

const reader = (key: string, access = open.access) =>
  openSingleFileReader({ bucketName, access, splitter: lineSplitter(key) });

async function readText(key: string, from: Position | null = null, access = open.access): Promise<string> {
  const out: string[] = [];
  for await (const { records } of reader(key, access).read(from, new AbortController().signal)) {
    for (const { body } of records) out.push(Buffer.from(body).toString());
  }
  return out.join("");
}
const failure = async (key: string, from: Position | null = null): Promise<Problem> => {
  const thrown = await readText(key, from).catch((error: unknown) => error);
  if (thrown instanceof Problem) return thrown;
  throw new Error(`expected a Problem, got ${String(thrown).slice(0, 200)}`);
};

for (const key of ["plain.log", "one-member.gz", "members.gz", "frames.zst"]) {
  testReader(`the S3 reader on ${key}`, { openReader: () => reader(key), recordCount: lines.length });
}

describe("the S3 reader", () => {
  it("reads empty objects, packed or not, as no records", async () => {
    expect(await readText("empty")).toBe("");
    expect(await readText("empty.gz")).toBe("");
  });

  it.each(["plain.log", "members.gz"])("loses and repeats no byte of %s when the connection is cut", async (key) => {
    open.faults.add({ kind: "cut", service: "s3", action: "GetObject", times: 3, when: "after" });
    expect(await readText(key)).toBe(text.toString());
  });

  it("waits out throttling and 5xx", async () => {
    open.faults.add({ kind: "throttle", service: "s3", times: 3 });
    open.faults.add({ kind: "5xx", service: "s3", times: 2 });
    expect(await readText("plain.log")).toBe(text.toString());
  });

  it("resumes a multi-member gzip at the member, not at the beginning", async () => {
    let last: Position | null = null;
    for await (const batch of reader("members.gz").read(null, new AbortController().signal)) last = batch.nextPosition;
    expect(last?.memberOffset).toBe(half);
    const { memberBytes } = last as { memberBytes: number };
    expect(memberBytes).toBeGreaterThan(objects["members.gz"]!.length / 3);
  });

  it("says SOURCE_NOT_FOUND for a missing object", async () => {
    expect((await failure("missing")).code).toBe("SOURCE_NOT_FOUND");
  });

  it("says SOURCE_CHANGED when the object is another one than at the checkpoint", async () => {
    await open.put(bucketName, "changing", text);
    let position: Position | null = null;
    for await (const batch of reader("changing").read(null, new AbortController().signal)) {
      position = batch.nextPosition;
      break;
    }
    await open.put(bucketName, "changing", Buffer.from(`${text}more\n`));
    expect((await failure("changing", position)).code).toBe("SOURCE_CHANGED");
  });

  it.each(["cut.gz", "cut.zst"])("says SOURCE_CORRUPT for %s, naming object and byte", async (key) => {
    const problem = await failure(key);
    expect(problem.code).toBe("SOURCE_CORRUPT");
    expect(problem.message).toMatch(new RegExp(`s3://${bucketName}/${key} .*byte \\d+`));
  });

  it("reads with exactly the stated permissions, and names what is missing", async () => {
    const enough = await open.narrowed(s3ReadPermissions({ bucketName }));
    expect(await readText("plain.log", null, enough)).toBe(text.toString());
    const thrown = await readText("plain.log", null, await open.narrowed([])).catch(
      (error: unknown) => error as Problem,
    );
    expect(thrown).toMatchObject({ code: "ACCESS_DENIED" });
    expect((thrown as Problem).message).toContain("s3:GetObject");
    expect((thrown as Problem).message).toContain(`arn:aws:s3:::${bucketName}/plain.log`);
  });
});
