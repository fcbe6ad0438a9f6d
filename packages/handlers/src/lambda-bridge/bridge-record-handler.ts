import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { normaliseResult } from "../javascript/normalise-result.ts";
import { type RecordInterface, recordCalls } from "../record-arguments.ts";
import { recordPlace } from "../record-place.ts";
import { recordData } from "./bridge-data.ts";
import { BridgeException, batchBytesMax, payloadBytesMax, resultOf, resultOfBody } from "./bridge-protocol.ts";
import { type BridgeSession, bridgeProblem } from "./bridge-session.ts";

interface Item {
  /** Place in the batch. */
  readonly index: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

/** One record a call, or as many as the other side takes. */
export function bridgeRecordHandler(session: BridgeSession, interfaceName: RecordInterface, taskId: string): Handler {
  const { method } = recordCalls[interfaceName];
  const carriesBytes = session.batch > 0;
  let transcoded = 0;

  /** Answers of the items, in order. */
  async function call(items: readonly Item[], batch: readonly SourceRecord[], signal: AbortSignal): Promise<unknown[]> {
    const data = items.map((item) => item.data);
    const request = session.request(
      interfaceName,
      method,
      carriesBytes ? { batchedData: data } : { data: data[0] ?? {} },
    );
    let answered = 0;
    try {
      const result = resultOf(await session.invoke(request, signal));
      if (!carriesBytes) return [result];
      const bodies = Array.isArray(result) ? (result as unknown[]) : [];
      if (bodies.length !== items.length) {
        throw new BridgeException(`the function answered ${bodies.length} of ${items.length} records`, "");
      }
      return bodies.map((body, index) => {
        answered = index;
        return resultOfBody(body);
      });
    } catch (thrown) {
      throw bridgeProblem(thrown, method, recordPlace(batch[items[answered]?.index ?? 0] as SourceRecord));
    }
  }

  return {
    async handle(batch, signal): Promise<readonly HandlerResult[]> {
      const results: HandlerResult[] = [];
      let waiting: Item[] = [];
      let bytes = 0;
      const flush = async (): Promise<void> => {
        const items = waiting;
        waiting = [];
        bytes = 0;
        if (items.length === 0) return;
        signal.throwIfAborted();
        const answers = await call(items, batch, signal);
        items.forEach(({ index }, n) => {
          results[index] = normaliseResult(answers[n], taskId, (batch[index] as SourceRecord).start);
        });
      };
      for (const [index, record] of batch.entries()) {
        const { data, isTranscoded } = recordData(interfaceName, record, carriesBytes);
        const item = { index, data, bytes: Buffer.byteLength(JSON.stringify(data)) };
        if (item.bytes > payloadBytesMax) {
          results[index] = tooLarge(item.bytes);
          continue;
        }
        if (isTranscoded) transcoded++;
        if (waiting.length > 0 && (waiting.length >= session.batch || bytes + item.bytes > batchBytesMax))
          await flush();
        waiting.push(item);
        bytes += item.bytes;
      }
      await flush();
      return results;
    },
    takeTranscoded() {
      const taken = transcoded;
      transcoded = 0;
      return taken;
    },
    close: () => session.close(),
  };
}

function tooLarge(bytes: number): HandlerResult {
  const message = `The record makes a request of ${bytes} bytes; a Lambda function takes ${payloadBytesMax}.`;
  return { kind: "invalid", code: "RECORD_TOO_LARGE_FOR_BRIDGE", message };
}
