import type { TaskPlan } from "@letsdata/plugin-kit/connector";
import { Problem, type ProblemDetail } from "@letsdata/plugin-kit/problems";
import type { FindingCode } from "./findings.ts";
import {
  type LineFiles,
  type LineGrammar,
  linesListedMax,
  manifestLineBytesMax,
  manifestLinesMax,
  parseManifestLine,
} from "./manifest-lines.ts";

/** Plans are inserted in batches of this many (product.md §3): larger ones save little and cost memory. */
export const planBatchSize = 1_000;
/** A line may have 8 KiB; its beginning is enough to find it. */
const lineFindingCharactersMax = 512;

/** What a manifest turned out to be; the second pass must find the same. */
export interface ManifestCheck {
  /** Lines that become tasks: blank ones are not counted. */
  readonly lines: number;
  readonly bytes: number;
  /** Order-dependent hash of all bytes: a manifest that changes between the passes is noticed. */
  readonly fingerprint: string;
  /** File types of a multiple-file manifest, in alphabetical order. */
  readonly fileTypes: readonly string[];
  /** Lines that occurred before, counted by hash: separate tasks, worth a warning. */
  readonly duplicates: number;
  /** The first 100 of them, with their numbers (from 1). */
  readonly duplicateLines: readonly ProblemDetail[];
}

export interface ManifestInput {
  readonly grammar: LineGrammar;
  /** JSON path of the manifest, for problems. */
  readonly path: string;
  /** Plain bytes; the caller undoes gzip. Called once by each pass. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/**
 * First pass: reads the manifest to its end and refuses it whole if any line is bad, so that nothing is ever planned from
 * a bad one. Throws Problem MANIFEST_INVALID with the first 100 bad lines. Memory stays flat but for 8 bytes a line.
 */
export async function checkManifest(input: ManifestInput): Promise<ManifestCheck> {
  const errors: ProblemDetail[] = [];
  let badLines = 0;
  let lines = 0;
  let types: string | undefined;
  let duplicates = 0;
  const duplicateLines: ProblemDetail[] = [];
  const seen = new LineHashes();
  const reader = new LineReader(input.open());
  for await (const batch of reader.batches()) {
    for (const line of batch) {
      const parsed = line.kind === "line" ? parseManifestLine(line.text, input.grammar) : line;
      let reason = parsed.kind === "bad" ? parsed.reason : undefined;
      if (parsed.kind === "files") {
        types ??= parsed.types;
        if (parsed.types !== types) reason = `has the file types ${parsed.types}; the first line has ${types}`;
      }
      lines++;
      if (lines > manifestLinesMax)
        throw new Problem("MANIFEST_INVALID", `The manifest has more than ${manifestLinesMax} lines`, {
          path: input.path,
        });
      if (reason !== undefined) {
        badLines++;
        if (errors.length < linesListedMax) errors.push(lineFinding(input.path, "MANIFEST_INVALID", line, reason));
      } else if (line.kind === "line" && !seen.add(line.text)) {
        duplicates++;
        if (duplicateLines.length < linesListedMax)
          duplicateLines.push(lineFinding(input.path, "DUPLICATE_LINE", line, `repeats an earlier one: ${line.text}`));
      }
    }
  }
  if (badLines > 0)
    throw new Problem("MANIFEST_INVALID", `The manifest has ${badLines} bad ${badLines === 1 ? "line" : "lines"}`, {
      path: input.path,
      errors,
    });
  if (lines === 0) throw new Problem("MANIFEST_INVALID", "The manifest has no line", { path: input.path });
  return {
    lines,
    bytes: reader.bytes,
    fingerprint: reader.fingerprint,
    fileTypes: types === undefined || types === "" ? [] : types.split("|"),
    duplicates,
    duplicateLines,
  };
}

function lineFinding(path: string, code: FindingCode, { number }: Line, what: string): ProblemDetail {
  return { path, code, message: `Line ${number} ${what}`.slice(0, lineFindingCharactersMax) };
}

/** What a task of an S3 manifest reads: one object per file type, under `""` for single files. */
export interface S3ReaderDefinition {
  readonly line: number;
  readonly fileNames: LineFiles;
}

/**
 * Second pass: one plan for each line, in batches, only for a manifest that passed `checkManifest`.
 * A plan's position is the line's 0-based place among the lines that count. Throws MANIFEST_CHANGED when the
 * manifest is no longer the checked one; plans given out before that are the same ids when it is planned again.
 */
export async function* planManifest(
  input: ManifestInput,
  check: Pick<ManifestCheck, "lines" | "fingerprint">,
): AsyncGenerator<readonly (TaskPlan & { readonly readerDefinition: S3ReaderDefinition & Record<string, unknown> })[]> {
  const reader = new LineReader(input.open());
  let place = 0;
  let plans: (TaskPlan & { readonly readerDefinition: S3ReaderDefinition & Record<string, unknown> })[] = [];
  const changed = () =>
    new Problem("MANIFEST_CHANGED", "The manifest changed while it was being planned", { path: input.path });
  for await (const batch of reader.batches()) {
    for (const line of batch) {
      const parsed = line.kind === "line" ? parseManifestLine(line.text, input.grammar) : line;
      if (parsed.kind === "bad" || place >= check.lines) throw changed();
      plans.push({ position: String(place), readerDefinition: { line: line.number, fileNames: parsed.files } });
      place++;
      if (plans.length < planBatchSize) continue;
      yield plans;
      plans = [];
    }
  }
  if (place !== check.lines || reader.fingerprint !== check.fingerprint) throw changed();
  if (plans.length > 0) yield plans;
}

/** Text written into the configuration, as a manifest to plan. */
export function openText(text: string): () => AsyncIterable<Uint8Array> {
  return async function* open() {
    yield new TextEncoder().encode(text);
  };
}

type Line =
  | { readonly kind: "line"; readonly number: number; readonly text: string }
  | { readonly kind: "bad"; readonly number: number; readonly reason: string };

/** Cuts bytes into trimmed, non-blank lines without ever holding more than a chunk and one line. */
class LineReader {
  bytes = 0;
  readonly #source: AsyncIterable<Uint8Array>;
  #high = 0x811c9dc5;
  #low = 0x01000193;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  get fingerprint(): string {
    const hex = (half: number) => (half >>> 0).toString(16).padStart(8, "0");
    return `${this.bytes}-${hex(this.#high)}${hex(this.#low)}`;
  }

  async *batches(): AsyncGenerator<readonly Line[]> {
    const newline = 10;
    let rest: Uint8Array = new Uint8Array(0);
    let tooLong = false;
    let number = 0;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const toLine = (slice: Uint8Array, lines: Line[]) => {
      number++;
      if (tooLong || slice.length > manifestLineBytesMax + 2) {
        tooLong = false;
        lines.push({ kind: "bad", number, reason: "is longer than 8 KiB" });
        return;
      }
      const decoded = decoder.decode(slice);
      const text = (number === 1 ? decoded.replace(/^\uFEFF/, "") : decoded).trim();
      if (text === "") return;
      if (slice.length > manifestLineBytesMax && new TextEncoder().encode(text).length > manifestLineBytesMax)
        lines.push({ kind: "bad", number, reason: "is longer than 8 KiB" });
      else lines.push({ kind: "line", number, text });
    };
    for await (const chunk of this.#source) {
      this.#note(chunk);
      const lines: Line[] = [];
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        toLine(rest.length === 0 ? chunk.subarray(from, end) : joined(rest, chunk.subarray(from, end)), lines);
        rest = new Uint8Array(0);
        from = end + 1;
      }
      rest = joined(rest, chunk.subarray(from));
      if (rest.length > manifestLineBytesMax + 2) {
        tooLong = true;
        rest = new Uint8Array(0);
      }
      if (lines.length > 0) yield lines;
    }
    const last: Line[] = [];
    if (tooLong || rest.length > 0) toLine(rest, last);
    if (last.length > 0) yield last;
  }

  #note(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    let high = this.#high;
    let low = this.#low;
    for (const byte of chunk) {
      high = Math.imul(high ^ byte, 0x01000193);
      low = Math.imul(low + byte + 1, 0x85ebca6b);
      low ^= low >>> 13;
    }
    this.#high = high;
    this.#low = low;
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right.slice();
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

/**
 * 53-bit hashes of the lines seen, by open addressing in a table at most half full, for a `Set` needs several times the memory:
 * a warning may be wrong once in millions of manifests, memory never grows with the text.
 */
class LineHashes {
  #table = new Float64Array(1 << 12);
  #count = 0;

  /** False if the line was there before. */
  add(text: string): boolean {
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
    high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
    low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
    // 0 marks a free place.
    const hash = 4294967296 * (2097151 & low) + (high >>> 0) || 1;
    if (!place(this.#table, hash)) return false;
    if (++this.#count * 2 > this.#table.length) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#table.length * 2);
    for (const hash of this.#table) if (hash !== 0) place(larger, hash);
    this.#table = larger;
  }
}

/** False if the hash was there before. */
function place(table: Float64Array, hash: number): boolean {
  const mask = table.length - 1;
  for (let at = (hash >>> 0) & mask; ; at = (at + 1) & mask) {
    if (table[at] === hash) return false;
    if (table[at] === 0) {
      table[at] = hash;
      return true;
    }
  }
}
