import { describe, expect, it } from "vitest";
import type { Handler, HandlerResult } from "../handler.ts";
import { Problem } from "../problems.ts";
import type { SourceRecord } from "../reader.ts";

export interface HandlerConformance {
  /**
   * Opens the handler under test around this customer code, whatever its language: text `skip…` is skipped, `error…`
   * becomes an ErrorDoc with the text as its message, `throw…` throws, anything else becomes a document with the text as
   * documentId and as attribute `text`.
   */
  readonly openHandler: () => Promise<Handler> | Handler;
  /** In-process handlers answer without a promise. */
  readonly answersSynchronously: boolean;
  /** Handlers beside the process take batches while they work on others. */
  readonly queuesBatches: boolean;
  /** The record of a text, where customer code gets it otherwise than as the record's bytes. */
  readonly recordOf?: (text: string, start?: number) => SourceRecord;
}

export function textRecord(text: string, start = 0): SourceRecord {
  const body = new TextEncoder().encode(text);
  return { source: { type: "LOG", name: "log.gz" }, start, end: start + body.length, body, attributes: {} };
}

/** What every handler promises the pipeline. */
export function testHandler(
  name: string,
  { openHandler, answersSynchronously, queuesBatches, recordOf = textRecord }: HandlerConformance,
): void {
  const signal = new AbortController().signal;
  const kinds = (results: readonly HandlerResult[]): string[] => results.map((result) => result.kind);

  describe(`${name} keeps the handler's promises`, () => {
    it("answers one result per record, in order", async () => {
      const handler = await openHandler();
      const texts = ["a", "skip b", "error c", "d"];
      const results = await handler.handle(
        texts.map((text, n) => recordOf(text, n * 100)),
        signal,
      );
      expect(kinds(results)).toEqual(["document", "skip", "error", "document"]);
      const documents = results.flatMap((result) => (result.kind === "document" ? [result.document.documentId] : []));
      expect(documents).toEqual(["a", "d"]);
      await handler.close();
    });

    it("answers every record of a large batch", async () => {
      const handler = await openHandler();
      const records = Array.from({ length: 1_000 }, (_, n) => recordOf(`r${n}`, n));
      const results = await handler.handle(records, signal);
      expect(results).toHaveLength(1_000);
      const last = results[999]!;
      expect(last.kind === "document" && last.document.documentId).toBe("r999");
      await handler.close();
    });

    it("gives documents a partition key and a body that holds what the handler returned", async () => {
      const handler = await openHandler();
      const [result] = await handler.handle([recordOf("a")], signal);
      if (result?.kind !== "document") throw new Error(`expected a document, got ${result?.kind}`);
      expect(result.document.partitionKey).not.toBe("");
      expect(result.document.fields()).toMatchObject({ text: "a" });
      expect(JSON.parse(result.document.body)).toMatchObject({ text: "a" });
      await handler.close();
    });

    it("keeps the message of an error document", async () => {
      const handler = await openHandler();
      const [result] = await handler.handle([recordOf("error x")], signal);
      expect(result?.kind === "error" && result.error.message).toBe("error x");
      await handler.close();
    });

    it("turns an exception of customer code into Problem HANDLER_EXCEPTION", async () => {
      const handler = await openHandler();
      const thrown = await (async () => handler.handle([recordOf("throw x")], signal))().catch((e: unknown) => e);
      expect(thrown).toBeInstanceOf(Problem);
      expect((thrown as Problem).code).toBe("HANDLER_EXCEPTION");
      await handler.close();
    });

    it(`says that it ${queuesBatches ? "takes" : "takes no"} batches while it works on others`, async () => {
      const handler = await openHandler();
      expect(handler.queuesBatches ?? false).toBe(queuesBatches);
      await handler.close();
    });

    if (queuesBatches) {
      it("answers batches it takes while it works on others in their order", async () => {
        const handler = await openHandler();
        const answered: number[] = [];
        const batches = Array.from({ length: 4 }, async (_, n) => {
          const texts = Array.from({ length: 100 }, (_, i) => `r${n}-${i}`);
          const results = await handler.handle(
            texts.map((text) => recordOf(text)),
            signal,
          );
          answered.push(n);
          expect(results.map((result) => result.kind === "document" && result.document.documentId)).toEqual(texts);
        });
        await Promise.all(batches);
        expect(answered).toEqual([0, 1, 2, 3]);
        await handler.close();
      });
    }

    if (answersSynchronously) {
      it("answers without a promise", async () => {
        const handler = await openHandler();
        expect(handler.handle([recordOf("a")], signal)).not.toBeInstanceOf(Promise);
        await handler.close();
      });
    }

    it("closes as often as asked", async () => {
      const handler = await openHandler();
      await handler.close();
      await handler.close();
    });
  });
}
