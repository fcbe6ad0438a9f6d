import { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument, Rejection } from "@letsdata/plugin-kit/writer";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { AttemptOutcome } from "./ports.ts";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import type { WriteFault } from "./testing/fake-target.ts";
import { taskBench } from "./testing/task-bench.ts";

/** Uniform in [0, 1) from a seed. (mulberry32) */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const world = fc.record({
  seed: fc.integer(),
  kinds: fc.array(fc.constantFrom("doc", "doc", "doc", "doc", "skip", "error", "unwritable", "cursed"), {
    maxLength: 150,
  }),
  batchSizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  isDivisible: fc.boolean(),
  maxBatchDocuments: fc.integer({ min: 1, max: 30 }),
  maxBatchBytes: fc.integer({ min: 120, max: 2_000 }),
  batchesCostAlike: fc.boolean(),
  concurrentBatches: fc.integer({ min: 1, max: 4 }),
  checkpointRecords: fc.integer({ min: 1, max: 60 }),
  /** Documents share so many keys; null = the target replaces nothing. */
  keyCount: fc.constantFrom(null, 1, 5, 40),
  asynchronousHandler: fc.boolean(),
  handlerQueues: fc.boolean(),
  handlerMilliseconds: fc.constantFrom(0, 20, 400),
  asynchronousPrepare: fc.boolean(),
  throttleShare: fc.constantFrom(0, 0.1, 0.4),
  failureShare: fc.constantFrom(0, 0.1, 0.3),
  writeMilliseconds: fc.integer({ min: 0, max: 400 }),
  readMilliseconds: fc.integer({ min: 0, max: 3_000 }),
  timeoutSeconds: fc.constantFrom(20, 60, 900),
});

it("whatever the source, the limits and the target's moods: each record ends once, in order where order is promised, the last of a key last", async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const random = randomFrom(given.seed);
      const bench = taskBench({ random });
      const { clock, target, archive, checkpoints } = bench;
      const texts = given.kinds.map((kind, n) => `${kind} ${n}`);
      const records = sourceRecords(texts);
      const keyOf = ({ keyCount }: typeof given, documentId: string) =>
        String(Number(documentId.split(" ")[1]) % (keyCount ?? 1));
      const fault = (batch: readonly PreparedDocument[]): WriteFault => {
        expect(batch.length).toBeLessThanOrEqual(given.maxBatchDocuments);
        if (given.keyCount !== null) expect(new Set(batch.map(({ key }) => key)).size).toBe(batch.length);
        if (batch.length > 1) {
          expect(batch.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(given.maxBatchBytes);
        }
        if (random() < given.failureShare) return { kind: "throw", problem: new Problem("CLOUD_UNAVAILABLE", "down") };
        return {
          kind: "reject",
          rejections: batch.flatMap(({ document }, index): Rejection[] => {
            if (document.documentId.startsWith("cursed")) return [{ index, reason: "cursed", retry: false }];
            return random() < given.throttleShare ? [{ index, reason: "throttled", retry: true }] : [];
          }),
        };
      };
      let outcome: AttemptOutcome;
      let attempts = 0;
      do {
        outcome = await clock.run(
          runTask(
            bench.attempt({
              reader: fakeReader(records, {
                batchSizes: given.batchSizes,
                isDivisible: given.isDivisible,
                onRead: (_, signal) => clock.sleep(random() * given.readMilliseconds, signal),
              }),
              handler: fakeHandler({
                asynchronous: given.asynchronousHandler,
                queues: given.handlerQueues,
                ...(given.handlerMilliseconds > 0
                  ? { workOn: () => clock.sleep(random() * given.handlerMilliseconds) }
                  : {}),
              }),
              writer: target.openWriter({
                limits: {
                  maxDocumentBytes: 1_000,
                  maxBatchDocuments: given.maxBatchDocuments,
                  maxBatchBytes: given.maxBatchBytes,
                  batchesCostAlike: given.batchesCostAlike,
                },
                concurrentBatches: given.concurrentBatches,
                asynchronousPrepare: given.asynchronousPrepare,
                keyOf: given.keyCount === null ? undefined : (documentId) => keyOf(given, documentId),
                fault,
                onWrite: (signal) => clock.sleep(random() * given.writeMilliseconds, signal),
              }),
              limits: {
                timeoutSeconds: given.timeoutSeconds,
                checkpointRecords: given.checkpointRecords,
                checkpointSecondsMin: 0,
              },
            }),
          ),
        );
        expect(checkpoints.last?.counts ?? outcome.counts).toEqual(outcome.counts);
      } while (outcome.kind !== "completed" && ++attempts < 100);

      expect(outcome.kind).toBe("completed");
      const of = (...kinds: string[]) => texts.filter((text) => kinds.includes(text.split(" ")[0]!));
      expect(outcome.counts).toMatchObject({
        recordsRead: texts.length,
        documentsWritten: of("doc").length,
        recordsSkipped: of("skip").length,
        recordsErrored: of("error", "unwritable", "cursed").length,
      });
      expect(new Set(target.stored)).toEqual(new Set(of("doc")));
      const registered = new Map(
        checkpoints.saves.flatMap(({ errorFiles }) => errorFiles.map((f) => [f.key, f.records])),
      );
      const listed = [...registered.keys()].flatMap((key) => archive.files.get(key)!);
      expect(listed.map(({ errorStartOffsetMap }) => Number(errorStartOffsetMap.LOG)).sort((a, b) => a - b)).toEqual(
        of("error", "unwritable", "cursed").map((text) => texts.indexOf(text)),
      );
      expect({
        recordsRead: checkpoints.measured("read.records"),
        documentsWritten: checkpoints.measured("records.processed"),
        recordsSkipped: checkpoints.measured("records.skipped"),
        recordsErrored: checkpoints.measured("records.errored"),
        bytesRead: checkpoints.measured("bytes.read"),
        bytesWritten: checkpoints.measured("bytes.written"),
      }).toEqual(outcome.counts);
      for (const { counts } of checkpoints.saves) {
        expect(counts.recordsRead).toBe(counts.documentsWritten + counts.recordsSkipped + counts.recordsErrored);
      }
      expect(target.writesUnderWayMax).toBeLessThanOrEqual(given.concurrentBatches);
      const undisturbed = given.throttleShare === 0 && given.concurrentBatches === 1 && attempts === 0;
      if (undisturbed) expect(target.stored).toEqual(of("doc"));
      if (given.keyCount !== null) {
        const lastOf = (ids: readonly string[]) => new Map(ids.map((id) => [keyOf(given, id), id]));
        expect(lastOf(target.stored)).toEqual(lastOf(of("doc")));
      }
    }),
    { numRuns: 300 },
  );
});
