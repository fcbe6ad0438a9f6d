import { normaliseResult } from "../javascript/normalise-result.ts";
import { recordPlace } from "../record-place.ts";
import { constructMethod, extractMethod, textsOf } from "../vectors/texts-of.ts";
import type { ReadDocument, VectorsHandler } from "../vectors/vectors-handler.ts";
import { parseExactly } from "./bridge-protocol.ts";
import type { BridgeSession } from "./bridge-session.ts";
import { callInBatches } from "./call-in-batches.ts";

/** A `SagemakerVectorsInterface` behind the bridge: `data` has exactly the published keys (product.md §4.5). */
export function bridgeVectorsHandler(session: BridgeSession, taskId: string): VectorsHandler {
  const call = <One extends ReadDocument>(
    method: string,
    documents: readonly One[],
    dataOf: (one: One) => Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => {
    const items = documents.map((one) => ({ data: dataOf(one), place: () => recordPlace(one.record) }));
    return callInBatches(session, "SagemakerVectorsInterface", method, items, signal);
  };
  const flatMap = ({ document }: ReadDocument): unknown => parseExactly(document.body);

  return {
    async extract(documents, signal) {
      const answers = await call(extractMethod, documents, (one) => ({ document: flatMap(one) }), signal);
      return answers.map((answer) => (answer.kind === "invalid" ? answer : textsOf(answer.returned)));
    },
    async construct(documents, signal) {
      const dataOf = (one: (typeof documents)[number]) => ({
        documentInterface: flatMap(one),
        vectorsMap: one.vectors,
      });
      const answers = await call(constructMethod, documents, dataOf, signal);
      return answers.map((answer, n) => {
        if (answer.kind === "invalid") return answer;
        const { record } = documents[n] as ReadDocument;
        return normaliseResult({ status: "SUCCESS", document: answer.returned }, taskId, record.start);
      });
    },
    close: () => session.close(),
  };
}
