import { inlineManifestBytesMax, manifestLinesMax } from "./manifest-lines.ts";

export interface ListedObject {
  readonly key: string;
  /** As stored. */
  readonly bytes: number;
}

/** Which of the listed objects become lines. */
export interface ObjectFilter {
  readonly suffix?: string | undefined;
  /** `*` stands for any letters, `/` included, `?` for one. */
  readonly glob?: string | undefined;
}

export interface CollectedManifest {
  readonly count: number;
  readonly totalBytes: number;
  readonly medianBytes: number;
  readonly maxBytes: number;
  /** Largest by median: how much longer the slowest task takes than a usual one; null without bytes. */
  readonly skew: number | null;
  readonly largest: readonly ListedObject[];
  /** Objects that cannot be a line: folder marks, and keys with a line break or blanks at an end. */
  readonly leftOut: number;
  /** False when listing ended at `isOver` or at the most lines a manifest may have. */
  readonly complete: boolean;
  /** Null where the lines are longer than a configuration may hold. */
  readonly fileContents: string | null;
  readonly manifestBytes: number;
}

const largestShown = 10;
/** Candidates are sorted out when there are this many. */
const largestKept = 1_000;
const encoder = new TextEncoder();

/** Walks the listing once; memory is 8 bytes an object and the text as long as it may stand in the configuration. */
export async function collectManifest(
  objects: AsyncIterable<ListedObject>,
  filter: ObjectFilter,
  isOver: () => boolean,
): Promise<CollectedManifest> {
  let sizes = new Float64Array(1_024);
  let largest: ListedObject[] = [];
  let lines: string[] | null = [];
  let leastOfLargest = -1;
  let [count, totalBytes, leftOut, manifestBytes, complete] = [0, 0, 0, 0, true];
  for await (const object of objects) {
    if (!matches(object.key, filter)) continue;
    if (!isLine(object)) {
      leftOut++;
      continue;
    }
    if (count === manifestLinesMax || isOver()) {
      complete = false;
      break;
    }
    if (count === sizes.length) sizes = doubled(sizes);
    sizes[count++] = object.bytes;
    totalBytes += object.bytes;
    manifestBytes += bytesOf(object.key) + (count === 1 ? 0 : 1);
    if (manifestBytes > inlineManifestBytesMax) lines = null;
    lines?.push(object.key);
    if (object.bytes > leastOfLargest && largest.push(object) === largestKept) {
      largest = byBytes(largest);
      leastOfLargest = largest.at(-1)!.bytes;
    }
  }
  const sorted = sizes.subarray(0, count).sort();
  const medianBytes = sorted[Math.floor(count / 2)] ?? 0;
  const maxBytes = sorted[count - 1] ?? 0;
  return {
    count,
    totalBytes,
    medianBytes,
    maxBytes,
    skew: medianBytes === 0 ? null : maxBytes / medianBytes,
    largest: byBytes(largest),
    leftOut,
    complete,
    fileContents: complete && count > 0 && lines ? lines.join("\n") : null,
    manifestBytes,
  };
}

function byBytes(objects: readonly ListedObject[]): ListedObject[] {
  return objects.toSorted((a, b) => b.bytes - a.bytes).slice(0, largestShown);
}

function doubled(sizes: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const twice = new Float64Array(sizes.length * 2);
  twice.set(sizes);
  return twice;
}

function bytesOf(key: string): number {
  // Nearly all keys are plain letters: their length is their size.
  return /^[\x20-\x7e]*$/.test(key) ? key.length : encoder.encode(key).length;
}

function isLine({ key, bytes }: ListedObject): boolean {
  if (key.endsWith("/") && bytes === 0) return false;
  return key.trim() === key && key !== "" && !/[\r\n\0]/.test(key);
}

function matches(key: string, { suffix, glob }: ObjectFilter): boolean {
  if (suffix !== undefined && !key.endsWith(suffix)) return false;
  return glob === undefined || matchesGlob(key, glob);
}

/** Steps back to the last star only: linear in the key for each star, whatever the pattern. */
export function matchesGlob(text: string, glob: string): boolean {
  let [at, place, star, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    if (place < glob.length && glob[place] === "*") {
      star = place++;
      resume = at;
    } else if (place < glob.length && (glob[place] === "?" || glob[place] === text[at])) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (glob[place] === "*") place++;
  return place === glob.length;
}
