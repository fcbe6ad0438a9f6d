/** A call of customer code behind a Lambda function, as published (product.md §4.5); images count the keys of `data`. */
export interface BridgeRequest {
  readonly requestId: string;
  readonly interface: string;
  readonly function: string;
  readonly letsdataAuth: {
    readonly tenantId: string;
    readonly userId: string;
    readonly datasetName: string;
    readonly datasetId: string;
  };
  readonly data: BridgeData;
  /** Empty unless the other side speaks protocol 2. */
  readonly batchedData: readonly BridgeData[];
}
export type BridgeData = Readonly<Record<string, unknown>>;

/**
 * Sends one request and resolves to the response's JSON, read with `parseAnswer`. Throws BridgeException where customer code threw past
 * the response, a Problem where the function could not be reached.
 */
export type Invoke = (request: BridgeRequest, signal: AbortSignal) => Promise<unknown>;

/** What customer code threw behind the bridge. */
export class BridgeException extends Error {
  readonly stackTrace: string;
  constructor(message: string, stackTrace: string) {
    super(message);
    this.stackTrace = stackTrace;
  }
}

/** Lambda takes 6 MB a request; the specification leaves room for the envelope. */
export const payloadBytesMax = 5.5 * 1024 * 1024;
export const batchBytesMax = 5 * 1024 * 1024;
export const batchItemsMax = 500;

/** The result of a call. Throws BridgeException for an exception and for what is no response. */
export function resultOf(response: unknown): unknown {
  const { body } = asObject(response);
  return resultOfBody(typeof body === "string" ? parseAnswer(body) : body, response);
}

/** The result in one body: protocol 2 answers a batch with bodies in order. */
export function resultOfBody(body: unknown, response: unknown = body): unknown {
  const { statusCode, data, exception, errorMessage } = asObject(body);
  if (statusCode === "SUCCESS") return data;
  // A function that failed outside its entry answers with what its runtime caught.
  const thrown = asObject(exception ?? response);
  const message = thrown.errorMessage ?? errorMessage;
  if (message === undefined && statusCode === undefined) {
    throw new BridgeException(`the function answered ${shown(response)} instead of a response`, "");
  }
  const type = typeof thrown.errorType === "string" && thrown.errorType !== "" ? `${thrown.errorType}: ` : "";
  throw new BridgeException(`${type}${String(message ?? "no message")}`, stackOf(thrown));
}

/** The JSON a function answered with, read with `parseExactly`. Throws BridgeException where it is none, such as Python's NaN. */
export function parseAnswer(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    throw new BridgeException(`the function answered what is no JSON: ${(error as Error).message}`, "");
  }
}

function stackOf({ stackTrace, trace }: Readonly<Record<string, unknown>>): string {
  const stack = stackTrace ?? trace ?? "";
  if (Array.isArray(stack)) return stack.join("\n").slice(0, stackLengthMax);
  if (typeof stack !== "string") return shown(stack);
  // The published JavaScript template sends its stack as JSON text.
  return (stack.startsWith('"') ? String(jsonOr(stack)) : stack).slice(0, stackLengthMax);
}

const stackLengthMax = 8000;

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 200);
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

type Revive = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
interface JsonWithSource {
  parse(text: string, revive: Revive): unknown;
  rawJSON?(text: string): unknown;
}
const json = JSON as unknown as JsonWithSource;

/** JSON whose numbers keep their own digits when they are written again, where JavaScript would change them. */
export function parseExactly(text: string): unknown {
  const { rawJSON } = json;
  if (!rawJSON) return JSON.parse(text);
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source ? rawJSON(source) : value,
  );
}
