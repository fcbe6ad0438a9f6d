import { Problem } from "@letsdata/plugin-kit/problems";
import type { CombinedBatch } from "@letsdata/plugin-kit/reader";
import { describe, expect, test } from "vitest";
import { Document, ParseCompositeDocumentResult } from "../javascript/support-tree/letsdata_handler/index.js";
import { type BridgeRequest, payloadBytesMax } from "./bridge-protocol.ts";
import { type Answer, chunks, functionWith, hostOfFunction, open, read, told } from "./testing/window-functions.ts";

const MiB = 1024 * 1024;
const signal = new AbortController().signal;
const lines = (count: number) => Buffer.from(Array.from({ length: count }, (_, n) => `${1000 + n}\n`).join(""));
const composite = (document: object | null, state: string | null = null) =>
  new ParseCompositeDocumentResult(null, document as never, null, null, state as never, "SUCCESS");

/** Notes every request and answer by its bytes. */
function weighing(answer: Answer): { readonly answer: Answer; readonly sent: number[]; readonly received: number[] } {
  const sent: number[] = [];
  const received: number[] = [];
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
  return {
    sent,
    received,
    async answer(request, context) {
      sent.push(bytes(request));
      const answered = await answer(request, context);
      received.push(bytes(answered));
      return answered;
    },
  };
}

describe("windows", () => {
  test("fit into a request of Lambda whatever is in the file, and are text where that is shorter", async () => {
    const contents = { text: "0", quotes: '"', zeros: "\0" };
    for (const [name, character] of Object.entries(contents)) {
      const line = `${character.repeat(10_000)}\n`;
      const encodings = new Set<unknown>();
      const { answer, sent } = weighing(functionWith({ combine: readAll }));
      const noting: Answer = (request) => {
        const window = (request.data.files as Record<string, { contentEncoding?: string }> | undefined)?.LOG;
        if (window) encodings.add(window.contentEncoding);
        return answer(request);
      };
      const file = Buffer.from(line.repeat(Math.floor((9 * MiB) / line.length)));
      const reading = open(hostOfFunction(noting)).then((machine) => read(machine, file, MiB));
      await expect(reading).rejects.toMatchObject({ code: "RECORD_TOO_LARGE_FOR_BRIDGE" });
      expect(Math.max(...sent)).toBeLessThanOrEqual(payloadBytesMax);
      expect(Math.max(...sent)).toBeGreaterThan(4 * MiB);
      expect([...encodings]).toEqual([name === "text" ? undefined : "base64"]);
    }
  });

  test("in which no record begins are passed over, to the first record or the end of the file", async () => {
    const start = { recordHintType: "PATTERN", pattern: "H", offset: -1 } as const;
    const machine = await open(hostOfFunction(functionWith({ start }), 60));
    const file = Buffer.from(`H1\n${"x".repeat(10_000)}H2\n${"x".repeat(5000)}`);
    expect(await told(machine, await read(machine, file))).toEqual(["0-3 48310a", "10003-10006 48320a"]);
  });

  test("reach as far as the file can be read; what stands whole in front of the damage is good", async () => {
    async function* damaged(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("1\n2\n3\n4");
      throw new Problem("SOURCE_CORRUPT", "The file is cut off.");
    }
    const machine = await open(hostOfFunction(functionWith()));
    const starts: unknown[] = [];
    const reading = (async () => {
      for await (const { records } of machine.combiner.combine({ LOG: damaged() }, null, signal)) {
        starts.push(...records.map(({ start }) => start));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "SOURCE_CORRUPT" });
    expect(starts).toEqual([0, 1, 3]);
  });

  test("are as large as what the function gets done: little is sent again", async () => {
    const { answer, sent } = weighing(functionWith());
    const machine = await open(hostOfFunction(answer));
    const file = Buffer.from(`${"x".repeat(999)}\n`.repeat(6000));
    expect(await told(machine, await read(machine, file, 65_536))).toHaveLength(6000);
    expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(3 * file.length);
  });

  test("hold a record of many megabytes or refuse it, and its neighbours go on", async () => {
    const machine = await open(hostOfFunction(functionWith()));
    const file = Buffer.from(`a\n${"b".repeat(3 * MiB)}\n${"c".repeat(7 * MiB)}\nd\n`);
    const records = (await read(machine, file, 65_536)).flatMap((batch) => batch.records);
    expect(records.map(({ refused }) => refused?.code)).toEqual([
      undefined,
      undefined,
      "RECORD_TOO_LARGE_FOR_BRIDGE",
      undefined,
    ]);
    expect(records[2]).toMatchObject({ start: 3 * MiB + 2, end: 10 * MiB + 4 });
    expect(records[2]?.refused?.message).toContain(`has ${7 * MiB + 2} bytes`);
  });
});

/** A document of all that is left. */
async function readAll(file: { nextRecord(peek: boolean): Promise<object | null> }): Promise<object> {
  let count = 0;
  while ((await file.nextRecord(false)) !== null) count++;
  return composite(count === 0 ? null : new Document("Document", String(count), null, null, null, { count }));
}

describe("answers", () => {
  test("carry at most 500 results and fit into an answer of Lambda", async () => {
    const { answer, received } = weighing(functionWith());
    const machine = await open(hostOfFunction(answer));
    expect(await told(machine, await read(machine, lines(1200), 4096))).toHaveLength(1200);
    expect(received.slice(3)).toHaveLength(3);

    const large = weighing(
      functionWith({
        async combine(file) {
          const record = await file.nextRecord(false);
          return composite(record && new Document("Document", "large", null, null, null, { text: "x".repeat(MiB) }));
        },
      }),
    );
    const ofLarge = await open(hostOfFunction(large.answer));
    expect(await told(ofLarge, await read(ofLarge, lines(10)))).toHaveLength(10);
    expect(Math.max(...large.received)).toBeLessThan(5.5 * MiB);
  });

  test("leave out a document that no answer can carry: an error record, its neighbours are written", async () => {
    let made = 0;
    const answer = functionWith({
      async combine(file) {
        const record = await file.nextRecord(false);
        const text = "x".repeat(++made === 2 ? 5 * MiB : 1);
        return composite(record && new Document("Document", "d", null, null, null, { text }));
      },
    });
    const machine = await open(hostOfFunction(answer));
    const records = (await read(machine, lines(3))).flatMap((batch) => batch.records);
    expect(await machine.handler.handle(records, signal)).toMatchObject([
      { kind: "document" },
      { kind: "invalid", code: "RECORD_TOO_LARGE_FOR_BRIDGE" },
      { kind: "document" },
    ]);
  });

  test("come before half of the function's time is over", async () => {
    let requests = 0;
    let left = 0;
    const answer = functionWith();
    const context = { getRemainingTimeInMillis: () => (left -= 10) };
    const host = hostOfFunction(async (request) => {
      requests++;
      left = 100;
      return answer(request, context);
    });
    const machine = await open(host);
    expect(await told(machine, await read(machine, lines(20)))).toHaveLength(20);
    expect(requests).toBeGreaterThan(5);
  });

  test("that are none fail the task", async () => {
    const standing = { LOG: { offsetBytes: 0, lastRecordType: null, nextRecordType: null } };
    const answers: readonly (readonly [object, string])[] = [
      [{}, "without results"],
      [{ results: [] }, "where the file of type LOG stands"],
      [{ results: [], files: standing }, "made nothing of its windows"],
      [{ results: [], files: { LOG: { ...standing.LOG, offsetBytes: 999 } } }, "byte 999, which is outside its window"],
      [{ results: [], files: standing, needMore: ["LOG"] }, "does not say from where"],
      [{ results: [{ files: standing, records: { LOG: [[0, 999]] } }], files: standing }, "record outside its window"],
    ];
    const known = functionWith();
    for (const [data, message] of answers) {
      const answering = (request: BridgeRequest) =>
        request.function === "parseDocument"
          ? Promise.resolve({ StatusCode: 200, body: { statusCode: "SUCCESS", data } })
          : known(request);
      const machine = await open(hostOfFunction(answering));
      await expect(read(machine, lines(3)), message).rejects.toMatchObject({
        code: "HANDLER_EXCEPTION",
        message: expect.stringContaining(message),
      });
    }
  });
});

describe("customer code", () => {
  test("that gives an unusable hint is told so as it is in a task", async () => {
    const hints = [
      { recordHintType: "PATTERN", pattern: "", offset: -1 },
      { recordHintType: "OFFSET", pattern: null, offset: -1 },
    ] as const;
    for (const start of hints) {
      const machine = await open(hostOfFunction(functionWith({ start })));
      await expect(read(machine, lines(1))).rejects.toMatchObject({ code: "INVALID_HINT" });
    }
  });

  test("that throws fails the task with its own stack behind what was decided before", async () => {
    const answer = functionWith({
      async combine(file) {
        const record = await file.nextRecord(false);
        if (record?.documentId === "9-15") throw new RangeError("boom");
        return composite(record ?? null);
      },
    });
    const machine = await open(hostOfFunction(answer));
    const batches: CombinedBatch[] = [];
    const reading = (async () => {
      const bytes = { LOG: chunks(lines(5), 0, 100) };
      for await (const batch of machine.combiner.combine(bytes, null, signal)) batches.push(batch);
    })();
    await expect(reading).rejects.toMatchObject({
      code: "HANDLER_EXCEPTION",
      message: expect.stringMatching(/^parseDocument threw at byte 9 of a: RangeError: boom/),
      details: { stack: expect.stringContaining("window-limits.test.ts") },
    });
    expect(batches.flatMap(({ records }) => records.map(({ start }) => start))).toEqual([0, 4]);
  });

  test("that throws in a parser fails the task, even if the reader catches it", async () => {
    const answer = functionWith({
      combine: async (file) =>
        composite(await file.nextRecord(false).catch(() => new Document("Document", "x", null, null, null, null))),
    });
    const machine = await open(hostOfFunction(answer));
    await expect(read(machine, Buffer.from("a\n!\n"))).rejects.toMatchObject({
      code: "HANDLER_EXCEPTION",
      message: "parseDocument threw at byte 1 of a: RangeError: a bad byte",
    });
  });

  test("that catches the end of its window loses nothing", async () => {
    const answer = functionWith({
      combine: async (file) => composite(await file.nextRecord(false).catch(() => null), "COMPLETED"),
    });
    const machine = await open(hostOfFunction(answer, 20));
    expect(await told(machine, await read(machine, lines(30)))).toHaveLength(30);
  });

  test("gets the document in front of a record whatever the windows, unless it is too large to be told again", async () => {
    const behind = async (windowBytes: number, file: Buffer) => {
      const machine = await open(hostOfFunction(functionWith(), windowBytes));
      const records = (await read(machine, file, 65_536)).flatMap((batch) => batch.records);
      const results = await machine.handler.handle(records, signal);
      return results.map((result) => (result.kind === "document" ? result.document.fields().behind : result.kind));
    };
    const file = lines(20);
    const whole = await behind(MiB, file);
    expect(whole.slice(0, 3)).toEqual([null, "0-5", "4-10"]);
    expect(await behind(20, file)).toEqual(whole);
    const large = Buffer.from(`a\n${"b".repeat(200_000)}\nc\n`);
    expect(await behind(MiB, large)).toEqual([null, "0-2", "1-200003"]);
    expect(await behind(200_004, large)).toEqual([null, "0-2", null]);
  });

  test("is asked no more once the attempt is over", async () => {
    const abort = new AbortController();
    let requests = 0;
    const answer = functionWith();
    const host = hostOfFunction((request) => {
      if (request.function === "parseDocument" && ++requests === 2) abort.abort();
      return answer(request);
    }, 30);
    const { combiner } = await open(host);
    const reading = (async () => {
      for await (const _ of combiner.combine({ LOG: chunks(lines(50), 0, 9) }, null, abort.signal));
    })();
    await expect(reading).rejects.toThrow("aborted");
    expect(requests).toBe(2);
  });
});
