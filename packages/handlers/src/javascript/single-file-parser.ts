import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { FileFraming, RecordHint, SourceRecord } from "@letsdata/plugin-kit/reader";
import { describeThrown } from "./describe-thrown.ts";
import type { HandlerObject } from "./load-handler-class.ts";
import { normaliseResult } from "./normalise-result.ts";

/** A customer's `SingleFileParser`, asked for a file's framing and then for its documents. */
export interface SingleFileHost {
  /** Asks file type, resolved name and patterns; once per attempt. Throws HANDLER_EXCEPTION or INVALID_HINT. */
  frame(fileName: string): Promise<FileFraming>;
  readonly handler: Handler;
}

export function openSingleFileParser(parser: HandlerObject, taskId: string): SingleFileHost {
  return {
    frame: (fileName) => frameFile(parser, fileName),
    handler: { handle: (batch, signal) => handleBatch(parser, taskId, batch, signal), close: async () => {} },
  };
}

async function frameFile(parser: HandlerObject, fileName: string): Promise<FileFraming> {
  const ask = async (method: string, ...args: readonly unknown[]): Promise<unknown> => {
    try {
      return await parser[method]?.(...args);
    } catch (thrown) {
      throw handlerException(method, `for the file ${fileName}`, thrown);
    }
  };
  const text = async (method: string, ...args: readonly unknown[]): Promise<string> => {
    const answer = await ask(method, ...args);
    if (typeof answer === "string" && answer !== "") return answer;
    const found = answer === "" ? "an empty text" : answer === null ? "null" : `a value of type ${typeof answer}`;
    throw new Problem(
      "HANDLER_EXCEPTION",
      `${method} returned ${found} for the file ${fileName}; it must return a text.`,
    );
  };
  const fileType = await text("getS3FileType");
  const resolvedName = await text("getResolvedS3FileName", fileType, fileName);
  const start = hintOf(await ask("getRecordStartPattern", fileType), "getRecordStartPattern");
  const end = hintOf(await ask("getRecordEndPattern", fileType), "getRecordEndPattern");
  return { fileType, resolvedName, start, end };
}

/** Published hints carry `recordHintType`, `pattern` and `offset`; the unused one is -1 or null. */
function hintOf(answer: unknown, method: string): RecordHint {
  if (answer === null || answer === undefined) return null;
  const { recordHintType, pattern, offset } = answer as Record<string, unknown>;
  if (recordHintType === "PATTERN" && typeof pattern === "string" && pattern !== "") {
    return { kind: "pattern", pattern: Buffer.from(pattern, "utf8") };
  }
  if (recordHintType === "OFFSET" && Number.isSafeInteger(offset)) return { kind: "offset", offset: offset as number };
  throw new Problem(
    "INVALID_HINT",
    `${method} must return null or a RecordParseHint of type PATTERN with a non-empty pattern, or OFFSET with a whole number.`,
  );
}

function handleBatch(
  parser: HandlerObject,
  taskId: string,
  batch: readonly SourceRecord[],
  signal: AbortSignal,
): readonly HandlerResult[] | Promise<readonly HandlerResult[]> {
  const results: HandlerResult[] = [];
  for (let i = 0; i < batch.length; i++) {
    const record = batch[i] as SourceRecord;
    const returned = parseRecord(parser, record);
    if (isPromise(returned)) return handleRest(parser, taskId, batch, signal, results, returned);
    results.push(normaliseResult(returned, taskId, record.start));
  }
  return results;
}

/** The handler answers with promises: the rest of the batch one after the other, as it would have been called. */
async function handleRest(
  parser: HandlerObject,
  taskId: string,
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
      throw recordException(record, thrown);
    }
    results.push(normaliseResult(settled, taskId, record.start));
    if (results.length === batch.length) return results;
    signal.throwIfAborted();
    returned = parseRecord(parser, batch[results.length] as SourceRecord);
  }
}

function parseRecord(parser: HandlerObject, { source, start, body }: SourceRecord): unknown {
  try {
    return parser.parseDocument?.(source.type, source.name, start, body, 0, body.length);
  } catch (thrown) {
    throw recordException({ source, start }, thrown);
  }
}

function recordException({ source, start }: Pick<SourceRecord, "source" | "start">, thrown: unknown): Problem {
  return handlerException("parseDocument", `at byte ${start} of ${source.name}`, thrown);
}

function handlerException(method: string, where: string, thrown: unknown): Problem {
  const { text, stack } = describeThrown(thrown);
  return new Problem("HANDLER_EXCEPTION", `${method} threw ${where}: ${text}`, { details: { stack } });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
