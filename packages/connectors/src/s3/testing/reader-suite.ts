import { hash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Position, ReadBatch } from "@letsdata/plugin-kit/reader";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import { beforeAll, describe, expect, it } from "vitest";
import type { Buckets } from "../../testing/buckets.ts";
import { lineSplitter } from "../../testing/line-splitter.ts";
import { openSingleFileReader } from "../reader.ts";

const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n} ${hash("md5", String(n))} ${"x".repeat(n % 50)}\n`);
export const text = Buffer.from(lines.join(""));
const half = text.indexOf(10, text.length >> 1) + 1;
export const objects: Readonly<Record<string, Buffer>> = {
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

export interface Source {
  readonly bucketName: string;
  readonly access: CloudAccess;
  readonly rangeBytes?: number | undefined;
}

/** The object, record by record; `told` of each batch before the next is read. */
export async function readText(
  key: string,
  source: Source,
  from: Position | null = null,
  told: (batch: ReadBatch) => void | Promise<void> = () => {},
): Promise<string> {
  const out: string[] = [];
  const reader = openSingleFileReader({ ...source, splitter: lineSplitter(key) });
  for await (const batch of reader.read(from, new AbortController().signal)) {
    for (const { body } of batch.records) out.push(Buffer.from(body).toString());
    await told(batch);
  }
  return out.join("");
}

/** What the reader of single files promises on any S3, also where an object takes several ranges of `rangeBytes`. */
export function describeS3Reader(open: () => Buckets, rangeBytes?: number): void {
  const asked = rangeBytes === undefined ? "" : ` in ranges of ${rangeBytes} bytes`;
  let bucketName: string;
  beforeAll(async () => {
    bucketName = await open().bucket();
    for (const [key, body] of Object.entries(objects)) await open().put(bucketName, key, body);
  });
  const source = () => ({ bucketName, access: open().access, rangeBytes });
  const reader = (key: string) => openSingleFileReader({ ...source(), splitter: lineSplitter(key) });
  const failure = async (key: string, from: Position | null = null): Promise<Problem> => {
    const thrown = await readText(key, source(), from).catch((error: unknown) => error);
    if (thrown instanceof Problem) return thrown;
    throw new Error(`expected a Problem, got ${String(thrown).slice(0, 200)}`);
  };

  for (const key of ["plain.log", "one-member.gz", "members.gz", "frames.zst"]) {
    testReader(`the S3 reader on ${key}${asked}`, {
      openReader: () => reader(key),
      recordCount: lines.length,
      errorBodyBytesMax: 64 * 1024,
      openRemovable: async () => {
        const { access, ...buckets } = open();
        const removable = await buckets.bucket();
        await buckets.put(removable, key, objects[key]!);
        const splitter = lineSplitter(key);
        const reader = openSingleFileReader({ bucketName: removable, access, splitter, rangeBytes });
        return { reader, remove: () => buckets.remove(removable) };
      },
    });
  }

  describe(`the S3 reader${asked}`, () => {
    it("reads empty objects, packed or not, as no records", async () => {
      expect(await readText("empty", source())).toBe("");
      expect(await readText("empty.gz", source())).toBe("");
    });

    it("resumes a multi-member gzip at the member, not at the beginning", async () => {
      let last: Position | null = null;
      for await (const batch of reader("members.gz").read(null, new AbortController().signal))
        last = batch.nextPosition;
      expect(last?.memberOffset).toBe(half);
      const { memberBytes } = last as { memberBytes: number };
      expect(memberBytes).toBeGreaterThan(objects["members.gz"]!.length / 3);
    });

    it("says SOURCE_NOT_FOUND for a missing object", async () => {
      expect((await failure("missing")).code).toBe("SOURCE_NOT_FOUND");
    });

    it("says SOURCE_CHANGED when the object is another one than at the checkpoint", async () => {
      await open().put(bucketName, "changing", text);
      let position: Position | null = null;
      for await (const batch of reader("changing").read(null, new AbortController().signal)) {
        position = batch.nextPosition;
        break;
      }
      await open().put(bucketName, "changing", Buffer.from(`${text}more\n`));
      expect((await failure("changing", position)).code).toBe("SOURCE_CHANGED");
    });

    it.each(["plain.log", "members.gz"])("resumes %s behind its last record: there is nothing more", async (key) => {
      let last: Position | null = null;
      await readText(key, source(), null, ({ nextPosition }) => {
        last = nextPosition;
      });
      expect(last).not.toBeNull();
      expect(await readText(key, source(), last)).toBe("");
    });

    it.each(["cut.gz", "cut.zst"])("says SOURCE_CORRUPT for %s, naming object and byte", async (key) => {
      const problem = await failure(key);
      expect(problem.code).toBe("SOURCE_CORRUPT");
      expect(problem.message).toMatch(new RegExp(`s3://${bucketName}/${key} .*byte \\d+`));
    });
  });
}
