import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { type RecordCall, type RecordInterface, recordArguments, recordCalls } from "../record-arguments.ts";
import { recordPlace } from "../record-place.ts";
import { handlerException } from "./handler-exception.ts";
import type { HandlerObject } from "./load-handler-class.ts";
import { normaliseResult } from "./normalise-result.ts";

/** A customer's object of an interface that gets one record a call. */
export function openRecordHandler(object: HandlerObject, interfaceName: RecordInterface, taskId: string): Handler {
  const call = recordCalls[interfaceName];
  const parse = (record: SourceRecord): unknown => {
    try {
      return object[call.method]?.(...recordArguments(call, record));
    } catch (thrown) {
      throw recordException(call, record, thrown);
    }
  };

  /** The handler answers with promises: the rest of the batch one after the other, as it would have been called. */
  async function handleRest(
    batch: readonly SourceRecord[],
    signal: AbortSignal,
    results: HandlerResult[],
    pending: PromiseLike<unknown>,
  ): Promise<readonly HandlerResult[]> {
    let returned: unknown = pending;
    for (;;) {
      const record = batch[results.length] as SourceRecord;
      let settled: unknown;
      try {
        settled = await returned;
      } catch (thrown) {
        throw recordException(call, record, thrown);
      }
      results.push(normaliseResult(settled, taskId, record.start));
      if (results.length === batch.length) return results;
      signal.throwIfAborted();
      returned = parse(batch[results.length] as SourceRecord);
    }
  }

  return {
    handle(batch, signal) {
      const results: HandlerResult[] = [];
      for (const record of batch) {
        const returned = parse(record);
        if (isPromise(returned)) return handleRest(batch, signal, results, returned);
        results.push(normaliseResult(returned, taskId, record.start));
      }
      return results;
    },
    close: async () => {},
  };
}

function recordException(call: RecordCall, record: SourceRecord, thrown: unknown) {
  return handlerException(call.method, recordPlace(record), thrown);
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
