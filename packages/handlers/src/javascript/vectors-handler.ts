import { recordPlace } from "../record-place.ts";
import { constructMethod, extractMethod, textsOf } from "../vectors/texts-of.ts";
import type { ReadDocument, VectorsHandler } from "../vectors/vectors-handler.ts";
import { handlerException } from "./handler-exception.ts";
import type { HandlerObject } from "./load-handler-class.ts";
import { normaliseResult } from "./normalise-result.ts";

/** A customer's `SagemakerVectorsInterface` object; each call gets a flat map of its own, as it would behind the bridge. */
export function openVectorsHandler(object: HandlerObject, taskId: string): VectorsHandler {
  async function call(method: string, { record, document }: ReadDocument, ...rest: readonly unknown[]) {
    try {
      return await object[method]?.(JSON.parse(document.body), ...rest);
    } catch (thrown) {
      throw handlerException(method, recordPlace(record), thrown);
    }
  }

  async function inOrder<One, Result>(all: readonly One[], signal: AbortSignal, work: (one: One) => Promise<Result>) {
    const results: Result[] = [];
    for (const one of all) {
      signal.throwIfAborted();
      results.push(await work(one));
    }
    return results;
  }

  return {
    extract: (documents, signal) => inOrder(documents, signal, async (one) => textsOf(await call(extractMethod, one))),
    construct: (documents, signal) =>
      inOrder(documents, signal, async (one) => {
        const document = await call(constructMethod, one, one.vectors);
        return normaliseResult({ status: "SUCCESS", document }, taskId, one.record.start);
      }),
    close: async () => {},
  };
}
