import type { Handler } from "@letsdata/plugin-kit/handler";
import type { Reader } from "@letsdata/plugin-kit/reader";
import { describe, expect, it } from "vitest";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { sumOf } from "./testing/sum-of.ts";
import { taskBench } from "./testing/task-bench.ts";

const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);

describe("batches", () => {
  it("keep the writer's limits and the source's order", async () => {
    const { attempt, clock, target } = taskBench();
    await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(docs(100)), { batchSizes: [13, 1, 40] }),
          writer: target.openWriter({ limits: { maxDocumentBytes: 100, maxBatchDocuments: 9, maxBatchBytes: 300 } }),
        }),
      ),
    );
    expect(target.stored).toEqual(docs(100));
    for (const call of target.calls) expect(call.length).toBeLessThanOrEqual(6);
    expect(target.writesUnderWayMax).toBe(1);
  });

  it("that cost alike are full ones of whole read batches from the first on, and checkpoints that are due by records fall between them", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(docs(700)), { batchSizes: [7] }),
          writer: target.openWriter({
            limits: { maxDocumentBytes: 100, maxBatchDocuments: 30, maxBatchBytes: 10_000, batchesCostAlike: true },
            onWrite: () => clock.sleep(50),
          }),
          limits: { timeoutSeconds: 900, checkpointRecords: 10, checkpointSecondsMin: 0 },
        }),
      ),
    );
    expect(target.stored).toEqual(docs(700));
    const sizes = target.calls.map((call) => call.length);
    expect(sizes.every((size) => size === 28)).toBe(true);
    let written = 0;
    const behindCalls = sizes.map((size) => (written += size));
    // One that is due while another is saved waits for the next batch.
    for (const { counts } of checkpoints.saves) expect(behindCalls).toContain(counts.recordsRead);
    expect(checkpoints.saves.length).toBeGreaterThan(10);
    expect(checkpoints.last?.counts.recordsRead).toBe(700);
  });

  it("that cost alike wait for one another no longer than documents linger, and a checkpoint that is due comes with them", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(docs(30)), {
            batchSizes: [1],
            onRead: (_, signal) => clock.sleep(700, signal),
          }),
          writer: target.openWriter({
            limits: { maxDocumentBytes: 100, maxBatchDocuments: 30, maxBatchBytes: 10_000, batchesCostAlike: true },
          }),
          limits: { timeoutSeconds: 900, checkpointRecords: 1, checkpointSeconds: 10, checkpointSecondsMin: 0 },
        }),
      ),
    );
    expect(target.stored).toEqual(docs(30));
    for (const call of target.calls) expect(call.length).toBeLessThanOrEqual(2);
    expect(checkpoints.saves.length).toBe(target.calls.length);
  });

  it("wait a second for more, no longer, also behind a call that took long", async () => {
    const { attempt, clock, target } = taskBench();
    const began = clock.monotonic();
    const readAt = [0, 500, 1_500, 41_000, 300_000];
    const written = new Map<string, number>();
    const writer = target.openWriter({
      onWrite: async () => {
        for (const id of target.calls.at(-1)!) written.set(id, clock.monotonic() - began);
        await clock.sleep(target.calls.length === 1 ? 40_000 : 50);
      },
    });
    const reader = fakeReader(sourceRecords(docs(readAt.length)), {
      batchSizes: [1],
      onRead: (read, signal) => clock.sleep(Math.max(0, readAt[read]! - (clock.monotonic() - began)), signal),
    });
    const outcome = await clock.run(runTask(attempt({ reader, writer })));
    expect(outcome.kind).toBe("completed");
    expect(written.get("doc 3")).toBeLessThanOrEqual(42_100);
  });

  it("do not wait for a handler that is slow with what comes next", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const handler: Handler = {
      async handle(batch, signal) {
        if (batch[0]!.start === 5) await clock.sleep(60_000, signal);
        return await fakeHandler().handle(batch, signal);
      },
      close: async () => {},
    };
    const began = clock.monotonic();
    const writtenAt: number[] = [];
    await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(docs(10)), { batchSizes: [5] }),
          handler,
          writer: target.openWriter({
            limits: { maxDocumentBytes: 100, maxBatchDocuments: 30, maxBatchBytes: 10_000, batchesCostAlike: true },
            onWrite: async () => void writtenAt.push(clock.monotonic() - began),
          }),
          limits: { timeoutSeconds: 900, checkpointRecords: 1, checkpointSecondsMin: 0 },
        }),
      ),
    );
    expect(target.stored).toEqual(docs(10));
    expect(writtenAt[0]).toBeLessThanOrEqual(1_000);
    expect(checkpoints.saves[0]?.counts.recordsRead).toBe(5);
  });

  it("are in flight up to the writer's concurrency, and no more", async () => {
    const { attempt, clock, target } = taskBench();
    await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(docs(200))),
          writer: target.openWriter({ concurrentBatches: 4, onWrite: () => clock.sleep(50) }),
          limits: { timeoutSeconds: 900 },
        }),
      ),
    );
    expect(target.writesUnderWayMax).toBe(4);
    expect([...target.stored].sort()).toEqual(docs(200).sort());
  });

  it.each([
    { handler: "that queues", queuesBatches: true, records: 60, padBytes: 0, aheadMax: 4 },
    { handler: "that queues, where they are large", queuesBatches: true, records: 12, padBytes: 800_000, aheadMax: 2 },
    { handler: "that does not", queuesBatches: false, records: 60, padBytes: 0, aheadMax: 1 },
  ])("are with a handler $handler: $aheadMax at most, each measured from when it is worked on", async (given) => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const inner = fakeHandler({ asynchronous: true, queues: given.queuesBatches });
    let working = Promise.resolve();
    let underWay = 0;
    let underWayMax = 0;
    const handler: Handler = {
      ...inner,
      async handle(batch, signal) {
        underWayMax = Math.max(underWayMax, ++underWay);
        working = working.then(() => clock.sleep(10));
        await working;
        underWay--;
        const unpadded = batch.map((record) => ({
          ...record,
          body: record.body.subarray(0, -given.padBytes || undefined),
        }));
        return inner.handle(unpadded, signal);
      },
    };
    const padded = sourceRecords(docs(given.records)).map((record) => ({
      ...record,
      body: Buffer.concat([record.body, Buffer.alloc(given.padBytes, " ")]),
    }));
    const reader = fakeReader(padded, { batchSizes: [3] });
    const outcome = await clock.run(runTask(attempt({ reader, handler, limits: { timeoutSeconds: 900 } })));
    expect(target.stored).toEqual(docs(given.records));
    expect(underWayMax).toBe(given.aheadMax);
    expect(sumOf("extract.milliseconds", ...checkpoints.saves, outcome)).toBe((given.records / 3) * 10);
  });

  it("leave after a second although they are not full, and are checkpointed after ten", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const seen: [number, number, number][] = [];
    const began = clock.monotonic();
    const reader = fakeReader(sourceRecords(docs(2)), {
      batchSizes: [1],
      onRead: async (index) => {
        if (index !== 1) return;
        for (const seconds of [0.9, 0.2, 8.8, 0.2]) {
          await clock.sleep(seconds * 1_000);
          seen.push([(clock.monotonic() - began) / 1_000, target.stored.length, checkpoints.saves.length]);
        }
      },
    });
    await clock.run(runTask(attempt({ reader })));
    expect(seen.map(([at, ...rest]) => [Math.round(at * 10) / 10, ...rest])).toEqual([
      [0.9, 0, 0],
      [1.1, 1, 0],
      [9.9, 1, 0],
      [10.1, 1, 1],
    ]);
  });

  it("hold the reader back: memory stays bounded however slow the target is", async () => {
    const { attempt, clock, target } = taskBench();
    let readUpTo = 0;
    let aheadMax = 0;
    await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(docs(2_000)), {
            onRead: (index) => {
              readUpTo = index;
              aheadMax = Math.max(aheadMax, readUpTo - target.stored.length);
            },
          }),
          writer: target.openWriter({ onWrite: () => clock.sleep(10) }),
        }),
      ),
    );
    expect(target.stored.length).toBe(2_000);
    expect(aheadMax).toBeLessThan(150);
  });

  it.each(["body", "bytesInPlace"] as const)(
    "are held by what they unpack to in %s, however few bytes the source sent",
    async (where) => {
      const { attempt, clock } = taskBench();
      const bytes = new Uint8Array(4 * 1024 * 1024);
      const source = { type: "SHARD", name: "stream" };
      let read = 0;
      let handled = 0;
      let heldMax = 0;
      const reader: Reader = {
        async *read() {
          for (let next = 0; next < 20; next++) {
            heldMax = Math.max(heldMax, ++read - handled);
            const record = { source, start: next, end: next, attributes: {}, body: new Uint8Array(), [where]: bytes };
            yield { records: [record], nextPosition: { next }, bytesRead: 100 };
          }
        },
        close: async () => {},
      };
      const handler: Handler = {
        async handle(batch, signal) {
          await clock.sleep(100, signal);
          handled += batch.length;
          return batch.map(() => ({ kind: "skip", reason: null }));
        },
        close: async () => {},
      };
      const outcome = await clock.run(runTask(attempt({ reader, handler, limits: { timeoutSeconds: 900 } })));
      expect(outcome.counts.recordsSkipped).toBe(20);
      expect(heldMax).toBeLessThanOrEqual(4);
    },
  );
});
