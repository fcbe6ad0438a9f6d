import { Problem, type ProblemCode } from "@letsdata/plugin-kit/problems";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import type { PreparedDocument } from "@letsdata/plugin-kit/writer";
import { describe, expect, it } from "vitest";
import { errorFileRecordsMax } from "./archive-errors.ts";
import { runTask } from "./run-task.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { FakeObjectTarget, type WriteFault } from "./testing/fake-target.ts";
import { type TaskBench, taskBench } from "./testing/task-bench.ts";

const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);
const fails = (code: ProblemCode, message: string): WriteFault => ({
  kind: "throw",
  problem: new Problem(code, message),
});
const firstIs =
  (documentId: string) =>
  (batch: readonly PreparedDocument[]): boolean =>
    batch[0]?.document.documentId === documentId;

/** The bench's sink, of which the first `times` calls fail. */
function failingSink({ archive }: TaskBench, code: ProblemCode, times = Number.POSITIVE_INFINITY) {
  const sink = archive.openSink();
  let left = times;
  return {
    ...sink,
    archive: async (...parts: Parameters<typeof sink.archive>) => {
      if (left-- > 0) throw new Problem(code, "s3:PutObject on the archive");
      return sink.archive(...parts);
    },
  };
}

describe("an error archive that refuses", () => {
  it("fails the attempt before its checkpoint and acknowledgement, also when it takes the next file", async () => {
    const bench = taskBench();
    const { attempt, clock, checkpoints } = bench;
    const acknowledged: (readonly SourceRecord["start"][])[] = [];
    const errors = Array.from({ length: errorFileRecordsMax }, (_, n) => `error ${n}`);
    const reader = fakeReader(sourceRecords(errors), { batchSizes: [errors.length], acknowledged });
    const outcome = await clock.run(
      runTask(
        attempt({ reader, errorSink: failingSink(bench, "ACCESS_DENIED", 1), recordErrorPolicy: "ArchiveAndContinue" }),
      ),
    );
    expect(outcome).toMatchObject({
      kind: "failed",
      error: { code: "ACCESS_DENIED", message: "s3:PutObject on the archive" },
      counts: { recordsRead: 0 },
    });
    expect(checkpoints.saves).toEqual([]);
    expect(acknowledged).toEqual([]);
  });

  it("is what is told, not the balance that it leaves open, and nothing more is written, what waited neither", async () => {
    const bench = taskBench();
    const { attempt, clock, target } = bench;
    // One document is less than a first call has.
    const texts = [...docs(1), ...Array.from({ length: errorFileRecordsMax }, (_, n) => `error ${n}`), ...docs(5)];
    const reader = fakeReader(sourceRecords(texts), { batchSizes: [1, texts.length] });
    const outcome = await clock.run(runTask(attempt({ reader, errorSink: failingSink(bench, "ACCESS_DENIED", 1) })));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "ACCESS_DENIED" } });
    expect(target.calls).toEqual([]);
  });

  it("does not hide what failed before it", async () => {
    const bench = taskBench();
    const { attempt, clock } = bench;
    const reader = fakeReader(sourceRecords(["error a", "throw b"]), { batchSizes: [1] });
    const outcome = await clock.run(runTask(attempt({ reader, errorSink: failingSink(bench, "ACCESS_DENIED") })));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "HANDLER_EXCEPTION", message: "Error: throw b" } });
  });

  it.each([
    { found: "the handler", texts: ["doc a", "error b"], reject: false },
    { found: "the target", texts: ["doc a"], reject: true },
  ])(
    "the record that stops a task by FailTask, found by $found, is told instead of it: such a record is archived first",
    async ({ texts, reject }) => {
      const bench = taskBench();
      const { attempt, clock, checkpoints, target } = bench;
      const parts = () => ({
        reader: fakeReader(sourceRecords(texts), { batchSizes: [1] }),
        writer: target.openWriter({
          fault: () => (reject ? { kind: "reject", rejections: [{ index: 0, reason: "bad", retry: false }] } : null),
        }),
        recordErrorPolicy: "FailTask" as const,
      });
      const refused = await clock.run(
        runTask(attempt({ ...parts(), errorSink: failingSink(bench, "CLOUD_UNAVAILABLE") })),
      );
      expect(refused).toMatchObject({ kind: "failed", error: { code: "CLOUD_UNAVAILABLE" } });
      const archived = await clock.run(runTask(attempt(parts())));
      expect(archived).toMatchObject({ kind: "failed", error: { code: "RECORD_ERRORED" } });
      expect(checkpoints.saves.at(-1)?.errorFiles.length).toBe(1);
    },
  );
});

describe("writes of an attempt that failed", () => {
  const twoAtOnce = {
    concurrentBatches: 2,
    limits: { maxDocumentBytes: 100, maxBatchDocuments: 1, maxBatchBytes: 100 },
  };

  it("are not tried again once its outcome is told: another attempt may have written the same keys by then", async () => {
    const { attempt, clock, target } = taskBench();
    const isFirst = firstIs("doc 0");
    const writer = target.openWriter({
      ...twoAtOnce,
      fault: (batch) => (isFirst(batch) ? fails("THROTTLED", "slow down") : fails("ACCESS_DENIED", "no")),
    });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(9))), writer })));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "WRITE_FAILED", message: "no" } });
    expect(outcome.mayStillWrite).toBeUndefined();
    const calls = target.calls.length;
    await clock.run(clock.sleep(600_000));
    expect(target.calls.length).toBe(calls);
  });

  it.each([
    { segment: "the open segment", count: 9 },
    { segment: "one that is to be saved", count: 2 },
  ])("of $segment are called off by their signal and have ended before its outcome is told", async ({ count }) => {
    const { attempt, clock, target } = taskBench();
    const began = clock.monotonic();
    const writer = target.openWriter({
      ...twoAtOnce,
      fault: (batch) => (firstIs("doc 1")(batch) ? fails("ACCESS_DENIED", "no") : null),
      onWrite: (signal) => clock.sleep(target.calls.length === 1 ? 3_600_000 : 500, signal),
    });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(count))), writer })));
    expect(outcome).toMatchObject({ kind: "failed", error: { message: "no" } });
    expect(target.writesUnderWay).toBe(0);
    expect(clock.monotonic() - began).toBeLessThan(1_000);
  });

  it("that do not end are told with the outcome after a while: who runs attempts must not go on with this process", async () => {
    const { attempt, clock, target } = taskBench();
    const began = clock.monotonic();
    const writer = target.openWriter({
      ...twoAtOnce,
      fault: (batch) => (firstIs("doc 1")(batch) ? fails("ACCESS_DENIED", "no") : null),
      onWrite: () => (target.calls.length === 1 ? new Promise(() => {}) : Promise.resolve()),
    });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(9))), writer })));
    expect(outcome).toMatchObject({ kind: "failed", error: { message: "no" }, mayStillWrite: true });
    expect(clock.monotonic() - began).toBe(5_000);
  });

  it("do not keep the attempt waiting until they are out of the way", async () => {
    const { attempt, clock, target } = taskBench();
    const began = clock.monotonic();
    const writer = target.openWriter({
      ...twoAtOnce,
      keyOf: (documentId) => (documentId === "doc 1" ? "b" : "a"),
      fault: (batch) => (firstIs("doc 1")(batch) ? fails("ACCESS_DENIED", "no") : fails("THROTTLED", "slow down")),
      onWrite: (signal) => clock.sleep(500, signal),
    });
    await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(9))), writer })));
    expect(clock.monotonic() - began).toBeLessThan(2_000);
  });

  it("do not take those along that an earlier checkpoint waits for", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const writer = target.openWriter({
      ...twoAtOnce,
      fault: (batch) => (firstIs("doc 1")(batch) ? fails("ACCESS_DENIED", "no") : null),
      onWrite: (signal) => clock.sleep(target.calls.length === 1 ? 2_000 : 0, signal),
    });
    const reader = fakeReader(sourceRecords(docs(9)), { batchSizes: [1] });
    const limits = { timeoutSeconds: 900, checkpointRecords: 1, checkpointSecondsMin: 0 };
    const outcome = await clock.run(runTask(attempt({ reader, writer, limits })));
    expect(outcome).toMatchObject({ kind: "failed", error: { message: "no" }, counts: { recordsRead: 1 } });
    expect(checkpoints.saves.map(({ position }) => position)).toEqual([{ next: 1 }]);
  });

  it("that find the lease lost abandon the task", async () => {
    const { attempt, clock, target } = taskBench();
    const writer = target.openWriter({ fault: () => fails("LEASE_LOST", "Another worker holds this task now") });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(9))), writer })));
    expect(outcome.kind).toBe("abandoned");
  });
});

describe("an object that the writer cannot close", () => {
  const denied = "AWS refused s3:PutObject on arn:aws:s3:::flights/part-0.";
  const details = { action: "s3:PutObject", resource: "arn:aws:s3:::flights/part-0" };

  async function failing(problem: Problem) {
    const { attempt, clock, checkpoints } = taskBench();
    const began = clock.monotonic();
    let flushes = 0;
    const writer = new FakeObjectTarget().openWriter();
    writer.flush = async () => {
      flushes++;
      throw problem;
    };
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(10))), writer })));
    expect(checkpoints.saves).toEqual([]);
    return { outcome, flushes, milliseconds: clock.monotonic() - began };
  }

  it.each([
    { code: "ACCESS_DENIED", message: denied, cause: { cause: "ACCESS_DENIED", ...details } },
    { code: "WRITE_FAILED", message: "SlowDown (12 tries)", cause: details },
  ] as const)("fails the task with WRITE_FAILED, and with what the target said: $code", async (of) => {
    const { outcome, flushes } = await failing(new Problem(of.code, of.message, { details }));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "WRITE_FAILED", message: of.message } });
    const told = outcome.kind === "failed" ? outcome.error.details : "";
    expect(JSON.parse(told ?? "")).toEqual(of.cause);
    expect(flushes).toBe(1);
  });

  it("is not tried again here where the writer, which did so itself, says later: another attempt makes it again", async () => {
    const { outcome, flushes, milliseconds } = await failing(new Problem("UPLOAD_LOST", "gone"));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "UPLOAD_LOST" } });
    expect(flushes).toBe(1);
    expect(milliseconds).toBe(0);
  });

  it("because the lease is lost abandons the task", async () => {
    const { outcome } = await failing(new Problem("LEASE_LOST", "Another worker holds this task now"));
    expect(outcome.kind).toBe("abandoned");
  });
});

describe("a source that cannot be told what is done", () => {
  const refusing = (problem: Problem, times = Number.POSITIVE_INFINITY) => {
    const acknowledged: (readonly SourceRecord["start"][])[] = [];
    const reader = fakeReader(sourceRecords(docs(30)), { acknowledged });
    const acknowledge = reader.acknowledge!;
    let left = times;
    reader.acknowledge = async (starts) => {
      if (left-- > 0) throw problem;
      await acknowledge(starts);
    };
    return { reader, acknowledged };
  };

  it("for a while is asked again, and then left: records come again, none is lost, and the log says it", async () => {
    for (const times of [3, Number.POSITIVE_INFINITY]) {
      const { attempt, clock, checkpoints } = taskBench();
      const { reader, acknowledged } = refusing(new Problem("CLOUD_UNAVAILABLE", "reset"), times);
      const warnings: unknown[] = [];
      const log = (level: string, _: string, details?: object) => void (level === "warn" && warnings.push(details));
      const outcome = await clock.run(runTask(attempt({ reader, log })));
      expect(outcome.kind).toBe("completed");
      expect(checkpoints.last?.counts.recordsRead).toBe(30);
      expect(acknowledged.length).toBe(times === 3 ? 3 : 0);
      expect(warnings).toEqual(times === 3 ? [] : Array(3).fill({ code: "CLOUD_UNAVAILABLE", reason: "reset" }));
    }
  });

  it("for good fails the attempt behind its checkpoint, with the source and what it refused", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    const denied = "AWS refused sqs:DeleteMessage on arn:aws:sqs:eu-west-1:111122223333:flights.";
    const { reader } = refusing(new Problem("ACCESS_DENIED", denied));
    const outcome = await clock.run(runTask(attempt({ reader })));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "ACCESS_DENIED" } });
    const message = outcome.kind === "failed" ? outcome.error.message : "";
    expect(message).toContain("log.gz");
    expect(message).toContain("sqs:DeleteMessage");
    expect(outcome.counts.recordsRead).toBeGreaterThan(0);
    expect(outcome.counts).toEqual(checkpoints.last?.counts);
  });
});

describe("a source that is read to its end", () => {
  it.each(["stopped", "rerun"])(
    "completes, although the task is told to end (%s) while the last of it is written",
    async (reason) => {
      const { attempt, clock, stop, checkpoints } = taskBench();
      const writer = new FakeObjectTarget().openWriter();
      const flush = writer.flush!;
      writer.flush = async (signal) => {
        stop.abort(reason);
        await flush(signal);
      };
      const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(10))), writer })));
      expect(outcome).toMatchObject({ kind: "completed", counts: { recordsRead: 10 } });
      expect(checkpoints.last?.counts.recordsRead).toBe(10);
    },
  );
});
