import type { Reader } from "@letsdata/plugin-kit/reader";
import type { Writer } from "@letsdata/plugin-kit/writer";
import { describe, expect, it } from "vitest";
import { runTask } from "./run-task.ts";
import { type Death, liveUntil } from "./testing/deadly-ports.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { FakeQueue } from "./testing/fake-queue.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { FakeObjectTarget, FakeOrdinalTarget } from "./testing/fake-target.ts";
import { type TaskBench, taskBench } from "./testing/task-bench.ts";

const texts = Array.from({ length: 64 }, (_, n) =>
  n % 9 === 4 ? `error ${n}` : n % 7 === 3 ? `skip ${n}` : `doc ${n}`,
);
const records = sourceRecords(texts);
const documents = texts.filter((text) => text.startsWith("doc"));
const errors = texts.filter((text) => text.startsWith("error"));
const batchSizes = [5, 3, 8];
const callsMax = 250;
/** Fewer would mean that the test no longer stops at every await. */
const callsMin = 25;

/** Where records come from, outliving the attempts that read them. */
interface Source {
  openReader(): Reader;
  /** Where reading began, of `texts`. */
  begin(): number;
  /** How many records are not done with, going by what the source and the last checkpoint say. */
  left(): number;
  /** Records that were acknowledged before target or archive had them. */
  readonly tooEarly: readonly string[];
}
type MakeSource = (bench: TaskBench, stored: () => readonly string[]) => Source;

const sources: Readonly<Record<string, MakeSource>> = {
  "a reader that resumes at a position": ({ checkpoints }) => ({
    openReader: () => fakeReader(records, { batchSizes, isDivisible: true }),
    begin: () => 0,
    left: () => texts.length - positionOf(checkpoints.last),
    tooEarly: [],
  }),
  "a reader that acknowledges": (bench, stored) => {
    const tooEarly: string[] = [];
    const queue = new FakeQueue(records, ({ body }) => {
      const text = new TextDecoder().decode(body);
      const safe = text.startsWith("doc") ? stored() : text.startsWith("error") ? listedErrors(bench) : [text];
      if (!safe.includes(text)) tooEarly.push(text);
    });
    return { openReader: () => queue.openReader(batchSizes), begin: () => 0, left: () => queue.size, tooEarly };
  },
};

interface Target {
  readonly stored: () => readonly string[];
  openWriter(): Writer;
  /** A repeated batch replaces itself. */
  readonly overwrites: boolean;
}
type MakeTarget = (bench: TaskBench) => Target;

const targets: Readonly<Record<string, MakeTarget>> = {
  "a writer of batches": ({ target }) => ({
    stored: () => target.stored,
    openWriter: () => target.openWriter({ concurrentBatches: 2 }),
    overwrites: false,
  }),
  "a writer that prepares asynchronously and is refused every third batch in part": ({ target }) => {
    let calls = 0;
    return {
      stored: () => target.stored,
      openWriter: () =>
        target.openWriter({
          asynchronousPrepare: true,
          fault: () =>
            calls++ % 3 === 1 ? { kind: "reject", rejections: [{ index: 0, reason: "throttled", retry: true }] } : null,
        }),
      overwrites: false,
    };
  },
  "a writer whose batches cost alike": ({ target }) => ({
    stored: () => target.stored,
    openWriter: () =>
      target.openWriter({
        limits: { maxDocumentBytes: 1_000, maxBatchDocuments: 9, maxBatchBytes: 5_000, batchesCostAlike: true },
      }),
    overwrites: false,
  }),
  "a writer of objects that are flushed": () => {
    const objects = new FakeObjectTarget();
    return {
      stored: () => objects.stored,
      openWriter: () => objects.openWriter({ objectDocumentsMax: 15 }),
      overwrites: true,
    };
  },
};

/** Its first record goes with every attempt that no saved position tells where to begin. */
const shrinkingSource: MakeSource = ({ checkpoints }) => {
  let gone = 0;
  return {
    openReader: () => ({
      async *read(from, signal) {
        const begin = from ?? { next: gone++ };
        if (from === null) yield { records: [], nextPosition: begin, bytesRead: 0, isStart: true };
        yield* fakeReader(records, { batchSizes }).read(begin, signal);
      },
      close: async () => {},
    }),
    begin: () => positionOf(checkpoints.saves[0] ?? null),
    left: () => texts.length - positionOf(checkpoints.last),
    tooEarly: [],
  };
};
const ordinalTarget: MakeTarget = () => {
  const target = new FakeOrdinalTarget();
  return { stored: () => target.stored, openWriter: () => target.openWriter(), overwrites: true };
};

const worlds = Object.entries(sources).flatMap(([sourceName, makeSource]) =>
  Object.entries(targets).map(([targetName, makeTarget]) => ({ sourceName, makeSource, targetName, makeTarget })),
);
worlds.push({
  sourceName: "a reader whose beginning moves until it is saved",
  makeSource: shrinkingSource,
  targetName: "a writer that recognises what it wrote by its ordinal",
  makeTarget: ordinalTarget,
});

describe("a crash at any port call, however often", () => {
  for (const { sourceName, makeSource, targetName, makeTarget } of worlds) {
    for (const when of ["before", "after"] as const) {
      it(`${when} it is carried out loses nothing and counts nothing twice: ${sourceName}, ${targetName}`, async () => {
        let deaths = 0;
        for (let atCall = 0; atCall < callsMax; atCall++) {
          // Every third one dies a second time, at another call.
          const lives = atCall % 3 === 2 ? [atCall, (atCall * 7) % 40] : [atCall];
          const died = await liveThrough(
            lives.map((call) => ({ atCall: call, when })),
            makeSource,
            makeTarget,
          );
          if (!died) break;
          deaths++;
        }
        expect(deaths).toBeGreaterThan(callsMin);
        expect(deaths).toBeLessThan(callsMax);
      });
    }
  }

  it("leaves of objects what the checkpoints count, though the handler answers otherwise in every attempt", async () => {
    for (let atCall = 0; atCall < callsMax; atCall++) {
      const bench = taskBench();
      const objects = new FakeObjectTarget();
      /** By turns a document, skipped and failed; or, to leave a dead attempt's object alone, all skipped. */
      const answers = (attempt: number) =>
        texts.map((_, n) => `${attempt === 1 ? "skip" : ["doc", "skip", "error"][(n + attempt) % 3]} ${n}`);
      let attempts = 0;
      const attempt = () =>
        bench.attempt({
          reader: fakeReader(sourceRecords(answers(attempts++)), { batchSizes }),
          writer: objects.openWriter({ objectDocumentsMax: 6 }),
        });
      const died = await liveUntil(bench, attempt(), { atCall, when: "after" });
      await liveUntil(bench, attempt(), { atCall: (atCall * 7) % 40, when: "after" });
      const outcome = await bench.clock.run(runTask(attempt()));
      expect(outcome.kind).toBe("completed");
      expect(objects.stored, String(atCall)).toHaveLength(outcome.counts.documentsWritten);
      const numbers = objects.stored.map((id) => id.split(" ")[1]);
      expect(new Set(numbers).size).toBe(numbers.length);
      if (!died) {
        expect(atCall).toBeGreaterThan(callsMin);
        break;
      }
    }
  });

  it("lets no zombie move the checkpoint: one that goes on after a new lease is abandoned", async () => {
    for (let pausedAt = 0; pausedAt < 6; pausedAt++) {
      const bench = taskBench();
      let wakeUp: () => void = () => {};
      let calls = 0;
      let paused: () => void = () => {};
      const isPaused = new Promise<void>((resolve) => {
        paused = resolve;
      });
      const zombieInput = bench.attempt({
        reader: fakeReader(records),
        writer: bench.target.openWriter({
          onWrite: () =>
            calls++ === pausedAt
              ? new Promise((resolve) => {
                  wakeUp = resolve;
                  paused();
                })
              : Promise.resolve(),
        }),
      });
      const zombie = runTask(zombieInput);
      await isPaused;
      const outcome = await bench.clock.run(runTask(bench.attempt({ reader: fakeReader(records) })));
      expect(outcome.kind).toBe("completed");
      const saves = bench.checkpoints.saves.length;
      wakeUp();
      expect((await bench.clock.run(zombie)).kind).toBe("abandoned");
      expect(bench.checkpoints.saves.length).toBe(saves);
      expect(bench.checkpoints.last?.counts.recordsRead).toBe(texts.length);
      expect(new Set(bench.target.stored)).toEqual(new Set(documents));
    }
  });
});

/**
 * Attempts that die, and one that goes on under a new lease while the dead may still wake up. At every moment of death, and at the end:
 * - the counts balance: read = written + skipped + errored, and what was measured adds up to them;
 * - what the checkpoint or the acknowledgements cover is in the target, the errors among it in a listed archive file;
 * - no more is repeated than neither covers; objects that a repeat overwrites hold nothing twice.
 * Answers whether the first of them died at all.
 */
async function liveThrough(deaths: readonly Death[], makeSource: MakeSource, makeTarget: MakeTarget) {
  const bench = taskBench();
  const target = makeTarget(bench);
  const source = makeSource(bench, target.stored);
  const attempt = () =>
    bench.attempt({
      reader: source.openReader(),
      handler: fakeHandler({ asynchronous: true }),
      writer: target.openWriter(),
    });
  const where = JSON.stringify(deaths);
  /** Records that no checkpoint or acknowledgement covered when an attempt died, once for each death. */
  let mayRepeat = 0;
  let firstDied = false;
  for (const [life, death] of deaths.entries()) {
    const died = await liveUntil(bench, attempt(), death);
    if (life === 0) firstDied = died;
    expectSafe(bench, target, source, where);
    if (!died) break;
    mayRepeat += source.left();
  }
  const outcome = await bench.clock.run(runTask(attempt()));
  expect(outcome.kind, where).toBe("completed");
  expectSafe(bench, target, source, where);
  expect(source.left(), where).toBe(0);
  const stored = target.stored();
  const from = source.begin();
  const isIn = (text: string) => texts.indexOf(text) >= from;
  const expected = documents.filter(isIn);
  expect(new Set(stored), where).toEqual(new Set(expected));
  expect(new Set(listedErrors(bench)), where).toEqual(new Set(errors.filter(isIn)));
  const readAgain = outcome.counts.recordsRead - (texts.length - from);
  const isQueue = bench.checkpoints.last?.position?.next === undefined;
  expect(readAgain, where).toBeGreaterThanOrEqual(0);
  expect(readAgain, where).toBeLessThanOrEqual(isQueue ? mayRepeat : 0);
  const repeated = stored.length - expected.length;
  expect(repeated, where).toBeLessThanOrEqual(target.overwrites && !isQueue ? 0 : mayRepeat);
  return firstDied;
}

function expectSafe(bench: TaskBench, target: Target, source: Source, where: string): void {
  expect(source.tooEarly, where).toEqual([]);
  const { last } = bench.checkpoints;
  if (!last) return;
  const { recordsRead, documentsWritten, recordsSkipped, recordsErrored } = last.counts;
  expect(recordsRead, where).toBe(documentsWritten + recordsSkipped + recordsErrored);
  expectMeasured(bench, where);
  const listed = listedErrors(bench);
  expect(listed, where).toHaveLength(recordsErrored);
  if (last.position?.next === undefined) return;
  const covered = texts.slice(source.begin(), texts.length - source.left());
  const stored = new Set(target.stored());
  const isDocument = (text: string) => text.startsWith("doc");
  expect(
    covered.filter((text) => isDocument(text) && !stored.has(text)),
    where,
  ).toEqual([]);
  expect([...listed].sort(), where).toEqual(covered.filter((text) => text.startsWith("error")).sort());
}

/** Counts leave with the checkpoint that covers them: what is done again after a crash is counted by one attempt alone. */
function expectMeasured({ checkpoints }: TaskBench, where: string): void {
  const counts = checkpoints.last?.counts;
  const measured = {
    recordsRead: checkpoints.measured("read.records"),
    documentsWritten: checkpoints.measured("records.processed"),
    recordsSkipped: checkpoints.measured("records.skipped"),
    recordsErrored: checkpoints.measured("records.errored"),
    bytesRead: checkpoints.measured("bytes.read"),
    bytesWritten: checkpoints.measured("bytes.written"),
  };
  expect(measured, where).toEqual(counts);
}

function positionOf(checkpoint: TaskBench["checkpoints"]["last"]): number {
  return Number(checkpoint?.position?.next ?? 0);
}

/** Messages of the error records whose files a checkpoint has registered. */
function listedErrors({ archive, checkpoints }: TaskBench): readonly string[] {
  const keys = new Set(checkpoints.saves.flatMap(({ errorFiles }) => errorFiles.map(({ key }) => key)));
  return [...keys].flatMap((key) => archive.files.get(key)!.map(({ errorMessage }) => errorMessage));
}
