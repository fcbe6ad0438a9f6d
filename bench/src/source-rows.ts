import { openSingleFileReader } from "@letsdata/connectors/s3/reader";
import { createRecordSplitter } from "@letsdata/handlers/record-splitter/record-splitter";
import type { CloudAccess } from "@letsdata/plugin-kit/connector";
import { alternate } from "./alternate.ts";
import { getRaw } from "./raw-http.ts";
import { type Scene, secondsOf } from "./scene.ts";
import { flightLines, gzipped, putSource, sourceBucket } from "./sources.ts";

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
      await inParallel(keys, (key) => readAll(access, key));
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
  const large = Buffer.concat(Array<Buffer>(quick ? 4 : 8).fill(flightLines(80_000)));
  await putSource(access, "large.log", large);
  const largeObject = await alternate(
    seconds,
    async () => (await readAll(access, "large.log")) / bytesPerMegabyte,
    async () => (await getRaw(access.endpoint, sourceBucket, "large.log")) / bytesPerMegabyte,
  );
  report({
    row: "c",
    what: `large object (${Math.round(large.length / bytesPerMegabyte)} MB of 170-byte lines)`,
    unit: "MB/s",
    value: largeObject.product,
    bare: largeObject.bare,
    ratio: largeObject.ratio,
    limit: { kind: "at least", of: "ratio", bar: 0.8 },
  });
}

async function readAll(access: CloudAccess, key: string): Promise<number> {
  const pattern = (text: string) => ({ kind: "pattern", pattern: Buffer.from(text) }) as const;
  const splitter = createRecordSplitter({
    fileType: "LOG",
    resolvedName: key,
    start: pattern("{"),
    end: pattern("\n"),
  });
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
