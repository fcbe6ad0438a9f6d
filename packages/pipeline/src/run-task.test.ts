import type { ErrorDocument, Handler } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import { describe, expect, it } from "vitest";
import { pipelineMetrics } from "./measure.ts";
import { runTask } from "./run-task.ts";
import { fakeHandler } from "./testing/fake-handler.ts";
import { FakeQueue } from "./testing/fake-queue.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { taskBench } from "./testing/task-bench.ts";

const docs = (count: number): string[] => Array.from({ length: count }, (_, n) => `doc ${n}`);
const failedPart: ErrorDocument = {
  ...{ message: "bad line", documentId: null, recordType: null, partitionKey: null, documentMetadata: {} },
  ...{ startOffsets: null, endOffsets: null, document: null, parts: [] },
};
const lazily = (problem: () => Problem) => () => Promise.reject(problem());

describe("every record", () => {
  it("ends as document, skip or error, in order, and the counts say so", async () => {
    const { attempt, clock, target, archive, checkpoints } = taskBench();
    const texts = ["doc a", "skip b", "error c", "unwritable d", "doc e"];
    const reader = fakeReader(sourceRecords(texts), { batchSizes: [2] });
    const outcome = await clock.run(runTask(attempt({ reader })));
    expect(outcome).toMatchObject({
      kind: "completed",
      counts: { recordsRead: 5, documentsWritten: 2, recordsSkipped: 1, recordsErrored: 2, bytesRead: 35 },
    });
    expect(target.stored).toEqual(["doc a", "doc e"]);
    const archived = [...archive.files.values()].flat();
    expect(archived.map(({ origin, code, errorMessage }) => [origin, code, errorMessage])).toEqual([
      ["HANDLER", "HANDLER_ERROR_DOC", "error c"],
      ["SYSTEM", "INVALID_DOCUMENT_KEY", "key cannot be used"],
    ]);
    expect(archived[0]).toMatchObject({
      errorStartOffsetMap: { LOG: "2" },
      errorEndOffsetMap: { LOG: "3" },
      record: { encoding: "utf8", body: "error c", truncated: false },
      source: { fileNames: { LOG: "log.gz" } },
    });
    expect(checkpoints.last?.position).toEqual({ next: 5 });
  });

  it("that is skipped with errors of its parts counts as a skip, and the errors are archived", async () => {
    const { attempt, clock, archive } = taskBench();
    const handler: Handler = {
      handle: (batch) => batch.map(() => ({ kind: "skip", reason: null, partErrors: [failedPart] })),
      close: async () => {},
    };
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(["a"])), handler })));
    expect(outcome.counts).toMatchObject({ recordsRead: 1, recordsSkipped: 1, recordsErrored: 0 });
    expect([...archive.files.values()].flat()).toMatchObject([{ code: "HANDLER_ERROR_DOC", parts: [failedPart] }]);
  });

  it.each([
    ["too large for the target", "doc", "x".repeat(1_000), "DOCUMENT_TOO_LARGE"],
    ["refused by the target", "unwritable", "b", "INVALID_DOCUMENT_KEY"],
  ])("whose document is %s keeps the errors of its parts in its error record", async (_, kind, text, code) => {
    const { attempt, clock, archive } = taskBench();
    const documents = fakeHandler();
    const handler: Handler = {
      ...documents,
      handle: async (batch, signal) =>
        (await documents.handle(batch, signal)).map((result) => ({ ...result, partErrors: [failedPart] })),
    };
    const outcome = await clock.run(
      runTask(attempt({ reader: fakeReader(sourceRecords([`${kind} ${text}`])), handler })),
    );
    expect(outcome.counts).toMatchObject({ recordsErrored: 1, documentsWritten: 0 });
    expect([...archive.files.values()].flat()).toMatchObject([{ code, parts: [failedPart] }]);
  });

  it("that the reader could not hand out whole becomes a system error record and never reaches the handler", async () => {
    const { attempt, clock, archive, target } = taskBench();
    const [a, b, c] = sourceRecords(["doc a", "throw b", "doc c"]);
    const refused = { ...b!, refused: { code: "RECORD_TOO_LARGE", message: "over 64 MiB" } as const };
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader([a!, refused, c!]) })));
    expect(outcome.counts).toMatchObject({ recordsRead: 3, documentsWritten: 2, recordsErrored: 1 });
    expect([...archive.files.keys()]).toEqual(["000000000001-0"]);
    expect([...archive.files.values()].flat()[0]).toMatchObject({ origin: "SYSTEM", code: "RECORD_TOO_LARGE" });
    expect(target.stored).toEqual(["doc a", "doc c"]);
  });

  it("that failed is archived whole, as far as its reader does not say how much is enough", async () => {
    const body = `error ${"x".repeat(256 * 1024)}`;
    for (const errorBodyBytesMax of [undefined, 64 * 1024]) {
      const { attempt, clock, archive } = taskBench();
      const queue = new FakeQueue(sourceRecords([body])).openReader([1]);
      const reader = errorBodyBytesMax === undefined ? queue : { ...queue, errorBodyBytesMax };
      await clock.run(runTask(attempt({ reader })));
      const [archived] = [...archive.files.values()].flat();
      expect(archived?.record.truncated).toBe(errorBodyBytesMax !== undefined);
      expect(archived?.record.body.length).toBe(errorBodyBytesMax ?? body.length);
    }
  });

  it("is treated alike where handler and writer answer with promises", async () => {
    const { attempt, clock, target } = taskBench();
    const outcome = await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(["doc a", "error b", "skip c", "unwritable d", "doc e"])),
          handler: fakeHandler({ asynchronous: true }),
          writer: target.openWriter({ asynchronousPrepare: true }),
        }),
      ),
    );
    expect(outcome.counts).toMatchObject({ recordsRead: 5, documentsWritten: 2, recordsSkipped: 1, recordsErrored: 2 });
  });

  it("too large for the target becomes a system error record", async () => {
    const { attempt, clock, archive } = taskBench();
    const outcome = await clock.run(
      runTask(attempt({ reader: fakeReader(sourceRecords([`doc ${"x".repeat(1_000)}`])) })),
    );
    expect(outcome.counts).toMatchObject({ recordsErrored: 1, documentsWritten: 0 });
    expect([...archive.files.values()].flat()[0]).toMatchObject({ code: "DOCUMENT_TOO_LARGE" });
  });

  it("without any: an empty source completes with empty counts", async () => {
    const { attempt, clock } = taskBench();
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader([]) })));
    expect(outcome).toMatchObject({ kind: "completed", counts: { recordsRead: 0 } });
  });
});

describe("a failure", () => {
  it("of the handler ends the attempt, and what was before it is kept", async () => {
    const { attempt, clock, checkpoints, target } = taskBench();
    const texts = docs(40);
    texts[25] = "throw";
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(texts)) })));
    expect(outcome).toMatchObject({
      kind: "failed",
      error: { code: "HANDLER_EXCEPTION" },
      counts: { recordsRead: 20 },
    });
    expect(checkpoints.last?.counts.documentsWritten).toBe(20);
    expect(target.stored).toEqual(docs(20));
  });

  it("of a handler that throws something odd is a handler exception too, without its text in public", async () => {
    const { attempt, clock } = taskBench();
    const handler = {
      ...fakeHandler(),
      handle: () => {
        throw "secret";
      },
    };
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(1))), handler })));
    expect(outcome.kind === "failed" && outcome.error.code).toBe("HANDLER_EXCEPTION");
    expect(outcome.kind === "failed" && outcome.error.message).not.toContain("secret");
  });

  it("of the reader for good ends the attempt, and what was before it is kept", async () => {
    const { attempt, clock } = taskBench();
    const onRead = (index: number) => {
      if (index >= 30) throw new Problem("SOURCE_CORRUPT", "log.gz ends in the middle");
    };
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(40)), { onRead }) })));
    expect(outcome).toMatchObject({
      kind: "failed",
      error: { code: "SOURCE_CORRUPT" },
      counts: { documentsWritten: 30 },
    });
  });

  it("of the reader for a while is waited out", async () => {
    const { attempt, clock, target } = taskBench();
    let failures = 0;
    const onRead = () => {
      if (failures++ % 3 !== 2) throw new Problem("CLOUD_UNAVAILABLE", "connection reset");
    };
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(40)), { onRead }) })));
    expect(outcome.kind).toBe("completed");
    expect(target.stored).toEqual(docs(40));
  });

  it("of the target that lasts ends the attempt with the checkpoint unmoved", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const fault = () =>
      target.stored.length >= 21 ? ({ kind: "throw", problem: new Problem("THROTTLED", "slow down") } as const) : null;
    const reader = fakeReader(sourceRecords(docs(60)), { onRead: () => clock.sleep(5) });
    const outcome = await clock.run(runTask(attempt({ reader, writer: target.openWriter({ fault }) })));
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "WRITE_FAILED" }, counts: { recordsRead: 20 } });
    expect(checkpoints.last?.position).toEqual({ next: 20 });
    // A call that the pace made smaller is told from one that is sent again by its size: twelve in a row end the attempt.
    const firstRefused = target.calls.findIndex((call) => call.includes(`doc ${target.stored.length}`));
    expect(target.calls.length - firstRefused).toBe(12);
  });

  it("of access is not tried again", async () => {
    const { attempt, clock, target } = taskBench();
    const fault = () => ({ kind: "throw", problem: new Problem("ACCESS_DENIED", "kinesis:PutRecords") }) as const;
    const outcome = await clock.run(
      runTask(attempt({ reader: fakeReader(sourceRecords(docs(3))), writer: target.openWriter({ fault }) })),
    );
    expect(outcome.kind === "failed" && outcome.error.message).toContain("kinesis:PutRecords");
    expect(target.calls.length).toBe(1);
  });

  it("of the error archive that passes is waited out, one that lasts fails the attempt", async () => {
    for (const [failures, kind] of [
      [5, "completed"],
      [50, "failed"],
    ] as const) {
      const { attempt, clock, archive } = taskBench();
      let left: number = failures;
      const sink = archive.openSink();
      const errorSink = {
        ...sink,
        archive: (...parts: Parameters<typeof sink.archive>) =>
          left-- > 0 ? lazily(() => new Problem("CLOUD_UNAVAILABLE", "no"))() : sink.archive(...parts),
      };
      const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(["error"])), errorSink })));
      expect(outcome.kind).toBe(kind);
    }
  });

  it("of single documents for good makes error records, and the rest is written", async () => {
    const { attempt, clock, target, archive } = taskBench();
    const fault = (batch: readonly { document: { documentId: string } }[]) => ({
      kind: "reject" as const,
      rejections: batch.flatMap(({ document }, index) =>
        document.documentId === "doc 3" ? [{ index, reason: "bad item", retry: false }] : [],
      ),
    });
    const outcome = await clock.run(
      runTask(attempt({ reader: fakeReader(sourceRecords(docs(10))), writer: target.openWriter({ fault }) })),
    );
    expect(outcome).toMatchObject({ kind: "completed", counts: { documentsWritten: 9, recordsErrored: 1 } });
    expect([...archive.files.values()].flat()[0]).toMatchObject({
      origin: "SYSTEM",
      code: "INVALID_DOCUMENT",
      documentId: "doc 3",
      errorStartOffsetMap: { LOG: "3" },
    });
  });
});

describe("the policy FailTask", () => {
  it("archives the first failed record, stops before its batch, and keeps the balance closed", async () => {
    const { attempt, clock, target, archive, checkpoints } = taskBench();
    const texts = docs(40);
    texts[25] = "error x";
    texts[27] = "error y";
    const outcome = await clock.run(
      runTask(attempt({ reader: fakeReader(sourceRecords(texts)), recordErrorPolicy: "FailTask" })),
    );
    expect(outcome).toMatchObject({
      kind: "failed",
      error: { code: "RECORD_ERRORED", message: "error x" },
      counts: { recordsRead: 20, documentsWritten: 20, recordsErrored: 0 },
    });
    expect(target.stored).toEqual(docs(20));
    expect(checkpoints.saves.at(-1)?.errorFiles.map((file) => file.key)).toEqual(["000000000025-0"]);
    expect([...archive.files.values()].flat().map(({ errorMessage }) => errorMessage)).toEqual(["error x"]);
  });

  it("stops at a document the target refuses for good", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const fault = () => ({ kind: "reject", rejections: [{ index: 0, reason: "bad", retry: false }] }) as const;
    const outcome = await clock.run(
      runTask(
        attempt({
          reader: fakeReader(sourceRecords(docs(5))),
          writer: target.openWriter({ fault }),
          recordErrorPolicy: "FailTask",
        }),
      ),
    );
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "RECORD_ERRORED" }, counts: { recordsRead: 0 } });
    expect(checkpoints.saves.at(-1)?.errorFiles.length).toBe(1);
  });
});

describe("ending early", () => {
  it("drains to a checkpoint before the time-out and is run again", async () => {
    const { attempt, clock, target, checkpoints } = taskBench();
    const began = clock.monotonic();
    const reader = fakeReader(sourceRecords(docs(1_000)), { onRead: () => clock.sleep(1_000) });
    const outcome = await clock.run(runTask(attempt({ reader, limits: { timeoutSeconds: 60 } })));
    expect(outcome.kind).toBe("rerun");
    expect((clock.monotonic() - began) / 1_000).toBe(50);
    expect(outcome.counts.recordsRead).toBeGreaterThan(400);
    expect(checkpoints.last?.counts).toEqual(outcome.counts);
    expect(target.stored.length).toBe(outcome.counts.documentsWritten);
  });

  it("drains although the source is silent and ignores nothing but time", async () => {
    const { attempt, clock } = taskBench();
    const onRead = (_: number, signal: AbortSignal) => clock.sleep(1_000_000_000, signal);
    const outcome = await clock.run(
      runTask(attempt({ reader: fakeReader(sourceRecords(docs(1)), { onRead }), limits: { timeoutSeconds: 1_000 } })),
    );
    expect(outcome.kind).toBe("rerun");
  });

  it("asked to stop drains to a checkpoint and says how it ended", async () => {
    for (const reason of ["stopped", "rerun"] as const) {
      const { attempt, clock, stop, checkpoints, target } = taskBench();
      const onRead = (index: number, signal: AbortSignal) => {
        if (index >= 500) stop.abort(reason);
        return clock.sleep(10, signal);
      };
      const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(1_000)), { onRead }) })));
      expect(outcome.kind).toBe(reason);
      expect(outcome.counts.recordsRead).toBeGreaterThan(400);
      expect(outcome.counts.recordsRead).toBeLessThanOrEqual(500);
      expect(checkpoints.last?.counts).toEqual(outcome.counts);
      expect(target.stored).toEqual(docs(outcome.counts.recordsRead));
    }
  });

  it("resumes where it drained", async () => {
    const { attempt, clock, target } = taskBench();
    const slow = () => fakeReader(sourceRecords(docs(1_000)), { onRead: () => clock.sleep(1_000) });
    const kinds: string[] = [];
    for (let attempts = 0; attempts < 10; attempts++) {
      const outcome = await clock.run(runTask(attempt({ reader: slow(), limits: { timeoutSeconds: 60 } })));
      kinds.push(outcome.kind);
      if (outcome.kind === "completed") break;
    }
    expect(kinds).toEqual(["rerun", "rerun", "completed"]);
    expect(target.stored).toEqual(docs(1_000));
  });

  it("with the lease lost abandons at once, whatever hangs, and saves nothing more", async () => {
    const { attempt, clock, target, lost, checkpoints } = taskBench();
    const writer = target.openWriter({
      onWrite: () => {
        lost.abort();
        return new Promise(() => {});
      },
    });
    const outcome = await clock.run(runTask(attempt({ reader: fakeReader(sourceRecords(docs(100))), writer })));
    expect(outcome.kind).toBe("abandoned");
    expect(checkpoints.saves).toEqual([]);
  });

  it("closes reader, handler, writer and sink whatever happened", async () => {
    const { attempt, clock } = taskBench();
    const input = attempt({ reader: fakeReader(sourceRecords(["throw"])) });
    const closed: string[] = [];
    for (const part of ["reader", "handler", "writer", "errorSink"] as const) {
      input[part].close = async () => {
        closed.push(part);
      };
    }
    await clock.run(runTask(input));
    expect(closed.sort()).toEqual(["errorSink", "handler", "reader", "writer"]);
  });
});

describe("measurements", () => {
  it("of every kind the pipeline names are taken and leave with checkpoints or the outcome", async () => {
    const { attempt, clock, checkpoints, target } = taskBench();
    const takeInferences = () => ({ milliseconds: [5], waitedMilliseconds: 5, standIns: 1 });
    const handler = { ...fakeHandler(), takeTranscoded: () => 1, takeInferences };
    const outcome = await clock.run(
      runTask(
        attempt({
          handler,
          reader: fakeReader(sourceRecords([...docs(100), "skip a", "error b"])),
          writer: target.openWriter({
            limits: { maxDocumentBytes: 100, maxBatchDocuments: 9, maxBatchBytes: 300 },
            onWrite: () => clock.sleep(50),
          }),
        }),
      ),
    );
    const measured = [...checkpoints.saves.flatMap((save) => save.measurements), ...(outcome.measurements ?? [])];
    expect(new Set(measured.map(({ metric }) => metric))).toEqual(new Set(Object.keys(pipelineMetrics)));
  });

  it("count waiting for a model apart from the handler's own time, and each of its calls", async () => {
    const { attempt, clock, checkpoints } = taskBench();
    const handler: Handler = {
      async handle(batch, signal) {
        await clock.sleep(130, signal);
        return await fakeHandler().handle(batch, signal);
      },
      takeInferences: () => ({ milliseconds: [70, 90], waitedMilliseconds: 100, standIns: 0 }),
      close: async () => {},
    };
    const reader = fakeReader(sourceRecords(docs(10)));
    const outcome = await clock.run(runTask(attempt({ handler, reader })));
    const measured = [...checkpoints.saves.flatMap((save) => save.measurements), ...(outcome.measurements ?? [])];
    const total = (metric: string) =>
      measured.filter((one) => one.metric === metric).reduce((sum, one) => sum + one.sum, 0);
    const calls = measured.filter(({ metric }) => metric === "inference.milliseconds");
    expect(calls.reduce((sum, { count }) => sum + count, 0) % 2).toBe(0);
    expect(total("inference.milliseconds") / total("extract.milliseconds")).toBeCloseTo(160 / 30);
    expect(total("inference.stand-ins")).toBe(0);
  });
});
