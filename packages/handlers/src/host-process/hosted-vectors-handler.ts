import { constructMethod, extractMethod, textsOf } from "../vectors/texts-of.ts";
import type { ExtractedTexts, ReadDocument, VectorsHandler } from "../vectors/vectors-handler.ts";
import { type Answer, asHandlerProblem } from "./host-process.ts";
import type { HostedObject } from "./hosted-language.ts";
import { placeInBatch } from "./placed-exception.ts";
import { type KeptDocument, type ResultRow, resultOfRow, textsIn } from "./result-rows.ts";

type TextsRow = readonly ["t", Readonly<Record<string, string>>] | readonly ["i", string];

/** A `SagemakerVectorsInterface` in a language host. `documentsStay`: its documents are there and named by number. */
export function hostedVectorsHandler(object: HostedObject, taskId: string, documentsStay: boolean): VectorsHandler {
  async function call(
    method: string,
    documents: readonly ReadDocument[],
    message: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    signal.throwIfAborted();
    signal.addEventListener("abort", object.kill, { once: true });
    const bodies = documentsStay ? [] : documents.map(({ document }) => Buffer.from(document.body));
    const given = documentsStay
      ? { documents: documents.map(({ document }) => (document as KeptDocument).reference) }
      : { lengths: bodies.map(({ length }) => length) };
    try {
      return await object.call({ method, ...given, ...message }, bodies);
    } catch (thrown) {
      const records = documents.map(({ record }) => record);
      throw asHandlerProblem(thrown, method, placeInBatch(thrown, records));
    } finally {
      signal.removeEventListener("abort", object.kill);
    }
  }

  return {
    ...(documentsStay ? { keepDocumentsFor: object.id } : {}),
    async extract(documents, signal) {
      if (documents.length === 0) return [];
      const { returned } = await call(extractMethod, documents, { op: "extract" }, signal);
      return (returned as readonly TextsRow[]).map(
        (row): ExtractedTexts =>
          row[0] === "t" ? textsOf(row[1]) : { kind: "invalid", code: "INVALID_DOCUMENT", message: row[1] },
      );
    },
    async construct(documents, signal) {
      if (documents.length === 0) return [];
      const vectors = documents.map((one) => one.vectors);
      const { returned, bytes } = await call(constructMethod, documents, { op: "construct", vectors }, signal);
      const takeText = textsIn(bytes);
      return (returned as readonly ResultRow[]).map((row, n) =>
        resultOfRow(row, taskId, (documents[n] as ReadDocument).record.start, takeText),
      );
    },
    close: async () => object.close(),
  };
}
