import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Handler } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import { describe, expect, it } from "vitest";
import type { Measurement } from "./ports.ts";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { FakeObjectTarget } from "./testing/fake-target.ts";
import { taskBench } from "./testing/task-bench.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);
function sumOf(metric: string, ...carried: readonly { readonly measurements?: readonly Measurement[] }[]): number {
  const all = carried.flatMap(({ measurements }) => measurements ?? []);
  return all.filter((one) => one.metric === metric).reduce((total, one) => total + one.sum, 0);
}

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

describe("checkpoints", () => {
  it("say where reading began before anything is written, where the writer recognises what it wrote by its ordinal", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const inner = fakeReader(sourceRecords(docs(10)));
    const reader: Reader = {
      ...inner,
      async *read(from, signal) {
        if (from === null) yield { records: [], nextPosition: { next: 0 }, bytesRead: 0, isStart: true };
        yield* inner.read(from, signal);
      },
    };
    const savedAtWrite: (number | undefined)[] = [];
    const writer = target.openWriter({ onWrite: async () => void savedAtWrite.push(checkpoints.saves.length) });
    await clock.run(runTask(attempt({ reader, writer: { ...writer, needsStart: true } })));
    expect(savedAtWrite[0]).toBe(1);
    expect(checkpoints.saves[0]).toMatchObject({ position: { next: 0 }, counts: { recordsRead: 0 } });
    expect(target.stored).toEqual(docs(10));
  });

  it("fall every so many records, in order, each with a closed balance and its own error files", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    const texts = Array.from({ length: 100 }, (_, n) => (n % 10 === 0 ? `error ${n}` : `doc ${n}`));
    await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(texts), { onRead: () => clock.sleep(5) }) })));
    expect(checkpoints.saves.map(({ counts }) => counts.recordsRead)).toEqual([20, 40, 60, 80, 100]);
    for (const { counts, errorFiles } of checkpoints.saves) {
      expect(counts.recordsRead).toBe(counts.documentsWritten + counts.recordsSkipped + counts.recordsErrored);
      expect(errorFiles.reduce((sum, file) => sum + file.records, 0)).toBe(2);
    }
  });

  it("precede the acknowledgement of exactly the batches they cover", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    const acknowledged: (readonly SourceRecord["start"][])[] = [];
    const reader = fakeReader(sourceRecords(docs(55)), { acknowledged, onRead: () => clock.sleep(5) });
    const behind: boolean[] = [];
    const acknowledge = reader.acknowledge!;
    reader.acknowledge = async (starts) => {
      behind.push(Number(checkpoints.last?.position?.next) > Number(starts.at(-1)));
      await acknowledge(starts);
    };
    await clock.run(runTask(attempt({ reader })));
    expect(acknowledged.flat()).toEqual(Array.from({ length: 55 }, (_, n) => n));
    expect(behind.every(Boolean)).toBe(true);
  });

  it("keep no body of what waits for its acknowledgement", async () => {
    const { attempt, clock } = taskBench();
    const bodies: WeakRef<Uint8Array>[] = [];
    let kept = Number.NaN;
    const read = async function* () {
      for (let next = 0; next < 100; next++) {
        const [record] = sourceRecords(["skip"]);
        bodies.push(new WeakRef(record!.body));
        yield { records: [{ ...record!, start: next }], nextPosition: { next }, bytesRead: 4 };
      }
      await clock.sleep(1_000);
      collectGarbage();
      kept = bodies.filter((body) => body.deref()).length;
    };
    const reader = { read, acknowledge: async () => {}, close: async () => {} };
    const limits = { timeoutSeconds: 900, checkpointRecords: 1_000 };
    await clock.run(runTask(attempt({ reader, limits })));
    // The last one read is still in the hands of who read it.
    expect(kept).toBeLessThan(5);
  });

  it("wait for the object to close where the writer flushes", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    const objects = new FakeObjectTarget();
    const writer = objects.openWriter({ objectDocumentsMax: 30 });
    await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(100))), writer })));
    expect(objects.stored).toEqual(docs(100));
    const firsts = [...objects.objects.keys()];
    expect(firsts).toEqual([0, ...checkpoints.saves.slice(0, -1).map(({ counts }) => counts.recordsRead)]);
  });

  it("come at once when the source waits for its acknowledgement, also while an object is open", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    const records = sourceRecords(docs(30));
    let acknowledged = 0;
    const reader: Reader = {
      async *read() {
        for (let next = 10; next <= 30; next += 10) {
          const nextPosition = { next };
          yield { records: records.slice(next - 10, next), nextPosition, bytesRead: 10 };
          while (acknowledged < next) {
            yield { records: [], nextPosition, bytesRead: 0, awaitsAcknowledgement: true };
            await clock.sleep(1_000);
          }
        }
      },
      acknowledge: async (starts) => {
        acknowledged += starts.length;
      },
      close: async () => {},
    };
    const writer = new FakeObjectTarget().openWriter({ objectDocumentsMax: 1_000 });
    await clock.run(runTask(attempt({ reader, writer, limits: { timeoutSeconds: 30 } })));
    expect(acknowledged).toBe(30);
    expect(checkpoints.saves.map(({ counts }) => counts.recordsRead)).toEqual([10, 20, 30]);
  });

  it("are tried again while the database does not answer", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    let outages = 20;
    const input = attempt({ reader: fakeReader(sourceRecords(docs(50))) });
    const flaky = {
      load: () => checkpoints.load(),
      save: (...parts: Parameters<typeof checkpoints.save>) => {
        if (outages-- > 0) return Promise.reject(new Problem("DATABASE_UNAVAILABLE", "no answer"));
        return checkpoints.save(...parts);
      },
    };
    const outcome = await clock.run(runTask({ ...input, checkpoints: flaky }));
    expect(outcome).toMatchObject({ kind: "completed", counts: { recordsRead: 50 } });
  });

  it("carry measurements that are each counted once", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    const outcome = await clock.run(
      runTask(attempt({ reader: fakeReader(sourceRecords([...docs(90), ...Array<string>(10).fill("skip")])) })),
    );
    const sum = (metric: string) => sumOf(metric, ...checkpoints.saves, outcome);
    expect(sum("records.processed")).toBe(90);
    expect(sum("records.skipped")).toBe(10);
    expect(sum("read.records")).toBe(100);
    expect(sum("bytes.read")).toBe(outcome.counts.bytesRead);
    expect(sum("bytes.written")).toBe(outcome.counts.bytesWritten);
    expect(sum("checkpoint.succeeded")).toBe(checkpoints.saves.length);
  });

  it("carry what of the source they cover, not what was read ahead", async () => {
    const { attempt, clock, checkpoints, target } = taskBench();
    const handler = { ...fakeHandler(), takeTranscoded: () => 1 };
    const reader = fakeReader(sourceRecords(docs(200)));
    await clock.run(
      runTask(attempt({ handler, reader, writer: target.openWriter({ onWrite: () => clock.sleep(50) }) })),
    );
    expect(checkpoints.saves.length).toBeGreaterThan(3);
    for (const [at, { counts, position }] of checkpoints.saves.entries()) {
      const saved = checkpoints.saves.slice(0, at + 1);
      expect(sumOf("bytes.read", ...saved)).toBe(counts.bytesRead);
      expect(sumOf("read.records", ...saved)).toBe(counts.recordsRead);
      expect(sumOf("records.transcoded", ...saved)).toBe(Number(position?.next) / 10);
    }
  });

  it("carry the wait of every write batch, also of those that found a writer free", async () => {
    const { attempt, clock, checkpoints, target } = taskBench();
    const writer = target.openWriter({ onWrite: () => clock.sleep(target.calls.length === 1 ? 300 : 0) });
    const reader = fakeReader(sourceRecords(docs(70)), { onRead: (index) => clock.sleep(index === 0 ? 0 : 100) });
    const outcome = await clock.run(runTask(attempt({ reader, writer })));
    const measured = [...checkpoints.saves, outcome].flatMap(({ measurements }) => measurements ?? []);
    const waits = measured.filter(({ metric }) => metric === "queue-wait.milliseconds");
    expect(waits.reduce((count, one) => count + one.count, 0)).toBe(target.calls.length);
    expect(Math.min(...waits.map(({ min }) => min))).toBe(0);
    expect(Math.max(...waits.map(({ max }) => max))).toBeGreaterThan(0);
  });
});
