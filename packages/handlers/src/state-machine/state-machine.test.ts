import { rmSync } from "node:fs";
import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { CombinedBatch, FileState, SourceRecord } from "@letsdata/plugin-kit/reader";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { javaScriptHost } from "../javascript/open-handler.ts";
import { openJavaScriptStateMachine } from "../javascript/state-machine-objects.ts";
import { createRecordSplitter, defaultSplitLimits } from "../record-splitter/record-splitter.ts";
import { openStateMachine, type StateMachine } from "./combine-files.ts";
import type { Combined, StateMachineObjects, SystemFile } from "./state-machine-objects.ts";
import { ordersModules, writeArtifact } from "./testing/orders-artifact.ts";
import { testOrders } from "./testing/orders-suite.ts";

const signal = new AbortController().signal;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const artifact = async (modules: Readonly<Record<string, string>>): Promise<string> => {
  const folder = await writeArtifact(modules);
  folders.push(folder);
  return folder;
};
let ordersFolder = "";
beforeAll(async () => {
  ordersFolder = await artifact(ordersModules);
});

type Texts = Readonly<Record<string, string | Buffer>>;
const small = { ...defaultSplitLimits, batchRecordsMax: 1 };

async function orders(limits = small, artifactDir = ordersFolder): Promise<StateMachine> {
  const interfaceName = "SingleFileStateMachineReader" as const;
  const objects = await openJavaScriptStateMachine({ artifactDir, interfaceName, taskId: "task" });
  return openStateMachine(objects, { S3: "orders.log" }, limits);
}

function fakeTime(): Disposable {
  vi.useFakeTimers({ toFake: ["performance"] });
  return { [Symbol.dispose]: () => void vi.useRealTimers() };
}

async function* chunks(text: string | Buffer, from: number, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = from; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
}

async function batchesOf(
  machine: StateMachine,
  texts: Texts,
  from: Readonly<Record<string, FileState>> | null = null,
  size = 7,
): Promise<CombinedBatch[]> {
  const bytes = Object.entries(texts).map(([type, text]) => [type, chunks(text, from?.[type]?.offset ?? 0, size)]);
  const out: CombinedBatch[] = [];
  for await (const batch of machine.combiner.combine(Object.fromEntries(bytes), from, signal)) out.push(batch);
  return out;
}

async function resultsOf(machine: StateMachine, batches: readonly CombinedBatch[]): Promise<HandlerResult[]> {
  const records = batches.flatMap((batch) => batch.records).filter((record) => !record.refused);
  return [...(await machine.handler.handle(records, signal))];
}

/** What became of each record, in a line. */
function told(result: HandlerResult): string {
  if (result.kind === "document") {
    const { items, lines } = result.document.fields() as { items?: string[]; lines?: string[] };
    const failed = (result.partErrors ?? []).map((part) => part.message).join("+");
    return `${result.document.documentId}[${(items ?? lines ?? []).join("+")}]${failed}`;
  }
  return result.kind === "error"
    ? `error ${result.error.message} ${result.error.parts.map((part) => part.message).join("+")}`.trim()
    : result.kind;
}
const read = async (texts: Texts, machine?: StateMachine): Promise<string[]> => {
  const opened = machine ?? (await orders());
  return (await resultsOf(opened, await batchesOf(opened, texts))).map(told);
};

const orderText = "\nH,1,a\nI,1,b\nI,1,xc\nE,1,\nH,2,xd\nI,2,e\nE,2,\nH,3,sf\nE,3,\nH,4,g\nI,4,sh\nI,4,i\n";
const orderResults = ["1[b]bad xc", "error bad xd", "skip", "4[i]"];

describe("a state machine over one file", () => {
  test("makes documents, skips and errors of record types in their order; EOF closes the last", async () => {
    expect(await read({ ORDERS: orderText })).toEqual(orderResults);
    expect(await read({ ORDERS: "" })).toEqual([]);
    expect(await read({ ORDERS: "\nH,9,z" })).toEqual(["9[]"]);
  });

  test("records tell files, offsets and last types for the error archive", async () => {
    const machine = await orders();
    const records = (await batchesOf(machine, { ORDERS: orderText })).flatMap((batch) => batch.records);
    const [first, second] = records as [SourceRecord, SourceRecord];
    expect(machine.combiner.fileNames).toEqual({ ORDERS: "in/orders.log" });
    expect(Buffer.from(first.body).toString()).toContain("\nH,1,a\n");
    expect(first.start).toBe(0);
    expect(second.madeOf).toMatchObject({
      fileNames: { ORDERS: "in/orders.log" },
      startOffsets: { ORDERS: String(orderText.indexOf("\nH,2")) },
    });
    const [, failed] = await machine.handler.handle(records, signal);
    expect(failed?.kind === "error" && failed.error.startOffsets).toEqual({
      ORDERS: String(orderText.indexOf("\nH,2")),
    });
  });

  test("hands on what a slow handler made of it, so that a checkpoint can fall behind each", async () => {
    using _ = fakeTime();
    const interfaceName = "SingleFileStateMachineReader" as const;
    const inner = await openJavaScriptStateMachine({ artifactDir: ordersFolder, interfaceName, taskId: "task" });
    const combine: StateMachineObjects["combine"] = (given) => {
      vi.advanceTimersByTime(700);
      return inner.combine(given);
    };
    const objects = new Proxy(inner, {
      get: (of, name) => (name === "combine" ? combine : of[name as keyof typeof of]),
    });
    const machine = await openStateMachine(objects, { S3: "orders.log" });
    const batches = await batchesOf(machine, { ORDERS: orderText });
    expect(batches.map(({ records }) => records.length)).toEqual([2, 2, 0]);
    expect((await resultsOf(machine, batches)).map(told)).toEqual(orderResults);
  });

  test("goes on behind every record, wherever it was stopped, with the same results", async () => {
    const machine = await orders();
    const whole = await batchesOf(machine, { ORDERS: orderText });
    for (let stop = 0; stop < whole.length; stop++) {
      const rest = await batchesOf(machine, { ORDERS: orderText }, whole[stop]!.files);
      const results = await resultsOf(machine, [...whole.slice(0, stop + 1), ...rest]);
      expect(results.map(told)).toEqual(orderResults);
    }
  });

  test("refuses records over the limit and goes on behind them", async () => {
    const machine = await orders({ ...small, recordBytesMax: 20, refusedBytesKept: 5 });
    const text = `\nH,1,a\nI,1,${"b".repeat(100)}\nI,1,c\nE,1,\n`;
    const records = (await batchesOf(machine, { ORDERS: text })).flatMap((batch) => batch.records);
    expect(records.map((record) => record.refused?.code ?? "")).toEqual(["RECORD_TOO_LARGE", ""]);
    const [result] = await machine.handler.handle(records.slice(1), signal);
    expect(told(result as HandlerResult)).toBe("1[c]");
  });

  test("takes the class letsdata.json names", async () => {
    const { "letsdata_interfaces/readers/SingleFileStateMachineReader.js": reader = "", ...others } = ordersModules;
    const folder = await artifact({
      ...others,
      "dist/mine.js": reader
        .replaceAll('"../', '"../letsdata_interfaces/')
        .replace("class SingleFileStateMachineReader", "class Mine"),
      "letsdata.json": '{"handlers":{"SingleFileStateMachineReader":"dist/mine.js#Mine"}}',
    });
    expect(await read({ ORDERS: orderText }, await orders(small, folder))).toEqual(orderResults);
  });
});

describe("customer code", () => {
  const objectsOf = (parts: Partial<StateMachineObjects>): StateMachineObjects => ({
    fileTypes: async () => ["LOG"],
    resolveNames: async (names) => names,
    expect: () => ({ recordType: "LINE", start: null, end: { recordHintType: "PATTERN", pattern: "\n", offset: -1 } }),
    parse: ({ bytes }) => ({ document: { text: Buffer.from(bytes).toString() }, nextRecordType: null }),
    combine: async ({ files }) => combined(await (files[0] as SystemFile).nextRecord(false)),
    close: async () => {},
    ...parts,
  });
  const combined = (document: object | null, state: Combined["state"] = null): Combined => ({
    document,
    status: "SUCCESS",
    state,
    nextRecordTypes: null,
    resultAt: () => ({ kind: "skip", reason: JSON.stringify(document) }),
  });
  const problemOf = async (parts: Partial<StateMachineObjects>, text = "a\nb\n"): Promise<Problem> => {
    const machine = await openStateMachine(objectsOf(parts), { LOG: "a" }, small);
    return batchesOf(machine, { LOG: text }).then(
      () => Promise.reject(new Error("expected a Problem")),
      (thrown: Problem) => thrown,
    );
  };

  test("that does nothing is NO_PROGRESS, naming where it stands", async () => {
    const problem = await problemOf({ combine: async ({ files }) => combined(await files[0]!.nextRecord(true)) });
    expect(problem.code).toBe("NO_PROGRESS");
    expect(problem.message).toContain("LOG at byte 0");
  });

  test("that peeks moves nothing and has nothing parsed twice", async () => {
    let parsed = 0;
    const seen: unknown[] = [];
    const machine = await openStateMachine(
      objectsOf({
        parse: ({ bytes }) => ({ document: { text: String(bytes.length), n: parsed++ }, nextRecordType: null }),
        combine: async ({ files: [file] }) => {
          const before = file!.offset;
          const peeked = await file!.nextRecord(true);
          expect(await file!.nextRecord(true)).toBe(peeked);
          expect(file!.offset).toBe(before);
          const taken = await file!.nextRecord(false);
          expect(taken).toBe(peeked);
          seen.push(file!.state);
          return combined(taken);
        },
      }),
      { LOG: "a" },
      small,
    );
    await batchesOf(machine, { LOG: "a\nb\nc" });
    expect(parsed).toBe(3);
    expect(seen).toEqual(["PROCESSING", "PROCESSING", "PROCESSING", "COMPLETED"]);
  });

  test("that takes a whole file in one call makes one record of it, of whose bytes the beginning is kept", async () => {
    const line = `${"x".repeat(999)}\n`;
    const text = line.repeat(3_000);
    const combine: StateMachineObjects["combine"] = async ({ files: [file] }) => {
      let last: object | null = null;
      for (let next = await file!.nextRecord(false); next; next = await file!.nextRecord(false)) last = next;
      return combined(last);
    };
    const machine = await openStateMachine(objectsOf({ combine }), { LOG: "a" }, small);
    const [batch] = await batchesOf(machine, { LOG: text }, null, 65_536);
    const [record, ...others] = batch!.records;
    expect(others).toEqual([]);
    expect(record).toMatchObject({ start: 0, end: text.length });
    expect(record!.byteLength).toBeGreaterThanOrEqual(text.length);
    const { body } = record!;
    expect(body.length).toBeGreaterThan(64 * 1024);
    expect(body.length).toBeLessThan(256 * 1024);
  });

  test("that forgets to await still gets its records one after the other", async () => {
    const texts: unknown[] = [];
    const machine = await openStateMachine(
      objectsOf({
        combine: async ({ files: [file] }) => {
          const both = [file!.nextRecord(false), file!.nextRecord(false)];
          texts.push(...(await Promise.all(both)));
          return combined(texts.at(-1) as object | null);
        },
      }),
      { LOG: "a" },
      small,
    );
    await batchesOf(machine, { LOG: "a\nb\nc\nd" });
    expect(texts.map((document) => (document as { text: string } | null)?.text.trim() ?? null)).toEqual([
      "a",
      "b",
      "c",
      "d",
      null,
      null,
    ]);
  });

  test("that throws in a parser fails the task, even if the reader catches it; what was decided before is handed out", async () => {
    const parts: Partial<StateMachineObjects> = {
      parse: ({ offset }) => {
        if (offset > 0) throw new Problem("HANDLER_EXCEPTION", "boom");
        return { document: {}, nextRecordType: null };
      },
      combine: async ({ files }) => combined(await files[0]!.nextRecord(false).catch(() => ({ swallowed: true }))),
    };
    const machine = await openStateMachine(objectsOf(parts), { LOG: "a" }, { ...small, batchRecordsMax: 100 });
    const handedOut: SourceRecord[] = [];
    const reading = (async () => {
      for await (const batch of machine.combiner.combine({ LOG: chunks("a\nb\n", 0, 9) }, null, signal)) {
        handedOut.push(...batch.records);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "HANDLER_EXCEPTION", message: "boom" });
    expect(handedOut).toHaveLength(1);
  });

  test("whose file types are not the manifest line's is refused", async () => {
    const opening = openStateMachine(objectsOf({ fileTypes: async () => ["HEAD", "LINE"] }), { HEAD: "h", BODY: "b" });
    await expect(opening).rejects.toMatchObject({ code: "HANDLER_EXCEPTION" });
  });

  test("finds the records the record splitter finds, whatever bytes, hints and chunks", async () => {
    const hint = fc.oneof(
      fc.constant(null),
      fc.stringMatching(/^[ab;]{1,2}$/).map((pattern) => ({ recordHintType: "PATTERN", pattern, offset: -1 })),
      fc.integer({ min: 1, max: 4 }).map((offset) => ({ recordHintType: "OFFSET", pattern: null, offset })),
    );
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[ab;]{0,40}$/), hint, hint, fc.nat(6), async (text, start, end, size) => {
        const expected = { recordType: null, start, end };
        const machine = await openStateMachine(objectsOf({ expect: () => expected }), { LOG: "a" }, small);
        const batches = await batchesOf(machine, { LOG: text }, null, size + 1);
        const toHint = (h: typeof start) =>
          h === null
            ? null
            : h.recordHintType === "PATTERN"
              ? ({ kind: "pattern", pattern: Buffer.from(h.pattern ?? "") } as const)
              : ({ kind: "offset", offset: h.offset } as const);
        const framing = { fileType: "LOG", resolvedName: "a", start: toHint(start), end: toHint(end) };
        const split: string[] = [];
        for await (const batch of createRecordSplitter(framing).split(chunks(text, 0, 100), 0)) {
          split.push(...batch.records.map((record) => `${record.start}-${record.end}`));
        }
        const found = batches.flatMap((batch) => batch.records.map((record) => `${record.start}-${record.end}`));
        expect(found).toEqual(split);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a state machine over two files", () => {
  const pairs = async (limits = small): Promise<StateMachine> => {
    const interfaceName = "MultipleFileStateMachineReader" as const;
    const objects = await openJavaScriptStateMachine({ artifactDir: ordersFolder, interfaceName, taskId: "task" });
    return openStateMachine(objects, { head: "h", line: "l" }, limits);
  };
  /** As a person would do it. */
  const naive = (orderLines: readonly number[]): string[] =>
    orderLines.map((count, id) => `${id}[${Array.from({ length: count }, (_, n) => `v${n}`).join("+")}]`);
  const filesOf = (orderLines: readonly number[]): Texts => ({
    HEAD: orderLines.map((_, id) => `${id},h\n`).join(""),
    LINE: orderLines.flatMap((count, id) => Array.from({ length: count }, (_, n) => `${id},v${n}\n`)).join(""),
  });

  test("reads them side by side and resumes at every record like a naive model, over any chunk borders", async () => {
    const machine = await pairs();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(4), { maxLength: 6 }), fc.nat(9), fc.nat(9), async (lines, size, stop) => {
        const texts = filesOf(lines);
        const whole = await batchesOf(machine, texts, null, size + 1);
        expect((await resultsOf(machine, whole)).map(told)).toEqual(naive(lines));
        const at = Math.min(stop, whole.length - 1);
        const rest = await batchesOf(machine, texts, whole[at]!.files, size + 2);
        const resumed = await resultsOf(machine, [...whole.slice(0, at + 1), ...rest]);
        expect(resumed.map(told)).toEqual(naive(lines));
      }),
      { numRuns: 100 },
    );
  });

  test("gives each record a place of its own in all files", async () => {
    // However long the machine takes: after a second a batch is handed on as it is.
    using _ = fakeTime();
    const machine = await pairs({ ...small, batchRecordsMax: 100 });
    const batches = await batchesOf(machine, filesOf([2, 0, 1]));
    expect(batches).toHaveLength(1);
    expect(batches[0]!.records.map((record) => record.start)).toEqual([
      "HEAD:0|LINE:0",
      "HEAD:3|LINE:9",
      "HEAD:7|LINE:9",
    ]);
    expect(machine.combiner.fileNames).toEqual({ HEAD: "h.txt", LINE: "l.txt" });
  });
});

testOrders("JavaScript", javaScriptHost, () => ({ artifactDir: ordersFolder }));
