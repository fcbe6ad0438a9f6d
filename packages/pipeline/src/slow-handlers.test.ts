import type { Handler } from "@letsdata/plugin-kit/handler";
import { expect, it } from "vitest";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import type { ManualClock } from "./testing/manual-clock.ts";
import { taskBench } from "./testing/task-bench.ts";

const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);
const limits = { timeoutSeconds: 300, checkpointRecords: 500 };
const secondsARecord = 0.7;

/** A handler in this process that takes so long for a line; `given`: how many records it got at each call. */
function holdingTheThread(clock: ManualClock, millisecondsOf: (line: number) => number) {
  const given: number[] = [];
  const { handle, ...rest } = fakeHandler();
  const handler: Handler = {
    ...rest,
    handle(batch, signal) {
      given.push(batch.length);
      for (const { start } of batch) clock.advance(millisecondsOf(Number(start)));
      return handle(batch, signal);
    },
  };
  return { handler, given };
}

it.each([
  { name: "in this process, which does not let go of the thread", queues: null },
  { name: "outside this process", queues: false },
  { name: "outside this process that queues", queues: true },
])("a handler $name and needs longer than an attempt for a batch moves on with every attempt", async ({ queues }) => {
  const { attempt, clock, checkpoints, target } = taskBench();
  const openHandler = (): Handler => {
    if (queues !== null) {
      return fakeHandler({ asynchronous: true, queues, workOn: () => clock.sleep(1_000 * secondsARecord) });
    }
    return holdingTheThread(clock, () => 1_000 * secondsARecord).handler;
  };
  const began = clock.now();
  for (let attempts = 1; ; attempts++) {
    const attemptBegan = clock.now();
    const reader = fakeReader(sourceRecords(docs(1_000)), { batchSizes: [500], isDivisible: true });
    const outcome = await clock.run(runTask(attempt({ reader, handler: openHandler(), limits })));
    expect(clock.now() - attemptBegan).toBeLessThan(1_000 * limits.timeoutSeconds);
    if (outcome.kind === "completed") break;
    expect(outcome.kind).toBe("rerun");
    expect(outcome.counts.recordsRead).toBeGreaterThan(attempts * 300);
  }
  expect(target.stored).toEqual(docs(1_000));
  expect(checkpoints.saves.length).toBeGreaterThan((1_000 * secondsARecord) / 15);
  expect(clock.now() - began).toBeLessThan(1_000 * 1_000 * secondsARecord * 1.1);
});

it("a quick handler is given whole batches after the first few records", async () => {
  const { attempt, clock } = taskBench();
  const { handler, given } = holdingTheThread(clock, () => 1);
  const reader = fakeReader(sourceRecords(docs(5_000)), { batchSizes: [500], isDivisible: true });
  await clock.run(runTask(attempt({ reader, handler })));
  expect(given[0]).toBe(1);
  const whole = given.indexOf(500);
  expect(whole).toBeLessThan(12);
  expect(given.slice(whole)).toEqual(Array(given.length - whole).fill(500));
  expect(given.length - whole).toBe(9);
});

it.each([
  { name: "makes no documents", prefix: "skip" },
  { name: "makes errors only", prefix: "error" },
])("a quick handler that $name is not held back by a target that it does not need", async ({ prefix }) => {
  const { attempt, clock } = taskBench();
  const { handler, given } = holdingTheThread(clock, () => 0.1);
  const texts = docs(5_000).map((text) => `${prefix} ${text}`);
  const reader = fakeReader(sourceRecords(texts), { batchSizes: [500], isDivisible: true });
  const outcome = await clock.run(runTask(attempt({ reader, handler })));
  expect(outcome.kind).toBe("completed");
  expect(given.filter((records) => records === 500).length).toBe(9);
});

it("a handler that becomes slow is given less at once, and more when it is quick again", async () => {
  const { attempt, clock } = taskBench();
  const { handler, given } = holdingTheThread(clock, (line) => (line >= 500 && line < 1_500 ? 500 : 1));
  const reader = fakeReader(sourceRecords(docs(3_000)), { batchSizes: [500], isDivisible: true });
  await clock.run(runTask(attempt({ reader, handler })));
  const slowFrom = given.findIndex((_, n) => given.slice(0, n + 1).reduce((sum, records) => sum + records) > 500);
  const after = given.slice(slowFrom + 1);
  expect(after.slice(0, 40).every((records) => records <= 10)).toBe(true);
  expect(after.at(-1)).toBeGreaterThan(100);
});

it.each([1_100, 4_000])(
  "a handler whose calls take %i ms whatever is in them is given many records at once",
  async (millisecondsOfCall) => {
    const { attempt, clock } = taskBench();
    const { handle, ...rest } = fakeHandler();
    const handler: Handler = {
      ...rest,
      async handle(batch, signal) {
        await clock.sleep(millisecondsOfCall, signal);
        return handle(batch, signal);
      },
    };
    const reader = fakeReader(sourceRecords(docs(5_000)), { batchSizes: [500], isDivisible: true });
    const began = clock.now();
    const outcome = await clock.run(runTask(attempt({ reader, handler })));
    expect(outcome.kind).toBe("completed");
    expect((clock.now() - began) / millisecondsOfCall).toBeLessThan(50);
  },
);
