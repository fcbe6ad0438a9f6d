import type { Handler } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutIntoFiles, ErrorArchiver, errorFileBytesMax, errorFileRecordsMax } from "./archive-errors.ts";
import { archivedBody, type FailedRecord, partErrors, systemError } from "./error-records.ts";
import { runTask } from "./run-task.ts";
import { stableHash } from "./stable-hash.ts";
import { fakeReader, sourceRecords } from "./testing/fake-source.ts";
import { FakeArchive } from "./testing/fake-target.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { taskBench } from "./testing/task-bench.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const origin = {
  task: { datasetName: "n", datasetId: "d", taskId: "t", attempt: 1, codeVersion: 1 },
  clock: new ManualClock(),
  bodyBytesMax: null,
};

describe("an archived body", () => {
  it("is text where the record is text, base64 where it is not", () => {
    expect(archivedBody(bytes("grüße"), null)).toEqual({ encoding: "utf8", body: "grüße", truncated: false });
    expect(archivedBody(new Uint8Array([0xff, 0xfe]), null)).toEqual({
      encoding: "base64",
      body: "//4=",
      truncated: false,
    });
  });

  it("cut short never splits a character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.integer({ min: 0, max: 60 }), (text, limit) => {
        const { encoding, body, truncated } = archivedBody(bytes(text), limit);
        expect(encoding).toBe("utf8");
        expect(text.startsWith(body)).toBe(true);
        expect(truncated).toBe(bytes(text).length > limit);
        expect(bytes(body).length).toBeGreaterThan(Math.min(limit, bytes(text).length) - 4);
      }),
    );
  });
});

describe("an error's id", () => {
  it("is the same for the same place of the same task, and another for any other", () => {
    const [a, b] = sourceRecords(["x", "x"]).map((record) =>
      systemError(origin, record, { code: "C", message: "m" }, null),
    );
    expect(a!.errorId).toMatch(/^[0-9a-f]{32}$/);
    expect(a!.errorId).not.toBe(b!.errorId);
    const hashes = new Set(Array.from({ length: 100_000 }, (_, n) => stableHash(`task\nLOG\n${n}`)));
    expect(hashes.size).toBe(100_000);
    expect(stableHash("task\nLOG\n7")).toBe(stableHash("task\nLOG\n7"));
  });
});

const part = {
  message: "bad line",
  documentId: null,
  recordType: null,
  partitionKey: null,
  documentMetadata: {},
  startOffsets: null,
  endOffsets: null,
  document: null,
  parts: [],
};

const goodDocument = { documentId: "1", partitionKey: "1", recordType: null, body: "{}", fields: () => ({}) };

describe("the failed parts of a good composite", () => {
  it("are one line with the places of all its files", () => {
    const [source] = sourceRecords(["x"]);
    const madeOf = {
      fileNames: { HEAD: "h", LINE: "l" },
      lastRecordTypes: { HEAD: null, LINE: "ITEM" },
      startOffsets: { HEAD: "0", LINE: "5" },
      endOffsets: { HEAD: "9", LINE: "7" },
    };
    const line = partErrors(origin, { ...source!, madeOf }, goodDocument, [part]);
    expect(line).toMatchObject({
      documentId: "1",
      parts: [{ message: "bad line" }],
      errorStartOffsetMap: madeOf.startOffsets,
      errorEndOffsetMap: madeOf.endOffsets,
      source: { fileNames: madeOf.fileNames, lastRecordTypes: madeOf.lastRecordTypes },
    });
  });
});

describe("the failed parts of a composite without a document", () => {
  it("are one line that says it was skipped", () => {
    const [source] = sourceRecords(["x"]);
    expect(partErrors(origin, source!, null, [part])).toMatchObject({
      errorMessage: "1 part of a document that was skipped failed: bad line",
      documentId: null,
      document: null,
      parts: [{ message: "bad line" }],
    });
  });
});

describe("the failed parts of a composite that cannot be taken", () => {
  it("are in the line of its own error", async () => {
    const { attempt, clock, archive } = taskBench();
    const document = { ...goodDocument, documentId: "unwritable" };
    const handler: Handler = {
      handle: () => [
        { kind: "invalid", code: "INVALID_DOCUMENT", message: "odd", partErrors: [part] },
        { kind: "document", document, partErrors: [part] },
      ],
      close: async () => {},
    };
    const reader = fakeReader(sourceRecords(["a", "b"]), { batchSizes: [2] });
    await clock.run(runTask(attempt({ reader, handler })));
    const lines = [...archive.files.values()].flat();
    expect(lines.map(({ code, parts }) => [code, parts])).toEqual([
      ["INVALID_DOCUMENT", [part]],
      ["INVALID_DOCUMENT_KEY", [part]],
    ]);
  });
});

describe("error files", () => {
  it("that the archive refused are never taken for archived, whatever it takes afterwards", async () => {
    const clock = new ManualClock();
    const sink = new FakeArchive().openSink();
    let isRefusing = true;
    const archive: typeof sink.archive = async (...parts) => {
      if (isRefusing) throw new Problem("ACCESS_DENIED", "s3:PutObject");
      return sink.archive(...parts);
    };
    const ended = new AbortController().signal;
    const archiver = new ErrorArchiver({ ...sink, archive }, { clock, random: () => 0, ended });
    const record = systemError(origin, sourceRecords(["x"])[0]!, { code: "C", message: "m" }, null);
    let full: Promise<void> | null = null;
    for (let ordinal = 0; full === null; ordinal++) full = archiver.add({ ordinal, record });
    await expect(full).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    isRefusing = false;
    await expect(archiver.finish()).rejects.toMatchObject({ code: "ACCESS_DENIED" });
    expect(archiver.add({ ordinal: 5_000, record })).toBeNull();
    await expect(archiver.finish()).rejects.toMatchObject({ code: "ACCESS_DENIED" });
  });

  it("hold at most 1,000 lines and 8 MiB, and every record once", () => {
    const failedOf = (size: number, ordinal: number): FailedRecord => {
      const [source] = sourceRecords(["x".repeat(size)]);
      return { ordinal, record: systemError(origin, source!, { code: "C", message: "m" }, null) };
    };
    for (const [count, size] of [
      [2_500, 10],
      [20, 2_000_000],
    ] as const) {
      const failed = Array.from({ length: count }, (_, ordinal) => failedOf(size, ordinal));
      const files = [...cutIntoFiles(failed)];
      expect(files.flat()).toEqual(failed);
      for (const file of files) {
        expect(file.length).toBeLessThanOrEqual(errorFileRecordsMax);
        const text = file.map(({ record }) => `${JSON.stringify(record)}\n`).join("");
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(errorFileBytesMax);
      }
    }
  });
});
