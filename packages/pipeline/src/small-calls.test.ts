import type { Handler } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { WriterLimits } from "@letsdata/plugin-kit/writer";
import { describe, expect, it } from "vitest";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import type { WriteFault } from "./testing/fake-target.ts";
import { taskBench } from "./testing/task-bench.ts";

const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);
const unavailable: WriteFault = { kind: "throw", problem: new Problem("CLOUD_UNAVAILABLE", "503") };
const roomy = { maxDocumentBytes: 1_000, maxBatchDocuments: 500, maxBatchBytes: 1_000_000 };

/** What ends a call before it has as many documents as the target takes, and leaves one or two in it. */
const cuts: Readonly<Record<string, { readonly limits: WriterLimits; readonly keyOf?: () => string }>> = {
  "one key": { limits: { maxDocumentBytes: 1_000, maxBatchDocuments: 10, maxBatchBytes: 100_000 }, keyOf: () => "key" },
  bytes: { limits: { maxDocumentBytes: 1_000, maxBatchDocuments: 500, maxBatchBytes: 15 } },
};

describe.each(Object.entries(cuts))("calls that %s cuts short are full ones", (_, { limits, keyOf }) => {
  it("behind an outage the pauses of single refusals become short again", async () => {
    const { attempt, clock, target } = taskBench();
    const began = clock.monotonic();
    const outageMilliseconds = 15_000;
    let calls = 0;
    const fault = (): WriteFault => {
      if (clock.monotonic() - began < outageMilliseconds) return unavailable;
      return ++calls % 200 === 0 ? unavailable : null;
    };
    const writer = target.openWriter({ limits, keyOf, fault, onWrite: () => clock.sleep(20) });
    const reader = fakeReader(sourceRecords(docs(4_000)), { batchSizes: [500], isDivisible: true });
    const outcome = await clock.run(runTask(attempt({ reader, writer, limits: { timeoutSeconds: 900 } })));
    expect(outcome.kind).toBe("completed");
    const calling = calls * 20;
    const [pausing, longestPause] = [clock.monotonic() - began - outageMilliseconds - calling, 30_000];
    expect(pausing).toBeLessThan(longestPause + (calls / 200) * 500);
  });

  it("a refusal does not leave a handler, whose calls take as long whatever is in them, with few records each", async () => {
    const { attempt, clock, target } = taskBench();
    let [writes, handlings] = [0, 0];
    const handler: Handler = {
      async handle(batch, signal) {
        handlings++;
        await clock.sleep(1_100, signal);
        return fakeHandler().handle(batch, signal);
      },
      close: async () => {},
    };
    const fault = () => (++writes === 3 ? unavailable : null);
    const writer = target.openWriter({ limits, keyOf, fault, onWrite: () => clock.sleep(20) });
    const reader = fakeReader(sourceRecords(docs(1_000)), { batchSizes: [500], isDivisible: true });
    const outcome = await clock.run(runTask(attempt({ reader, writer, handler, limits: { timeoutSeconds: 900 } })));
    expect(outcome.kind).toBe("completed");
    expect(handlings).toBeLessThan(20);
  });
});

describe("calls that a slow source leaves small say nothing of larger ones", () => {
  it("so its records keep their order", async () => {
    const { attempt, clock, target } = taskBench();
    let calls = 0;
    const onWrite = () => clock.sleep(++calls % 5 === 0 ? 3_000 : 20);
    const writer = target.openWriter({ concurrentBatches: 4, limits: roomy, onWrite });
    const onRead = (_: number, signal: AbortSignal) => clock.sleep(1_100, signal);
    const reader = fakeReader(sourceRecords(docs(24)), { batchSizes: [1], onRead });
    const outcome = await clock.run(runTask(attempt({ reader, writer })));
    expect(outcome.kind).toBe("completed");
    expect(target.stored).toEqual(docs(24));
  });

  it("so what comes all at once behind them does not meet a slow target all at once", async () => {
    const { attempt, clock, target } = taskBench();
    const oneByOne = 10;
    const writer = target.openWriter({ concurrentBatches: 4, limits: roomy, onWrite: () => clock.sleep(20) });
    const reader = fakeReader(sourceRecords(docs(oneByOne + 1_000)), {
      batchSizes: [...Array<number>(oneByOne).fill(1), 500, 500],
      isDivisible: true,
      onRead: (read, signal) => clock.sleep(read < oneByOne ? 1_100 : 0, signal),
    });
    const outcome = await clock.run(runTask(attempt({ reader, writer })));
    expect(outcome.kind).toBe("completed");
    expect(target.calls.slice(oneByOne, oneByOne + 3).every((batch) => batch.length <= 32)).toBe(true);
    expect(target.stored).toEqual(docs(oneByOne + 1_000));
  });
});
