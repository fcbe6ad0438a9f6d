import { type TestedRecord, testHandler } from "@letsdata/handlers/interfaces/test-handler";
import { hostOfObject } from "@letsdata/handlers/javascript/host-of-object";
import type { ErrorDocument } from "@letsdata/plugin-kit/handler";

export interface HandlerRunInput {
  /** A handler class or object of an interface that gets single records. Either this or `artifactDir`. */
  readonly handler?: object;
  /** A folder with `letsdata_interfaces`, such as the build's; needed for state machines. */
  readonly artifactDir?: string;
  /** Such as `QueueMessageReader`, where neither the class's name nor the artifact tells. */
  readonly interfaceName?: string;
  /** A plain, gzip or zstd file; `TYPE:path|TYPE:path` for several; JSON lines for messages, stream records and items. */
  readonly file?: string;
  /** The file's content, instead of a file. */
  readonly content?: string | Uint8Array;
  /** Messages, stream records or items, instead of a file: each is the arguments by name, or the message, data or item itself. */
  readonly records?: readonly unknown[];
}

/** What became of the records; each record is in one of the lists. */
export interface HandlerRun {
  /** Bodies as they would be written. */
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  /** What would be archived: the handler's errors, and documents that do not serialise. */
  readonly errors: readonly (Pick<ErrorDocument, "message"> & Partial<ErrorDocument>)[];
  readonly skips: readonly { readonly reason: string | null }[];
}

/** Runs a handler over records as a task would. Throws what would fail the task, such as HANDLER_EXCEPTION with the handler's stack. */
export async function runHandler(input: HandlerRunInput): Promise<HandlerRun> {
  const { handler, artifactDir = "", records, content = jsonLines(records), file, interfaceName } = input;
  const own = handler ? hostOfObject(handler, interfaceName) : {};
  const stated = interfaceName ? { interfaceName } : {};
  const source = { ...(file ? { file } : {}), ...(content === undefined ? {} : { content }) };
  const documents: Readonly<Record<string, unknown>>[] = [];
  const errors: (Pick<ErrorDocument, "message"> & Partial<ErrorDocument>)[] = [];
  const skips: { reason: string | null }[] = [];
  for await (const { result } of testHandler({ artifactDir, ...stated, ...source, ...own })) add(result);
  return { documents, errors, skips };

  function add(result: TestedRecord["result"]): void {
    if (result.kind === "document") documents.push(JSON.parse(result.document.body));
    else if (result.kind === "skip") skips.push({ reason: result.reason });
    else errors.push(result.kind === "error" ? result.error : { message: result.message });
  }
}

function jsonLines(records: readonly unknown[] | undefined): string | undefined {
  return records?.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n");
}
