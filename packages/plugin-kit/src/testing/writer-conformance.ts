import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { OutputDocument } from "../handler.ts";
import { Problem } from "../problems.ts";
import type { PreparedDocument, Writer } from "../writer.ts";

export interface OpenTarget {
  readonly writer: Writer;
  /** Document ids the target really holds, durable, in any order; repeats as often as they are there. */
  readonly stored: () => Promise<readonly string[]>;
  /** Another attempt's writer on the same target and task. */
  readonly reopen: () => Promise<Writer>;
}

export interface WriterConformance {
  /** A fresh, empty target for each test. */
  readonly openTarget: () => Promise<OpenTarget>;
  /** The same ordinals written again replace what was there (object names, keys from the document). */
  readonly repeatsOverwrite: boolean;
  /**
   * Makes the next write call reject (throttle) the entries at these places. Null where the target takes a batch as a whole, or where the
   * server that is written to cannot be told to.
   */
  readonly rejectNext: ((indexes: readonly number[]) => Promise<void> | void) | null;
  /** A document the target takes; any with an id unless given. */
  readonly documentOf?: (documentId: string) => OutputDocument;
}

/** A document with a body of about `bodyBytes` bytes. */
export function makeDocument(documentId: string, bodyBytes = 100): OutputDocument {
  const fields = { documentId, partitionKey: documentId, text: "x".repeat(Math.max(bodyBytes - 60, 0)) };
  return {
    documentId,
    partitionKey: documentId,
    recordType: null,
    body: JSON.stringify(fields),
    fields: () => fields,
  };
}

export async function prepareAll(
  writer: Writer,
  documents: readonly OutputDocument[],
  firstOrdinal = 0,
): Promise<PreparedDocument[]> {
  const prepared = await Promise.all(
    documents.map((document, index) => writer.prepare(document, firstOrdinal + index)),
  );
  return prepared.map((one) => {
    if ("code" in one) throw new Error(`${one.code}: ${one.message}`);
    return one;
  });
}

const TRIES_MAX = 12;
const PAUSE_MS = 20;

/** As the pipeline does, with a pause: a target that is still starting says `later`. */
export async function repeatedly<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (thrown) {
      if (!(thrown instanceof Problem) || thrown.entry.retry !== "later" || tries === TRIES_MAX) throw thrown;
      await delay(PAUSE_MS * tries);
    }
  }
}

/** What every writer promises the pipeline. */
export function testWriter(
  name: string,
  { openTarget: openWhole, repeatsOverwrite, rejectNext, documentOf = makeDocument }: WriterConformance,
): void {
  const signal = new AbortController().signal;
  const openTarget = async (checkpoint = 0): Promise<OpenTarget> => {
    const target = await openWhole();
    target.writer.checkpointAt?.(checkpoint);
    return target;
  };
  const ids = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${prefix}-${String(n).padStart(4, "0")}`);
  const write = async (writer: Writer, wanted: readonly string[], firstOrdinal = 0): Promise<void> => {
    const prepared = await prepareAll(
      writer,
      wanted.map((id) => documentOf(id)),
      firstOrdinal,
    );
    const { maxBatchDocuments } = writer.limits;
    for (let from = 0; from < prepared.length; from += maxBatchDocuments) {
      expect(await repeatedly(() => writer.write(prepared.slice(from, from + maxBatchDocuments), signal))).toEqual([]);
    }
  };

  describe(`${name} keeps the writer's promises`, () => {
    it("states limits that leave room for a document and a batch", async () => {
      const { writer } = await openTarget();
      const { limits, concurrentBatches } = writer;
      expect(limits.maxDocumentBytes).toBeGreaterThan(0);
      expect(limits.maxBatchDocuments).toBeGreaterThan(0);
      expect(limits.maxBatchBytes).toBeGreaterThanOrEqual(Math.min(limits.maxDocumentBytes, limits.maxBatchBytes));
      expect(concurrentBatches).toBeGreaterThan(0);
      await writer.close();
    });

    it("prepares a document once, with its ordinal and its size against the limits", async () => {
      const { writer } = await openTarget();
      const document = documentOf("one");
      const [prepared] = await prepareAll(writer, [document], 7);
      expect(prepared).toMatchObject({ document, ordinal: 7 });
      expect(prepared!.bytes).toBeGreaterThan(0);
      await writer.close();
    });

    it("stores every document of a full batch", async () => {
      const { writer, stored } = await openTarget();
      const wanted = ids("full", Math.min(writer.limits.maxBatchDocuments, 500));
      await write(writer, wanted);
      await writer.flush?.(signal);
      expect([...(await stored())].sort()).toEqual(wanted);
      await writer.close();
    });

    it("takes batches up to its stated concurrency at once", async () => {
      const { writer, stored } = await openTarget();
      const count = Math.min(writer.limits.maxBatchDocuments, 20);
      const batches = Array.from({ length: writer.concurrentBatches }, (_, n) => ids(`lane${n}`, count));
      await Promise.all(batches.map((batch, n) => write(writer, batch, n * count)));
      await writer.flush?.(signal);
      expect([...(await stored())].sort()).toEqual(batches.flat().sort());
      await writer.close();
    });

    if (rejectNext) {
      it("names rejected documents by their place in the batch, and stores the others", async () => {
        const { writer, stored } = await openTarget();
        const prepared = await prepareAll(
          writer,
          ["a", "b", "c"].map((id) => documentOf(id)),
        );
        await rejectNext([1]);
        const rejections = await writer.write(prepared, signal);
        expect(rejections.map(({ index, retry }) => ({ index, retry }))).toEqual([{ index: 1, retry: true }]);
        expect(await writer.write([prepared[1]!], signal)).toEqual([]);
        await writer.flush?.(signal);
        expect([...(await stored())].sort()).toEqual(["a", "b", "c"]);
        await writer.close();
      });
    }

    it("has everything accepted durable after flush, or after write where there is no flush", async () => {
      const { writer, stored } = await openTarget();
      await write(writer, ["a", "b"]);
      await writer.flush?.(signal);
      expect([...(await stored())].sort()).toEqual(["a", "b"]);
      writer.checkpointAt?.(2);
      await write(writer, ["c"], 2);
      await writer.flush?.(signal);
      await writer.flush?.(signal);
      expect([...(await stored())].sort()).toEqual(["a", "b", "c"]);
      await writer.close();
    });

    it("leaves nothing half-written when closed before flush", async () => {
      const { writer, stored } = await openTarget();
      await write(writer, ["a"]);
      await writer.close();
      expect(await stored()).toEqual(writer.flush ? [] : ["a"]);
    });

    if (repeatsOverwrite) {
      it("replaces what an earlier attempt wrote of the same ordinals", async () => {
        const { writer, stored, reopen } = await openTarget(10);
        await write(writer, ["a", "b"], 10);
        await writer.flush?.(signal);
        await writer.close();
        const again = await reopen();
        again.checkpointAt?.(10);
        await write(again, ["a", "b", "c"], 10);
        await again.flush?.(signal);
        await again.close();
        expect([...(await stored())].sort()).toEqual(["a", "b", "c"]);
      });
    }

    it("closes as often as asked", async () => {
      const { writer } = await openTarget();
      await writer.close();
      await writer.close();
    });
  });
}
