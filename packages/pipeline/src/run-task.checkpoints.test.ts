import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Reader, SourceRecord } from "@letsdata/plugin-kit/reader";
import { describe, expect, it } from "vitest";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { FakeObjectTarget } from "./testing/fake-target.ts";
import { sumOf } from "./testing/sum-of.ts";
import { taskBench } from "./testing/task-bench.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);

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
