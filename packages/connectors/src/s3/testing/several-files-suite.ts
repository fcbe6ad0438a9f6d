import { hash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { FileCombiner, FileState, Position } from "@letsdata/plugin-kit/reader";
import { testReader } from "@letsdata/plugin-kit/testing/reader-conformance";
import { beforeAll, describe, expect, it } from "vitest";
import type { Buckets } from "../../testing/buckets.ts";
import { openStateMachineReader } from "../state-machine-reader.ts";

const count = 4_000;
const heads = Array.from({ length: count }, (_, n) => `${n},${hash("sha512", String(n), "base64")}\n`);
const bodies = Array.from({ length: count }, (_, n) => `${n},${"b".repeat(n % 90)}\n`);
const gzipMembers = (texts: readonly string[]) =>
  Buffer.concat([0, 1, 2, 3].map((part) => gzipSync(texts.slice(part * 1_000, (part + 1) * 1_000).join(""))));

/** Pairs the lines of two files, 100 a batch. */
function pairing(fileNames: Readonly<Record<string, string>>): FileCombiner {
  return {
    fileNames,
    async *combine(bytes, from, signal) {
      const files = Object.entries(bytes).map(([type, chunks]) => linesOf(type, chunks, from?.[type]?.offset ?? 0));
      for (let records: { body: Buffer; start: string }[] = []; ; records = []) {
        for (; records.length < 100; ) {
          signal.throwIfAborted();
          const start = files.map((file) => `${file.type}:${file.offset}`).join("|");
          const pair = await Promise.all(files.map((file) => file.next()));
          if (pair.some((line) => line === null)) break;
          records.push({ body: Buffer.concat(pair as Buffer[]), start });
        }
        yield {
          records: records.map((record) => ({
            ...record,
            source: { type: "HEAD|BODY", name: "pair" },
            end: record.start,
            attributes: {},
          })),
          files: Object.fromEntries(files.map((file): [string, FileState] => [file.type, stateOf(file.offset)])),
        };
        if (records.length < 100) return;
      }
    },
  };
}
const stateOf = (offset: number): FileState => ({ offset, lastRecordType: "LINE", nextRecordType: null });

function linesOf(type: string, chunks: AsyncIterable<Uint8Array>, from: number) {
  const iterator = chunks[Symbol.asyncIterator]();
  let waiting = Buffer.alloc(0);
  return {
    type,
    offset: from,
    async next(): Promise<Buffer | null> {
      for (;;) {
        const end = waiting.indexOf(10) + 1;
        if (end > 0) {
          const line = waiting.subarray(0, end);
          waiting = waiting.subarray(end);
          this.offset += end;
          return line;
        }
        const pulled = await iterator.next();
        if (pulled.done) return null;
        waiting = Buffer.concat([waiting, pulled.value]);
      }
    },
  };
}

/** What the reader of several files promises on any S3; `duringReads` may make the server misbehave. */
export function describeS3SeveralFilesReader(
  open: () => Buckets,
  duringReads: () => void = () => {},
  rangeBytes?: number,
): void {
  const asked = rangeBytes === undefined ? "" : ` in ranges of ${rangeBytes} bytes`;
  let bucketName: string;
  beforeAll(async () => {
    bucketName = await open().bucket();
    await open().put(bucketName, "heads.gz", gzipMembers(heads));
    await open().put(bucketName, "bodies.zst", zstdCompressSync(Buffer.from(bodies.join(""))));
    await open().put(bucketName, "bodies", Buffer.from(bodies.join("")));
  });
  const reader = (HEAD = "heads.gz", BODY = "bodies") =>
    openStateMachineReader({ bucketName, access: open().access, combiner: pairing({ HEAD, BODY }), rangeBytes });
  async function read(opened = reader(), from: Position | null = null) {
    const texts: string[] = [];
    const positions: Position[] = [];
    for await (const batch of opened.read(from, new AbortController().signal)) {
      texts.push(...batch.records.map(({ body }) => Buffer.from(body).toString()));
      positions.push(batch.nextPosition);
    }
    return { texts, positions };
  }
  const pairs = heads.map((head, n) => head + bodies[n]);

  testReader(`the S3 reader of several files${asked}`, {
    openReader: () => reader(),
    recordCount: count,
    errorBodyBytesMax: 64 * 1024,
    openRemovable: async () => {
      const { access, ...buckets } = open();
      const removable = await buckets.bucket();
      await buckets.put(removable, "heads", heads.join(""));
      await buckets.put(removable, "bodies", bodies.join(""));
      const combiner = pairing({ HEAD: "heads", BODY: "bodies" });
      const reader = openStateMachineReader({ bucketName: removable, access, combiner, rangeBytes });
      return { reader, remove: () => buckets.remove(removable) };
    },
  });

  describe(`the S3 reader of several files${asked}`, () => {
    it("reads gzip, zstd and plain files side by side", async () => {
      duringReads();
      expect((await read(reader("heads.gz", "bodies.zst"))).texts).toEqual(pairs);
    });

    it("keeps offsets and last record types by file type, and a gzip file's member hint", async () => {
      const { positions } = await read();
      expect(positions.at(-1)).toMatchObject({
        offsets: { HEAD: String(heads.join("").length), BODY: String(bodies.join("").length) },
        lastRecordTypes: { HEAD: "LINE", BODY: "LINE" },
        packings: { HEAD: "gzip", BODY: "none" },
      });
      const { memberOffsets } = positions.at(-1) as { memberOffsets: { HEAD: number } };
      expect(memberOffsets.HEAD).toBeGreaterThan(0);
      // The first position is where reading begins.
      const half = positions[21] as Position;
      expect((await read(reader(), half)).texts).toEqual(pairs.slice(2_100));
    });

    it("says SOURCE_CHANGED if any file is another one than at the checkpoint, SOURCE_NOT_FOUND if one is missing", async () => {
      await open().put(bucketName, "changing", Buffer.from(bodies.join("")));
      const { positions } = await read(reader("heads.gz", "changing"));
      await open().put(bucketName, "changing", Buffer.from(`${bodies.join("")}1,more\n`));
      await expect(read(reader("heads.gz", "changing"), positions[0] as Position)).rejects.toMatchObject({
        code: "SOURCE_CHANGED",
      });
      await expect(read(reader("heads.gz", "missing"))).rejects.toMatchObject({ code: "SOURCE_NOT_FOUND" });
    });
  });
}
