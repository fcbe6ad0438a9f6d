import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import type { FileState } from "@letsdata/plugin-kit/reader";
import { normaliseResult } from "../javascript/normalise-result.ts";
import type { FileReaderState } from "../state-machine/state-machine-objects.ts";
import { asObject, BridgeException } from "./bridge-protocol.ts";
import type { Search } from "./file-windows.ts";

export interface WindowFileState extends FileState {
  readonly state: FileReaderState;
}
type ByType<T> = Readonly<Record<string, T>>;

/** One result of the reader object with what it is made of, and where the files stand behind it. */
export interface WindowResult {
  readonly records: ByType<readonly (readonly [start: number, end: number])[]>;
  readonly files: ByType<WindowFileState>;
  /** The document's fields, which the next request tells again. */
  readonly document: unknown;
  resultAt(position: number | string, taskId: string): HandlerResult;
}

/** What a function made of a request's windows. */
export interface WindowAnswer {
  readonly results: readonly WindowResult[];
  readonly files: ByType<WindowFileState>;
  readonly lastProcessedDocs: ByType<unknown>;
  readonly end: boolean;
  readonly noProgress: boolean;
  /** File types whose windows ended too early; the call that found out is not among the results. */
  readonly needMore: readonly string[];
  readonly waiting: ByType<Search>;
  /** How far that call looked into each file. */
  readonly read: ByType<number>;
  readonly hints: { readonly fileType: string; readonly start: unknown; readonly end: unknown } | null;
  readonly failure: { readonly method: string; readonly where: string; readonly body: unknown } | null;
}

/** Reads an answer. Throws BridgeException for one that is none. */
export function windowAnswerOf(value: unknown, fileTypes: readonly string[]): WindowAnswer {
  const answer = asObject(value);
  const { results, needMore, failure, hints } = answer;
  if (!Array.isArray(results)) throw new BridgeException("the function answered windows without results", "");
  const waiting = asObject(answer.waiting) as ByType<Search>;
  const asked = Array.isArray(needMore) ? needMore.filter((type) => fileTypes.includes(type)) : [];
  if (asked.some((type) => !Number.isSafeInteger(waiting[type]?.at))) {
    throw new BridgeException("the function needs more of a file and does not say from where", "");
  }
  return {
    results: results.map((result) => resultOf(asObject(result), fileTypes)),
    files: statesOf(answer.files, fileTypes),
    lastProcessedDocs: asObject(answer.lastProcessedDocs),
    end: answer.end === true,
    noProgress: answer.noProgress === true,
    needMore: asked,
    waiting,
    read: asObject(answer.read) as ByType<number>,
    hints: hints ? (asObject(hints) as unknown as NonNullable<WindowAnswer["hints"]>) : null,
    failure: failure ? failureOf(asObject(failure)) : null,
  };
}

function failureOf({ method, where, body }: Readonly<Record<string, unknown>>): NonNullable<WindowAnswer["failure"]> {
  return { method: String(method).slice(0, 100), where: String(where).slice(0, 2000), body };
}

function resultOf(result: Readonly<Record<string, unknown>>, fileTypes: readonly string[]): WindowResult {
  const { records, files, tooLarge, invalid } = result;
  const made = asObject(result.result);
  return {
    records: asObject(records) as WindowResult["records"],
    files: statesOf(files, fileTypes),
    document: made.document ?? null,
    resultAt(position, taskId) {
      if (tooLarge !== undefined) {
        const message = `The document makes an answer of ${String(tooLarge)} bytes; a Lambda function cannot send that.`;
        return { kind: "invalid", code: "RECORD_TOO_LARGE_FOR_BRIDGE", message };
      }
      if (invalid !== undefined) return { kind: "invalid", code: "INVALID_DOCUMENT", message: String(invalid) };
      return normaliseResult(made, taskId, position);
    },
  };
}

function statesOf(files: unknown, fileTypes: readonly string[]): ByType<WindowFileState> {
  const byType = asObject(files);
  return Object.fromEntries(
    fileTypes.map((type) => {
      const { offsetBytes, lastRecordType, nextRecordType, state } = asObject(byType[type]);
      if (!Number.isSafeInteger(offsetBytes)) {
        throw new BridgeException(`the function does not say where the file of type ${type} stands`, "");
      }
      const offset = offsetBytes as number;
      return [
        type,
        { offset, lastRecordType: text(lastRecordType), nextRecordType: text(nextRecordType), state: stateOf(state) },
      ];
    }),
  );
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function stateOf(value: unknown): FileReaderState {
  return value === "COMPLETED" || value === "PROCESSING" ? value : "FILE_DOWNLOADED";
}
