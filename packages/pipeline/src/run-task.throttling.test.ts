import { Problem } from "@letsdata/plugin-kit/problems";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { describe, expect, it } from "vitest";
import { type RunTaskInput, runTask } from "./run-task.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import type { WriteFault } from "./testing/fake-target.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { type TaskBench, taskBench } from "./testing/task-bench.ts";

const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);
const throttled: WriteFault = { kind: "throw", problem: new Problem("THROTTLED", "slow down") };
const oneEach = { maxDocumentBytes: 100, maxBatchDocuments: 1, maxBatchBytes: 100 };

const firstId = (batch: readonly PreparedDocument[]): string => batch[0]!.document.documentId;

/** Uniform in [0, 1), the same each time. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** What a shard or a table takes: so many documents a second, saved up for a second at most. What is over is refused, one by one or in all. */
function capacity(clock: ManualClock, perSecond: number, refuses: "what is over" | "the call") {
  let available = perSecond;
  let updatedAt = clock.monotonic();
  return (batch: readonly PreparedDocument[]): WriteFault => {
    const now = clock.monotonic();
    available = Math.min(perSecond, available + ((now - updatedAt) / 1_000) * perSecond);
    updatedAt = now;
    if (refuses === "the call" && available < batch.length) return throttled;
    const accepted = Math.min(batch.length, Math.floor(available));
    available -= accepted;
    if (accepted === batch.length) return null;
    const indexes = [...batch.keys()].slice(accepted);
    return {
      kind: "reject",
      rejections: indexes.map((index) => ({ index, reason: "ProvisionedThroughputExceededException", retry: true })),
    };
  };
}

const sharing = [
  { tasks: 10, perSecond: 1_000, batchMax: 500, refuses: "what is over", seconds: 60 },
  { tasks: 40, perSecond: 1_000, batchMax: 500, refuses: "what is over", seconds: 20 },
  { tasks: 20, perSecond: 100, batchMax: 500, refuses: "what is over", seconds: 600 },
  { tasks: 10, perSecond: 20, batchMax: 25, refuses: "what is over", seconds: 600 },
  { tasks: 10, perSecond: 5, batchMax: 25, refuses: "what is over", seconds: 600 },
  { tasks: 10, perSecond: 2, batchMax: 10, refuses: "what is over", seconds: 600 },
  { tasks: 10, perSecond: 50, batchMax: 25, refuses: "the call", seconds: 600 },
  { tasks: 1, perSecond: 100, batchMax: 100, refuses: "what is over", seconds: 60 },
  { tasks: 1, perSecond: 5, batchMax: 25, refuses: "what is over", seconds: 60 },
  { tasks: 1, perSecond: 1, batchMax: 25, refuses: "what is over", seconds: 600 },
] as const;
const timeoutSeconds = 300;
/** So many attempts in a row without a checkpoint end a task for good. */
const attemptsWithoutProgressMax = 3;

/** A task as a worker runs it: an attempt that is not over at its time-out is killed, and another begins at the last checkpoint. */
async function runToTheEnd(
  clock: ManualClock,
  { attempt, checkpoints }: TaskBench,
  openParts: () => Pick<RunTaskInput, "reader" | "writer" | "random">,
): Promise<string> {
  const limits = { timeoutSeconds, checkpointRecords: 500 };
  for (let withoutProgress = 0; withoutProgress < attemptsWithoutProgressMax; ) {
    const before = checkpoints.last?.counts.recordsRead ?? 0;
    const [killed, over] = [new AbortController(), new AbortController()];
    void clock.sleep(timeoutSeconds * 1_000, over.signal).then(() => killed.abort());
    const outcome = await runTask(attempt({ ...openParts(), clock, lost: killed.signal, limits }));
    over.abort();
    if (outcome.kind === "failed") return outcome.error.code;
    if (outcome.kind === "completed") return outcome.kind;
    withoutProgress = (checkpoints.last?.counts.recordsRead ?? 0) > before ? 0 : withoutProgress + 1;
  }
  return "NO_PROGRESS";
}

describe("tasks that share a target of fixed capacity", () => {
  it.each(sharing)(
    "all finish, in attempts of five minutes, not long after it can be done: $tasks tasks, $perSecond documents a second, $refuses refused",
    async ({ tasks, perSecond, batchMax, refuses, seconds }) => {
      const clock = new ManualClock();
      const fault = capacity(clock, perSecond, refuses);
      const random = seededRandom(tasks);
      const began = clock.monotonic();
      const each = (perSecond * seconds) / tasks;
      const benches = Array.from({ length: tasks }, () => taskBench());
      const ends = await clock.run(
        Promise.all(
          benches.map((bench) =>
            runToTheEnd(clock, bench, () => ({
              writer: bench.target.openWriter({
                concurrentBatches: 4,
                limits: { maxDocumentBytes: 1_000, maxBatchDocuments: batchMax, maxBatchBytes: 1_000_000 },
                fault,
                onWrite: () => clock.sleep(20),
              }),
              reader: fakeReader(sourceRecords(docs(each)), { batchSizes: [500], isDivisible: true }),
              random,
            })),
          ),
        ),
      );
      expect(ends).toEqual(Array(tasks).fill("completed"));
      const counted = benches.reduce((sum, { checkpoints }) => sum + checkpoints.last!.counts.documentsWritten, 0);
      expect(counted).toBe(each * tasks);
      const written = benches.reduce((sum, { target }) => sum + target.stored.length, 0);
      expect(written / counted).toBeLessThan(1.06);
      expect((clock.monotonic() - began) / 1_000).toBeLessThan(seconds * (perSecond > 1 ? 2 : 4));
    },
  );
});

describe("a target that refuses nothing", () => {
  it.each([1, 2, 20, 400])(
    "gets batches of %i records that come one by one in their order, also by the small calls of the start",
    async (size) => {
      const { attempt, clock, target } = taskBench();
      let calls = 0;
      const writer = target.openWriter({
        concurrentBatches: 4,
        limits: { maxDocumentBytes: 100, maxBatchDocuments: 500, maxBatchBytes: 100_000 },
        // Whatever was called later would overtake.
        onWrite: () => clock.sleep(1_000 - Math.min(900, 100 * calls++)),
      });
      const reader = fakeReader(sourceRecords(docs(size)), { batchSizes: [size] });
      const outcome = await clock.run(runTask(attempt({ reader, writer })));
      expect(outcome.kind).toBe("completed");
      expect(target.stored).toEqual(docs(size));
    },
  );

  it("gets as many calls at once as its writer makes, each with a whole batch, after a few", async () => {
    const { attempt, clock, target } = taskBench();
    const underWay: number[] = [];
    const writer = target.openWriter({
      concurrentBatches: 4,
      limits: { maxDocumentBytes: 100, maxBatchDocuments: 100, maxBatchBytes: 100_000 },
      onWrite: async () => {
        underWay.push(target.writesUnderWay);
        await clock.sleep(50);
      },
    });
    const reader = fakeReader(sourceRecords(docs(2_000)), { batchSizes: [500] });
    const outcome = await clock.run(runTask(attempt({ reader, writer })));
    expect(outcome.kind).toBe("completed");
    expect(target.calls.slice(0, 6).map((batch) => batch.length)).toEqual([2, 2, 8, 32, 100, 100]);
    expect(underWay.slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
    expect(Math.max(...underWay)).toBe(4);
  });
});

describe("a target that refuses for a while", () => {
  const fourAtOnce = { concurrentBatches: 4, limits: oneEach };

  it("and accepts nothing at all fails the task after twelve tries with their pauses, however many batches are in flight", async () => {
    const { attempt, clock, target } = taskBench({ random: () => 1 });
    const began = clock.monotonic();
    const writer = target.openWriter({ ...fourAtOnce, fault: () => throttled });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(99))), writer })));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "WRITE_FAILED", message: "slow down (12 tries)" } });
    expect((clock.monotonic() - began) / 1_000).toBeCloseTo(111.1, 0);
    expect(target.stored).toEqual([]);
    expect(outcome.mayStillWrite).toBeUndefined();
    // Four at once, then one at a time, and those that were in line when the last try was used up.
    expect(target.calls.length).toBeLessThanOrEqual(4 + 11 + 3);
  });

  it("has fewer calls under way from then on, and as many as before once it accepts again", async () => {
    const { attempt, clock, target } = taskBench();
    const began = clock.monotonic();
    const underWay: number[] = [];
    const writer = target.openWriter({
      ...fourAtOnce,
      onWrite: async () => {
        underWay.push(target.writesUnderWay);
        await clock.sleep(50);
      },
      fault: () => (clock.monotonic() - began < 2_000 ? throttled : null),
    });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(60))), writer })));
    expect(outcome.kind).toBe("completed");
    expect(underWay.slice(0, 4)).toEqual([1, 2, 3, 4]);
    const refusedTwice = underWay.slice(6);
    expect(refusedTwice.slice(0, 3)).toEqual([1, 1, 1]);
    expect(Math.max(...refusedTwice)).toBe(4);
    expect(target.stored.length).toBe(60);
  });

  it("gets no fresh batch while one that it refused waits: that one is not overtaken until its tries are used up", async () => {
    const { attempt, clock, target } = taskBench();
    const began = clock.monotonic();
    const writer = target.openWriter({
      ...fourAtOnce,
      fault: (batch) => (firstId(batch) === "doc 0" && clock.monotonic() - began < 1_000 ? throttled : null),
      onWrite: () => clock.sleep(50),
    });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(99))), writer })));
    expect(outcome.kind).toBe("completed");
    expect(target.stored.slice(0, 5)).toEqual(["doc 1", "doc 2", "doc 3", "doc 0", "doc 4"]);
    expect(target.stored.length).toBe(99);
  });

  it("keeps the order of a writer of one batch at a time", async () => {
    const { attempt, clock, target } = taskBench({ random: seededRandom(1) });
    const random = seededRandom(2);
    const writer = target.openWriter({ limits: oneEach, fault: () => (random() < 0.5 ? throttled : null) });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(60))), writer })));
    expect(outcome.kind).toBe("completed");
    expect(target.stored).toEqual(docs(60));
  });

  it("does not hold up an attempt that has failed: what waits for its turn is called off", async () => {
    const { attempt, clock, target } = taskBench({ random: () => 1 });
    const began = clock.monotonic();
    const denied: WriteFault = { kind: "throw", problem: new Problem("ACCESS_DENIED", "no") };
    const writer = target.openWriter({
      ...fourAtOnce,
      onWrite: () => clock.sleep(target.calls.length === 4 ? 60_000 : 50),
      fault: (batch) => (firstId(batch) === "doc 3" ? denied : throttled),
    });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(20))), writer })));
    expect(outcome).toMatchObject({ kind: "failed", error: { message: "no" } });
    expect(outcome.mayStillWrite).toBeUndefined();
    expect(clock.monotonic() - began).toBeLessThan(61_000);
    const calls = target.calls.length;
    await clock.run(clock.sleep(600_000));
    expect(target.calls.length).toBe(calls);
  });
});
