import { openSingleFileReader } from "@letsdata/connectors/s3/reader";
import { createRecordSplitter } from "@letsdata/handlers/record-splitter/record-splitter";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { alternate } from "./alternate.ts";
import { getRaw } from "./raw-http.ts";
import { type Scene, secondsOf } from "./scene.ts";
import { flightLines, gzipped, putSource, sourceBucket, webPages } from "./sources.ts";

const objectsAtOnce = 8;
const bytesPerMegabyte = 1_000_000;

/** (c) Reading and splitting objects into records, against a raw HTTP loop that throws the bytes away. */
export async function sourceRows(scene: Scene): Promise<void> {
  const { quick, report } = scene;
  const { access } = scene.cloud;
  const seconds = secondsOf(scene);
  const small = gzipped(flightLines(20));
  const keys = Array.from({ length: quick ? 200 : 500 }, (_, n) => `small-${n}.gz`);
  await inParallel(keys, (key) => putSource(access, key, small));
  const smallObjects = await alternate(
    seconds,
    async () => {
      await inParallel(keys, (key) => readAll(access, key, lines));
      return keys.length;
    },
    async () => {
      await inParallel(keys, (key) => getRaw(access.endpoint, sourceBucket, key));
      return keys.length;
    },
  );
  report({
    row: "c",
    what: `small gzip objects (${small.length} bytes, ${objectsAtOnce} at once)`,
    unit: "objects/s",
    value: smallObjects.product,
    bare: smallObjects.bare,
    ratio: smallObjects.ratio,
    limit: { kind: "at least", of: "ratio", bar: 0.8 },
  });
  const megabytes = quick ? 50 : 500;
  await largeRow(scene, "170-byte lines", megabytes, flightLines(50_000), lines);
  await largeRow(scene, "3 KB web pages", megabytes, Buffer.from(webPages(3_000).join("")), pages);
}

/** One object of `megabytes`, made of `part` over and over. */
async function largeRow(scene: Scene, of: string, megabytes: number, part: Buffer, framing: Framing): Promise<void> {
  const { access } = scene.cloud;
  const key = "large";
  const times = Math.ceil((megabytes * bytesPerMegabyte) / part.length);
  await putSource(access, key, Buffer.concat(Array<Buffer>(times).fill(part)));
  const large = await alternate(
    secondsOf(scene),
    async () => (await readAll(access, key, framing)) / bytesPerMegabyte,
    async () => (await getRaw(access.endpoint, sourceBucket, key)) / bytesPerMegabyte,
  );
  scene.report({
    row: "c",
    what: `large object (${megabytes} MB of ${of})`,
    unit: "MB/s",
    value: large.product,
    bare: large.bare,
    ratio: large.ratio,
    limit: { kind: "at least", of: "ratio", bar: 0.8 },
  });
}

type Framing = Pick<Parameters<typeof createRecordSplitter>[0], "start" | "end">;
const pattern = (text: string) => ({ kind: "pattern", pattern: Buffer.from(text) }) as const;
const lines: Framing = { start: pattern("{"), end: pattern("\n") };
/** A page ends where the next one begins. */
const pages: Framing = { start: pattern("WARC/1.0"), end: pattern("WARC/1.0") };

async function readAll(access: CloudAccess, key: string, framing: Framing): Promise<number> {
  const splitter = createRecordSplitter({ fileType: "LOG", resolvedName: key, ...framing });
  const reader = openSingleFileReader({ bucketName: sourceBucket, access, splitter });
  let bytes = 0;
  for await (const batch of reader.read(null, new AbortController().signal)) bytes += batch.bytesRead;
  await reader.close();
  return bytes;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: objectsAtOnce }, async () => {
      for (const item of left) await work(item);
    }),
  );
}
