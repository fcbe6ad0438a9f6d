import { describe, expect, it } from "vitest";
import type { ErrorRecord, ErrorSink } from "../error-sink.ts";

export interface OpenArchive {
  readonly sink: ErrorSink;
  /** The archived object's text. */
  readonly read: (key: string) => Promise<string>;
  /** Another attempt's sink for the same task. */
  readonly reopen: () => Promise<ErrorSink>;
}

export function makeErrorRecord(n: number, overrides: Partial<ErrorRecord> = {}): ErrorRecord {
  return {
    errorId: n.toString(16).padStart(32, "0"),
    datasetName: "n",
    datasetId: "d".repeat(32),
    taskId: "7".repeat(32),
    attempt: 1,
    errorTime: 1_767_225_600_000,
    origin: "HANDLER",
    code: "HANDLER_ERROR_DOC",
    errorMessage: `error ${n}, with ünïcode and\na new line`,
    documentId: String(n),
    recordType: null,
    partitionKey: null,
    documentMetadata: {},
    errorStartOffsetMap: { LOG: String(n) },
    errorEndOffsetMap: { LOG: String(n + 1) },
    document: null,
    parts: [],
    source: { fileNames: { LOG: "a.gz" }, lastRecordTypes: {} },
    record: { encoding: "utf8", body: `body ${n}`, truncated: false },
    codeVersion: 1,
    ...overrides,
  };
}

/** What every error sink promises the pipeline. */
export function testErrorSink(name: string, openArchive: () => Promise<OpenArchive>): void {
  const signal = new AbortController().signal;
  const lines = (text: string): unknown[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as unknown);
  const plain = (records: readonly ErrorRecord[]): unknown => JSON.parse(JSON.stringify(records));

  describe(`${name} keeps the error sink's promises`, () => {
    it("has archived records readable, one JSON line each, in order, when archive returns", async () => {
      const { sink, read } = await openArchive();
      const records = [1, 2, 3].map((n) => makeErrorRecord(n));
      const file = await sink.archive(records, 1, signal);
      const text = await read(file.key);
      expect(lines(text)).toEqual(plain(records));
      expect(file.records).toBe(3);
      expect(file.bytes).toBe(Buffer.byteLength(text));
      await sink.close();
    });

    it("takes a thousand lines at once", async () => {
      const { sink, read } = await openArchive();
      const records = Array.from({ length: 1_000 }, (_, n) => makeErrorRecord(n));
      const file = await sink.archive(records, 0, signal);
      expect(lines(await read(file.key))).toHaveLength(1_000);
      await sink.close();
    });

    it("overwrites its own object when a batch is repeated by a later attempt, and no other", async () => {
      const { sink, read, reopen } = await openArchive();
      const other = await sink.archive([makeErrorRecord(1)], 1, signal);
      const first = await sink.archive([makeErrorRecord(5)], 5, signal);
      await sink.close();
      const again = await reopen();
      const repeated = [makeErrorRecord(5), makeErrorRecord(6)];
      const second = await again.archive(repeated, 5, signal);
      expect(second.key).toBe(first.key);
      expect(other.key).not.toBe(first.key);
      expect(lines(await read(second.key))).toEqual(plain(repeated));
      expect(lines(await read(other.key))).toHaveLength(1);
      await again.close();
    });

    it("keeps every file of an attempt, also those that begin with the same record and have others between", async () => {
      const { sink, read } = await openArchive();
      const files = [];
      for (const [n, ordinal] of [5, 7, 5, 5].entries()) {
        files.push(await sink.archive([makeErrorRecord(n)], ordinal, signal));
      }
      const kept = await Promise.all(files.map(async ({ key }) => lines(await read(key))));
      expect(kept).toEqual([0, 1, 2, 3].map((n) => plain([makeErrorRecord(n)])));
      await sink.close();
    });

    it("closes as often as asked", async () => {
      const { sink } = await openArchive();
      await sink.close();
      await sink.close();
    });
  });
}
