import { heapFlags, memoryPlan } from "@letsdata/compute/local/memory-watch";
import { alternate } from "./alternate.ts";
import { startReadingProcess } from "./endpoints/reading-process.ts";
import type { RecordEdges } from "./endpoints/source-process.ts";
import { type Scene, secondsOf, startPart } from "./scene.ts";
import { flightLines, gzipped, putSource, webPages } from "./sources.ts";

const objectsAtOnce = 8;
const bytesPerMegabyte = 1_000_000;
const TASK_MEGABYTES = 1_024;

const lines: RecordEdges = { start: "{", end: "\n" };
/** A page ends where the next one begins. */
const pages: RecordEdges = { start: "WARC/1.0", end: "WARC/1.0" };

/**
 * (c) Reading and splitting objects into records, against a raw HTTP loop that throws the bytes away. Readers run with the heap of a task's
 * process, the only place they ever run; the loop is a program with Node's own.
 */
export async function sourceRows(scene: Scene): Promise<void> {
  const { quick, report } = scene;
  const { access } = scene.cloud;
  const small = gzipped(flightLines(20));
  const keys = Array.from({ length: quick ? 200 : 500 }, (_, n) => `small-${n}.gz`);
  for (const key of keys) await putSource(access, key, small);
  const compareReading = await startBothSides(scene);
  const smallObjects = await compareReading(keys, lines, () => keys.length);
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
  /** One object of `megabytes`, made of `part` over and over. */
  const largeRow = async (of: string, part: Buffer, edges: RecordEdges): Promise<void> => {
    const key = "large";
    const times = Math.ceil((megabytes * bytesPerMegabyte) / part.length);
    await putSource(access, key, Buffer.concat(Array<Buffer>(times).fill(part)));
    const large = await compareReading([key], edges, (bytes) => bytes / bytesPerMegabyte);
    report({
      row: "c",
      what: `large object (${megabytes} MB of ${of})`,
      unit: "MB/s",
      value: large.product,
      bare: large.bare,
      ratio: large.ratio,
      limit: { kind: "at least", of: "ratio", bar: 0.8 },
    });
  };
  await largeRow("170-byte lines", flightLines(50_000), lines);
  await largeRow("3 KB web pages", Buffer.from(webPages(3_000).join("")), pages);
}

async function startBothSides(scene: Scene) {
  const start = (nodeFlags: readonly string[]) =>
    startPart(scene, Promise.resolve(startReadingProcess(scene.cloud.access.endpoint, nodeFlags)));
  const product = await start(heapFlags(memoryPlan(TASK_MEGABYTES)));
  const bare = await start([]);
  return (keys: readonly string[], edges: RecordEdges, units: (bytes: number) => number) =>
    alternate(
      secondsOf(scene),
      async () => units(await product.read({ keys, atOnce: objectsAtOnce, edges })),
      async () => units(await bare.read({ keys, atOnce: objectsAtOnce, edges: null })),
    );
}
