import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import {
  type BridgeData,
  BridgeException,
  batchBytesMax,
  payloadBytesMax,
  resultOf,
  resultOfBody,
} from "./bridge-protocol.ts";
import { type BridgeSession, bridgeProblem } from "./bridge-session.ts";

export interface BridgeItem {
  readonly data: BridgeData;
  /** Its record's place in words, for messages. */
  readonly place: () => string;
}

/** What the function returned for an item, or that no request can hold it. */
export type ItemAnswer =
  | { readonly kind: "answer"; readonly returned: unknown }
  | Extract<HandlerResult, { kind: "invalid" }>;

interface Waiting extends BridgeItem {
  /** Place among the items. */
  readonly index: number;
}

/** Calls `method` for each item, one a request or as many as the other side takes. Answers in order. Throws HANDLER_EXCEPTION. */
export async function callInBatches(
  session: BridgeSession,
  interfaceName: string,
  method: string,
  items: Iterable<BridgeItem>,
  signal: AbortSignal,
): Promise<readonly ItemAnswer[]> {
  const answers: ItemAnswer[] = [];
  let waiting: Waiting[] = [];
  let bytes = 0;
  let index = 0;
  const flush = async (): Promise<void> => {
    const sent = waiting;
    waiting = [];
    bytes = 0;
    if (sent.length === 0) return;
    signal.throwIfAborted();
    const returned = await call(session, interfaceName, method, sent, signal);
    for (const [n, { index: at }] of sent.entries()) answers[at] = { kind: "answer", returned: returned[n] };
  };
  for (const item of items) {
    const itemBytes = Buffer.byteLength(JSON.stringify(item.data));
    if (itemBytes > payloadBytesMax) {
      answers[index++] = tooLarge(itemBytes);
      continue;
    }
    if (waiting.length > 0 && (waiting.length >= session.batch || bytes + itemBytes > batchBytesMax)) await flush();
    waiting.push({ ...item, index: index++ });
    bytes += itemBytes;
  }
  await flush();
  return answers;
}

async function call(
  session: BridgeSession,
  interfaceName: string,
  method: string,
  items: readonly Waiting[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const takesBatches = session.batch > 0;
  const data = items.map((item) => item.data);
  const request = session.request(
    interfaceName,
    method,
    takesBatches ? { batchedData: data } : { data: data[0] ?? {} },
  );
  let answered = 0;
  try {
    const result = resultOf(await session.invoke(request, signal));
    if (!takesBatches) return [result];
    const bodies = Array.isArray(result) ? (result as unknown[]) : [];
    if (bodies.length !== items.length) {
      throw new BridgeException(`the function answered ${bodies.length} of ${items.length} records`, "");
    }
    return bodies.map((body, index) => {
      answered = index;
      return resultOfBody(body);
    });
  } catch (thrown) {
    throw bridgeProblem(thrown, method, items[answered]?.place() ?? "");
  }
}

function tooLarge(bytes: number): ItemAnswer {
  const message = `The record makes a request of ${bytes} bytes; a Lambda function takes ${payloadBytesMax}.`;
  return { kind: "invalid", code: "RECORD_TOO_LARGE_FOR_BRIDGE", message };
}
