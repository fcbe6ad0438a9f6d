import { gzipSync } from "node:zlib";
import type { Random } from "./random.ts";

/** A record that says what must become of it, so that the output can be compared exactly. */
export interface NumberedRecord {
  readonly id: string;
  readonly kind: "document" | "skip" | "error";
  /** How long the handler waits with it. */
  readonly waitMs: number;
  readonly pad: string;
}

/** Ids by what must become of them. */
export interface Expected {
  readonly documents: ReadonlySet<string>;
  readonly skips: number;
  readonly errors: ReadonlySet<string>;
}

export interface NumberedFiles extends Expected {
  readonly files: readonly { readonly key: string; readonly body: Buffer }[];
}

export function numberedRecords(
  random: Random,
  shape: {
    readonly prefix: string;
    readonly count: number;
    /** Every how many records the handler waits. */
    readonly waitEvery: number;
    readonly waitMs?: number;
    /** Makes documents this much longer, so that an output object is full before the source ends. */
    readonly padBytes?: number;
  },
): readonly NumberedRecord[] {
  const pad = "x".repeat(shape.padBytes ?? 0);
  return Array.from({ length: shape.count }, (_, n) => {
    const chance = random.next();
    const kind = chance < 0.05 ? "error" : chance < 0.15 ? "skip" : "document";
    return { id: `${shape.prefix}-${n}`, kind, waitMs: n % shape.waitEvery === 0 ? (shape.waitMs ?? 1) : 0, pad };
  });
}

export function expectedOf(records: readonly NumberedRecord[]): Expected {
  const idsOf = (wanted: NumberedRecord["kind"]) => records.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  return { documents: new Set(idsOf("document")), skips: idsOf("skip").length, errors: new Set(idsOf("error")) };
}

export function makeNumberedFiles(
  random: Random,
  shape: {
    readonly prefix: string;
    readonly files: number;
    readonly linesPerFile: number;
    readonly waitEvery: number;
    readonly padBytes?: number;
  },
): NumberedFiles {
  const { prefix, linesPerFile: count } = shape;
  const parts = Array.from({ length: shape.files }, (_, file) =>
    numberedRecords(random, { ...shape, prefix: `${prefix}-${file}`, count }),
  );
  const files = parts.map((records, file) => ({ key: `${prefix}/${file}.jsonl.gz`, body: jsonLines(records) }));
  return { files, ...expectedOf(parts.flat()) };
}

/** gzip'd */
export function jsonLines(records: readonly object[]): Buffer {
  return gzipSync(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
}
