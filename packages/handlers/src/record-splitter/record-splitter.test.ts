import { Problem } from "@letsdata/plugin-kit/problems";
import type { FileFraming, RecordHint } from "@letsdata/plugin-kit/reader";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SplitLimits } from "./record-cutter.ts";
import { createRecordSplitter, defaultSplitLimits } from "./record-splitter.ts";

const pattern = (text: string): RecordHint => ({ kind: "pattern", pattern: Buffer.from(text, "latin1") });
const offset = (n: number): RecordHint => ({ kind: "offset", offset: n });
const framing = (start: RecordHint, end: RecordHint): FileFraming => ({
  fileType: "LOG",
  resolvedName: "a.log",
  start,
  end,
});

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] as number);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly body: string;
  readonly refused: boolean;
}

async function cutAll(bytes: Buffer, frame: FileFraming, sizes: readonly number[], from = 0, limits?: SplitLimits) {
  const cuts: Cut[] = [];
  const resumePoints: { offset: number; done: number }[] = [];
  const splitter = createRecordSplitter(frame, limits);
  for await (const batch of splitter.split(inChunks(bytes.subarray(from), sizes), from)) {
    for (let behind = 1; behind < batch.records.length; behind++) {
      resumePoints.push({ offset: batch.offsetBehind!(behind), done: cuts.length + behind });
    }
    for (const record of batch.records) {
      cuts.push({
        start: Number(record.start),
        end: Number(record.end),
        body: Buffer.from(record.body).toString("latin1"),
        refused: record.refused !== undefined,
      });
    }
    resumePoints.push({ offset: batch.nextOffset, done: cuts.length });
  }
  return { cuts, resumePoints };
}

/** The rules of product.md §4.3 written down one by one, over the whole file. */
function naive(bytes: Buffer, { start, end }: FileFraming, recordBytesMax: number, kept: number): Cut[] {
  const cuts: Cut[] = [];
  let o = 0;
  for (;;) {
    let s: number;
    let scan: number;
    if (start?.kind === "pattern") {
      s = bytes.indexOf(start.pattern, o);
      if (s < 0) return cuts;
      scan = s + start.pattern.length;
    } else {
      const skip = start?.kind === "offset" ? start.offset : 0;
      s = o + skip;
      if (s >= bytes.length) return cuts;
      scan = s;
      if (skip === 0 && end?.kind === "pattern" && bytes.indexOf(end.pattern, s) === s) {
        scan = s + end.pattern.length;
        if (scan === bytes.length && s > 0) return cuts;
      }
    }
    let stop = bytes.length;
    let next = bytes.length;
    if (end?.kind === "pattern") {
      const e = bytes.indexOf(end.pattern, scan);
      if (e >= 0) {
        stop = e + end.pattern.length;
        next = e;
      }
    } else if (end?.kind === "offset") {
      stop = Math.min(bytes.length, s + end.offset);
      next = stop;
    }
    const refused = stop - s > recordBytesMax;
    const body = bytes.subarray(s, refused ? Math.min(stop, s + kept) : stop).toString("latin1");
    cuts.push({ start: s, end: stop, body, refused });
    o = next;
  }
}

describe("record splitter", () => {
  const bodies = async (text: string, start: RecordHint, end: RecordHint) =>
    (await cutAll(Buffer.from(text, "latin1"), framing(start, end), [1])).cuts.map((cut) => cut.body);

  test("start and end pattern both belong to the record, and what lies between records is ignored", async () => {
    expect(await bodies("junk<a>junk<b>junk", pattern("<"), pattern(">"))).toEqual(["<a>", "<b>"]);
  });
  test("the end pattern may be the next record's start", async () => {
    expect(await bodies("#a#b#c", pattern("#"), pattern("#"))).toEqual(["#a#", "#b#", "#c"]);
  });
  test("the end of the file closes the last record, with and without a trailing newline", async () => {
    expect(await bodies("{a}\n{b}", pattern("{"), pattern("\n"))).toEqual(["{a}\n", "{b}"]);
    expect(await bodies("{a}\n{b}\n", pattern("{"), pattern("\n"))).toEqual(["{a}\n", "{b}\n"]);
  });
  test("no start pattern in the file: no records", async () => {
    expect(await bodies("abc", pattern("{"), pattern("\n"))).toEqual([]);
  });
  test("an empty file has no records", async () => {
    expect(await bodies("", null, null)).toEqual([]);
    expect(await bodies("", pattern("a"), pattern("b"))).toEqual([]);
  });
  test("null hints: from the search start, to the end of the file", async () => {
    expect(await bodies("abc", null, null)).toEqual(["abc"]);
    expect(await bodies("xxabc", pattern("a"), null)).toEqual(["abc"]);
  });
  test("a null start with an end pattern always moves on and loses no byte", async () => {
    expect(await bodies("a\nb\n", null, pattern("\n"))).toEqual(["a\n", "\nb\n"]);
    expect(await bodies("a\nb", null, pattern("\n"))).toEqual(["a\n", "\nb"]);
    expect(await bodies("\n", null, pattern("\n"))).toEqual(["\n"]);
  });
  test("offsets cut fixed lengths", async () => {
    expect(await bodies("aabbc", offset(0), offset(2))).toEqual(["aa", "bb", "c"]);
    expect(await bodies("-aa-bb-", offset(1), offset(2))).toEqual(["aa", "bb"]);
  });
  test("binary bytes that are no UTF-8 pass unchanged", async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x0a, 0x80, 0x0a]);
    const { cuts } = await cutAll(bytes, framing(pattern("\xff"), pattern("\n")), [2]);
    expect(Buffer.from(cuts[0]?.body ?? "", "latin1")).toEqual(bytes.subarray(0, 4));
  });
  test("an empty pattern and impossible offsets are refused", () => {
    for (const [start, end] of [
      [pattern(""), null],
      [null, pattern("")],
      [offset(-1), null],
      [null, offset(0)],
      [offset(1.5), null],
    ] as const) {
      expect(() => createRecordSplitter(framing(start, end))).toThrowError(
        expect.objectContaining({ code: "INVALID_HINT" }),
      );
    }
  });

  test("a record over the limit is refused in bounded memory and the search goes on behind it", async () => {
    const chunk = Buffer.alloc(1024 * 1024, 0x61);
    async function* bytes() {
      yield Buffer.from("<first>\n<");
      for (let i = 0; i < 200; i++) yield chunk;
      yield Buffer.from(">\n<last>\n");
    }
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const seen: { length: number; refused: string | undefined; span: number }[] = [];
    const splitter = createRecordSplitter(framing(pattern("<"), pattern(">")));
    for await (const batch of splitter.split(bytes(), 0)) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      for (const record of batch.records) {
        const span = Number(record.end) - Number(record.start);
        seen.push({ length: record.body.length, refused: record.refused?.code, span });
      }
    }
    expect(seen).toEqual([
      { length: 7, refused: undefined, span: 7 },
      { length: 64 * 1024 + 1, refused: "RECORD_TOO_LARGE", span: 200 * 1024 * 1024 + 2 },
      { length: 6, refused: undefined, span: 6 },
    ]);
    expect(peak).toBeLessThan(300 * 1024 * 1024);
  });

  test("a body is an exact copy: customer code that writes to it, or looks at its buffer, meets nothing else", async () => {
    const splitter = createRecordSplitter(framing(pattern("#"), pattern("#")));
    const records = [];
    for await (const batch of splitter.split(inChunks(Buffer.from("#a#b#"), []), 0)) records.push(...batch.records);
    records[0]?.body.fill(0);
    expect(Buffer.from(records[1]!.bytesInPlace!).toString()).toBe("#b#");
    expect(Buffer.from(records[1]!.body.buffer).toString()).toBe("#b#");
  });

  test("few records of a large stretch do not keep it in memory", async () => {
    const chunk = Buffer.alloc(256 * 1024, 0x2e);
    chunk.write("<rare>", 50_000);
    async function* bytes() {
      for (let n = 0; n < 20; n++) yield Buffer.from(chunk);
    }
    const records = [];
    const splitter = createRecordSplitter(framing(pattern("<"), pattern(">")));
    for await (const batch of splitter.split(bytes(), 0)) records.push(...batch.records);
    const kept = new Set(records.map(({ bytesInPlace }) => bytesInPlace!.buffer));
    expect(records.length).toBe(20);
    // The last chunk was not left behind.
    expect([...kept].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(chunk.length + 20 * 1024);
  });

  test("agrees with the rules on random bytes, patterns, chunk sizes and limits, and resumes anywhere", async () => {
    const letters = fc.constantFrom("a", "b", "\n");
    const text = (min: number, max: number) =>
      fc.array(letters, { minLength: min, maxLength: max }).map((list) => list.join(""));
    const startHint = fc.oneof(fc.constant(null), text(1, 3).map(pattern), fc.nat(4).map(offset));
    const endHint = fc.oneof(fc.constant(null), text(1, 3).map(pattern), fc.integer({ min: 1, max: 5 }).map(offset));
    await fc.assert(
      fc.asyncProperty(
        text(0, 60),
        startHint,
        endHint,
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 4 }),
        async (content, start, end, sizes, recordBytesMax, batchRecordsMax) => {
          const bytes = Buffer.from(content, "latin1");
          const limits = { ...defaultSplitLimits, recordBytesMax, refusedBytesKept: 2, batchRecordsMax };
          const frame = framing(start, end);
          const expected = naive(bytes, frame, recordBytesMax, 2);
          const { cuts, resumePoints } = await cutAll(bytes, frame, sizes, 0, limits);
          expect(cuts).toEqual(expected);
          for (const point of resumePoints) {
            const rest = await cutAll(bytes, frame, sizes, point.offset, limits);
            expect(rest.cuts).toEqual(expected.slice(point.done));
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});

test("records that stand whole before the source's damage are handed out before its failure", async () => {
  async function* damaged() {
    yield Buffer.from("<a>\n<b>\n<c");
    throw new Problem("SOURCE_CORRUPT", "cut off");
  }
  const bodies: string[] = [];
  const read = async () => {
    const splitter = createRecordSplitter(framing(pattern("<"), pattern("\n")));
    for await (const { records } of splitter.split(damaged(), 0))
      bodies.push(...records.map(({ body }) => Buffer.from(body).toString()));
  };
  await expect(read()).rejects.toMatchObject({ code: "SOURCE_CORRUPT" });
  expect(bodies).toEqual(["<a>\n", "<b>\n"]);
});
