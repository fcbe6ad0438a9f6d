import type { ManifestInput } from "../plan-tasks.ts";

/** Blocks of 1,000 lines, read as a stream, with more behind them. */
export const hugeManifest = (blocks: number, last = ""): ManifestInput => ({
  grammar: "single-file",
  path: "manifestFile.fileContents",
  open: async function* () {
    const encoder = new TextEncoder();
    for (let block = 0; block < blocks; block++)
      yield encoder.encode(Array.from({ length: 1000 }, (_, line) => `2026/part-${block}-${line}.gz\n`).join(""));
    yield encoder.encode(last);
  },
});
