import { createRecordSplitter } from "./record-splitter.ts";

/** Prints MB/s of the splitter beside a bare split loop over the same bytes: `node measure-record-splitter.ts`. */
const line = Buffer.from(`${JSON.stringify({ id: 1, text: "x".repeat(160) })}\n`);
const file = Buffer.concat(Array.from({ length: 300_000 }, () => line));
const chunkBytes = 64 * 1024;

async function* chunks() {
  for (let at = 0; at < file.length; at += chunkBytes) yield file.subarray(at, at + chunkBytes);
}

async function bare(): Promise<number> {
  let rest = Buffer.alloc(0);
  let records = 0;
  for await (const chunk of chunks()) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(10, at);
      if (end < 0) break;
      records += bytes.subarray(at, end + 1).length > 0 ? 1 : 0;
      at = end + 1;
    }
    rest = bytes.subarray(at);
  }
  return records;
}

async function splitter(startText: string): Promise<number> {
  const frame = {
    fileType: "LOG",
    resolvedName: "a",
    start: startText === "" ? null : ({ kind: "pattern", pattern: Buffer.from(startText) } as const),
    end: { kind: "pattern", pattern: Buffer.from("\n") } as const,
  };
  let records = 0;
  for await (const batch of createRecordSplitter(frame).split(chunks(), 0)) records += batch.records.length;
  return records;
}

for (let round = 0; round < 3; round++) {
  for (const [name, run] of [
    ["bare loop", bare],
    ["{ to newline", () => splitter("{")],
    ['{"id" to newline', () => splitter('{"id"')],
    ["null to newline", () => splitter("")],
  ] as const) {
    const begin = performance.now();
    const records = await run();
    const seconds = (performance.now() - begin) / 1000;
    const rate = Math.round(file.length / 1e6 / seconds);
    console.log(`${name}: ${rate} MB/s, ${Math.round(records / seconds)} records/s`);
  }
}
