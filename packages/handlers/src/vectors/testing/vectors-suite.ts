import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import { textRecord } from "@letsdata/plugin-kit/testing/handler-conformance";
import { describe, expect, it } from "vitest";
import type { LanguageHost } from "../../language-host.ts";
import type { ReadDocument, VectorsHandler } from "../vectors-handler.ts";

const signal = new AbortController().signal;

/**
 * What every host of a `SagemakerVectorsInterface` promises. The artifact's read handler is that of handler-conformance; its vectors
 * handler names the document's text `title`, unless the text says: `none…` no text at all, `number…` a value that is no text, `refuse…`
 * throws. Of document and vectors it makes a document of the same id with the attributes `text` and `vectors`, unless: `drop…` a
 * SkipDoc, `fail…` an ErrorDoc with the text as message, `burst…` throws.
 */
export function testVectors(
  name: string,
  open: () => { readonly host: LanguageHost; readonly artifactDir: string; readonly classes?: VectorsClasses },
): void {
  async function withHandlers<T>(
    texts: readonly string[],
    work: (vectors: VectorsHandler, documents: readonly ReadDocument[]) => Promise<T>,
  ): Promise<T> {
    const { host, artifactDir, classes } = open();
    const source = { artifactDir, taskId: "task" };
    const vectors = await host.openVectorsHandler?.({ ...source, implementation: classes?.vectors ?? null });
    if (!vectors) throw new Error(`${name} has no vectors handlers`);
    const { keepDocumentsFor } = vectors;
    const reader = { ...source, implementation: classes?.reader ?? null, keepDocumentsFor };
    const { handler } = await host.openSingleFileParser(reader);
    try {
      const records = texts.map((text, n) => textRecord(text, n * 100));
      const results = await handler.handle(records, signal);
      const documents = results.flatMap((result, n) =>
        result.kind === "document" ? [{ record: records[n]!, document: result.document }] : [],
      );
      return await work(vectors, documents);
    } finally {
      await handler.close();
      await vectors.close();
    }
  }
  const construct = (...texts: readonly string[]): Promise<readonly HandlerResult[]> =>
    withHandlers(texts, async (vectors, documents) => {
      await vectors.extract(documents, signal);
      const given = documents.map((one, n) => ({ ...one, vectors: { title: [n, 0.5, -1e-7] } }));
      return vectors.construct(given, signal);
    });

  describe(`the vectors handler of ${name}`, () => {
    it("names the texts of each document, in order, beside those it has none of", async () => {
      const texts = ["über", "skip it", "none", "error x", '𝄞 "quoted" \\ \u2028'];
      const extracted = await withHandlers(texts, (vectors, documents) => vectors.extract(documents, signal));
      expect(extracted).toEqual([
        { kind: "texts", texts: { title: texts[0] } },
        { kind: "texts", texts: {} },
        { kind: "texts", texts: { title: texts[4] } },
      ]);
    });

    it("a value that is no text fails its document alone", async () => {
      const extracted = await withHandlers(["a", "number", "b"], (vectors, documents) =>
        vectors.extract(documents, signal),
      );
      expect(extracted.map(({ kind }) => kind)).toEqual(["texts", "invalid", "texts"]);
      expect(extracted[1]).toMatchObject({
        code: "INVALID_DOCUMENT",
        message: expect.stringMatching(/^extractDocumentElementsForVectorization returned .* for title; only texts/),
      });
    });

    it("makes documents of documents and vectors, which keep their numbers", async () => {
      const results = await construct("a", "b");
      const made = results.map((result) => (result.kind === "document" ? result.document : null));
      expect(made.map((document) => document?.documentId)).toEqual(["a", "b"]);
      expect(made.map((document) => document?.fields())).toEqual([
        expect.objectContaining({ text: "a", vectors: { title: [0, 0.5, -1e-7] } }),
        expect.objectContaining({ text: "b", vectors: { title: [1, 0.5, -1e-7] } }),
      ]);
    });

    it("a skip and an error that it makes count as such", async () => {
      const results = await construct("a", "drop it", "fail here", "b");
      expect(results.map(({ kind }) => kind)).toEqual(["document", "skip", "error", "document"]);
      expect(results[2]).toMatchObject({ error: { message: "fail here" } });
    });

    it("an exception in either method is a task error that tells method and record", async () => {
      const extracting = withHandlers(["a", "refuse"], (vectors, documents) => vectors.extract(documents, signal));
      await expect(extracting).rejects.toMatchObject({
        code: "HANDLER_EXCEPTION",
        message: expect.stringMatching(
          /^extractDocumentElementsForVectorization threw at byte 100 of log\.gz: .*refuse/s,
        ),
      });
      await expect(construct("a", "b", "burst")).rejects.toMatchObject({
        code: "HANDLER_EXCEPTION",
        message: expect.stringMatching(/^constructVectorDoc threw at byte 200 of log\.gz: .*burst/s),
      });
    });

    it("no document is nothing to do", async () => {
      expect(await withHandlers([], (vectors) => vectors.extract([], signal))).toEqual([]);
      expect(await withHandlers([], (vectors) => vectors.construct([], signal))).toEqual([]);
    });
  });
}

/** Where the artifact's classes have names of their own. */
export interface VectorsClasses {
  readonly reader: string;
  readonly vectors: string;
}
