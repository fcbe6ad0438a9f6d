import type { Handler } from "@letsdata/plugin-kit/handler";
import { describe, expect, it } from "vitest";
import type { Checkpoint } from "./ports.ts";
import { type RunTaskInput, runTask } from "./run-task.ts";
import { stableHash } from "./stable-hash.ts";
import { liveUntil } from "./testing/deadly-ports.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import type { FakeTarget, WriteFault } from "./testing/fake-target.ts";
import { taskBench } from "./testing/task-bench.ts";

const count = 64;
const batchSizes = [5, 3, 8];
const callsMax = 250;
/** Fewer would mean that the test no longer stops at every await. */
const callsMin = 20;
const decoder = new TextDecoder();

/** Runs `live` with a death at each port call, before and after it is carried out, until none is left to die at. */
async function atEachCall(live: (death: { atCall: number; when: "before" | "after" }) => Promise<boolean>) {
  for (const when of ["before", "after"] as const) {
    let atCall = 0;
    while (atCall < callsMax && (await live({ atCall, when }))) atCall++;
    expect(atCall).toBeGreaterThan(callsMin);
    expect(atCall).toBeLessThan(callsMax);
  }
}

function positionOf(checkpoint: Checkpoint | null): number {
  return Number(checkpoint?.position?.next ?? 0);
}

describe("a crash at any port call under FailTask", () => {
  const badAt = 41;
  const refuseBad: (isMended: boolean) => Parameters<FakeTarget["openWriter"]>[0] = (isMended) => ({
    fault: (batch): WriteFault => {
      const index = batch.findIndex(({ document }) => document.documentId === `doc ${badAt}`);
      if (isMended || index < 0) return null;
      return { kind: "reject", rejections: [{ index, reason: "bad item", retry: false }] };
    },
  });

  it.each([
    { found: "the handler", bad: `error ${badAt}`, message: `error ${badAt}` },
    { found: "the target", bad: `doc ${badAt}`, message: "The target refused the document: bad item" },
  ])(
    "keeps the record that $found refuses in front of the checkpoint, listed as an error, and a mended attempt goes on",
    async ({ bad, message }) => {
      const texts = Array.from({ length: count }, (_, n) =>
        n === badAt ? bad : n % 7 === 3 ? `skip ${n}` : `doc ${n}`,
      );
      await atEachCall(async (death) => {
        const where = JSON.stringify(death);
        const bench = taskBench();
        const { checkpoints, target, archive, clock } = bench;
        const attempt = (isMended: boolean): RunTaskInput => {
          const mended = texts.map((text) => text.replace("error", "doc"));
          return bench.attempt({
            reader: fakeReader(sourceRecords(isMended ? mended : texts), { batchSizes }),
            handler: fakeHandler({ asynchronous: true }),
            writer: target.openWriter({ concurrentBatches: 2, ...refuseBad(isMended) }),
            recordErrorPolicy: "FailTask",
          });
        };
        const expectSafe = (): void => {
          const { counts } = checkpoints.last ?? {};
          const covered = texts.slice(0, positionOf(checkpoints.last));
          const documents = covered.filter((text) => text.startsWith("doc"));
          expect(covered.length, where).toBeLessThanOrEqual(badAt);
          expect(
            documents.filter((text) => !target.stored.includes(text)),
            where,
          ).toEqual([]);
          if (!counts) return;
          expect([counts.recordsRead, counts.documentsWritten], where).toEqual([covered.length, documents.length]);
          expect(counts.recordsErrored, where).toBe(0);
        };
        const died = await liveUntil(bench, attempt(false), death);
        expectSafe();
        const failed = await clock.run(runTask(attempt(false)));
        expect(failed, where).toMatchObject({ kind: "failed", error: { code: "RECORD_ERRORED", message } });
        expectSafe();
        const keys = checkpoints.saves.flatMap(({ errorFiles }) => errorFiles.map(({ key }) => key));
        const listed = [...new Set(keys)].flatMap((key) => archive.files.get(key)!);
        expect(
          listed.map(({ errorStartOffsetMap }) => errorStartOffsetMap),
          where,
        ).toEqual([{ LOG: String(badAt) }]);
        const mended = await clock.run(runTask(attempt(true)));
        expect(mended, where).toMatchObject({ kind: "completed", counts: { recordsRead: count, recordsErrored: 0 } });
        expect(new Set(target.stored).size, where).toBe(mended.counts.documentsWritten);
        return died;
      });
    },
  );
});

type Answer = "doc" | "skip" | "error";

/** Answers by record and life, so that a record that is handled again may become something else. */
function fickleHandler(seed: string, life: number): { readonly handler: Handler; answerOf(n: number): Answer } {
  const answerOf = (n: number): Answer => {
    const draw = Number.parseInt(stableHash(`${seed} ${life} ${n}`).slice(0, 4), 16) % 6;
    return draw === 0 ? "skip" : draw === 1 ? "error" : "doc";
  };
  const inner = fakeHandler({ asynchronous: true });
  return {
    answerOf,
    handler: {
      handle: (batch, signal) => {
        const answered = batch.map((record) => {
          const n = Number(decoder.decode(record.body));
          return { ...record, body: new TextEncoder().encode(`${answerOf(n)} ${n} of life ${life}`) };
        });
        return inner.handle(answered, signal);
      },
      close: async () => {},
    },
  };
}

describe("a crash at any port call of a handler that answers differently each time", () => {
  it.each(["a", "b", "c"])(
    "counts, archives and leaves in a keyed target what the attempt said whose checkpoint covers it (seed %s)",
    async (seed) => {
      const records = sourceRecords(Array.from({ length: count }, (_, n) => String(n)));
      await atEachCall(async (death) => {
        const where = JSON.stringify(death);
        const bench = taskBench();
        const { checkpoints, target, archive, clock } = bench;
        const keyOf = (documentId: string): string => documentId.split(" ")[1]!;
        /** Of each record: the life whose checkpoint covers it, and what it said. */
        const covered: { life: number; answer: Answer }[] = [];
        const lives = [death, ...(death.atCall % 2 === 1 ? [{ ...death, atCall: (death.atCall * 7) % 40 }] : []), null];
        let firstDied = false;
        for (const [life, end] of lives.entries()) {
          const { handler, answerOf } = fickleHandler(seed, life);
          const input = bench.attempt({
            reader: fakeReader(records, { batchSizes }),
            handler,
            writer: target.openWriter({ concurrentBatches: 2, keyOf }),
          });
          const died = end === null ? false : await liveUntil(bench, input, end);
          if (life === 0) firstDied = died;
          if (end === null) expect((await clock.run(runTask(input))).kind, where).toBe("completed");
          while (covered.length < positionOf(checkpoints.last))
            covered.push({ life, answer: answerOf(covered.length) });
        }
        expect(covered.length, where).toBe(count);
        const said = (answer: Answer) => covered.flatMap((one, n) => (one.answer === answer ? [{ n, ...one }] : []));
        expect(checkpoints.last?.counts, where).toMatchObject({
          recordsRead: count,
          documentsWritten: said("doc").length,
          recordsSkipped: said("skip").length,
          recordsErrored: said("error").length,
        });
        const keys = checkpoints.saves.flatMap(({ errorFiles }) => errorFiles.map(({ key }) => key));
        const listed = keys.flatMap((key) => archive.files.get(key)!.map(({ errorMessage }) => errorMessage));
        expect(listed.sort(), where).toEqual(
          said("error")
            .map(({ n, life }) => `error ${n} of life ${life}`)
            .sort(),
        );
        const held = new Map(target.stored.map((documentId) => [Number(keyOf(documentId)), documentId]));
        for (const { n, life } of said("doc")) expect(held.get(n), where).toBe(`doc ${n} of life ${life}`);
        // What a later answer takes back was written by an attempt that died before its checkpoint: it stays.
        for (const { n, life } of [...said("skip"), ...said("error")]) {
          expect(Number(held.get(n)?.split(" ")[4] ?? -1), where).toBeLessThan(life);
        }
        return firstDied;
      });
    },
  );
});
