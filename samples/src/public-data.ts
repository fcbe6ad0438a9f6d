import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

export interface SampleObject {
  readonly key: string;
  readonly body: Buffer;
}

// The package exports its code only; the files lie beside its `build` folder.
const publicData = join(dirname(fileURLToPath(import.meta.resolve("vega-datasets"))), "../data");

function readPublicFile(name: string): Promise<string> {
  return readFile(join(publicData, name), "utf8");
}

/** Lines in equal parts, each part one gzip'd file. */
function asLineFiles(lines: readonly string[], parts: number, keyOf: (part: number) => string): SampleObject[] {
  const perPart = Math.ceil(lines.length / parts);
  return Array.from({ length: parts }, (_, part) => ({
    key: keyOf(part),
    body: gzipSync(`${lines.slice(part * perPart, (part + 1) * perPart).join("\n")}\n`),
  }));
}

const twoDigits = (n: number) => String(n).padStart(2, "0");

/** 3,201 films as JSON lines in 8 files; 32 of them are damaged in the source. */
export async function movieFiles(): Promise<SampleObject[]> {
  const movies = JSON.parse(await readPublicFile("movies.json")) as unknown[];
  return asLineFiles(
    movies.map((movie) => JSON.stringify(movie)),
    8,
    (part) => `movies/part-${twoDigits(part)}.jsonl.gz`,
  );
}

/** 42,049 US zip codes as CSV lines in 12 files; the first has the header line. */
export async function zipCodeFiles(): Promise<SampleObject[]> {
  const csv = await readPublicFile("zipcodes.csv");
  return asLineFiles(csv.trimEnd().split("\n"), 12, (part) => `zip-codes/part-${twoDigits(part)}.csv.gz`);
}
