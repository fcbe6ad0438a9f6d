import { gzipSync } from "node:zlib";
import type { Random } from "./random.ts";

export interface NumberedFiles {
  readonly files: readonly { readonly key: string; readonly body: Buffer }[];
  /** Ids of the lines by what must become of them. */
  readonly documents: ReadonlySet<string>;
  readonly skips: number;
  readonly errors: ReadonlySet<string>;
}

/** Line files whose every line says what must become of it, so that the output can be compared exactly. */
export function makeNumberedFiles(
  random: Random,
  shape: {
    readonly prefix: string;
    readonly files: number;
    readonly linesPerFile: number;
    /** Every how many lines the handler waits a millisecond. */
    readonly waitEvery: number;
    /** Makes documents this much longer, so that an output object is full before the source ends. */
    readonly padBytes?: number;
  },
): NumberedFiles {
  const pad = "x".repeat(shape.padBytes ?? 0);
  const documents = new Set<string>();
  const errors = new Set<string>();
  let skips = 0;
  const files = Array.from({ length: shape.files }, (_, file) => {
    const lines: string[] = [];
    for (let line = 0; line < shape.linesPerFile; line += 1) {
      const id = `${shape.prefix}-${file}-${line}`;
      const chance = random.next();
      const kind = chance < 0.05 ? "error" : chance < 0.15 ? "skip" : "document";
      if (kind === "document") documents.add(id);
      else if (kind === "error") errors.add(id);
      else skips += 1;
      lines.push(JSON.stringify({ id, kind, waitMs: line % shape.waitEvery === 0 ? 1 : 0, pad }));
    }
    return { key: `${shape.prefix}/${file}.jsonl.gz`, body: gzipSync(`${lines.join("\n")}\n`) };
  });
  return { files, documents, skips, errors };
}
