import { type TestedResult, testHandler } from "@letsdata/handlers/interfaces/test-handler";
import { hostOfObject, vectorsHandlerOfObject } from "@letsdata/handlers/javascript/host-of-object";
import { ParsedDocument } from "@letsdata/handlers/parsed-document";
import type { ReadDocument } from "@letsdata/handlers/vectors/vectors-handler";
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

/** What would be archived. `code`: of an error that the handler did not give itself, such as INVALID_DOCUMENT or RECORD_TOO_LARGE. */
export type RunError = Pick<ErrorDocument, "message"> & Partial<ErrorDocument> & { readonly code?: string };

/** What became of the records; each record is in one of the lists but `partErrors`. */
export interface HandlerRun {
  /** Bodies as they would be written. */
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  readonly errors: readonly RunError[];
  /** Of composite documents, whatever became of the whole: archived, but not counted as records. */
  readonly partErrors: readonly RunError[];
  readonly skips: readonly { readonly reason: string | null }[];
}

/** Runs a handler over records as a task would. Throws what would fail the task, such as HANDLER_EXCEPTION with the handler's stack. */
export async function runHandler(input: HandlerRunInput): Promise<HandlerRun> {
  const { handler, artifactDir = "", records, content = jsonLines(records), file, interfaceName } = input;
  const own = handler ? hostOfObject(handler, interfaceName) : {};
  const stated = interfaceName ? { interfaceName } : {};
  const source = { ...(file ? { file } : {}), ...(content === undefined ? {} : { content }) };
  const results: TestedResult[] = [];
  for await (const { result } of testHandler({ artifactDir, ...stated, ...source, ...own })) results.push(result);
  return runOf(results);
}

export interface VectorsRunInput {
  /** A class or object with the methods of `SagemakerVectorsInterface`. */
  readonly handler: object;
  /** What a read handler made: the attributes of each document as they would be written. */
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  /** Stands in for the model; left out, every text gets the vector [1, 0, 0]. */
  readonly vectorOf?: (text: string) => readonly number[];
}

export interface VectorsRun extends HandlerRun {
  /** What would be sent to the model, of each document that has texts that can be used. */
  readonly texts: readonly Readonly<Record<string, string>>[];
}

/** Runs a vectors handler over documents as a task would, without a model. Throws HANDLER_EXCEPTION with the handler's stack. */
export async function runVectorsHandler(input: VectorsRunInput): Promise<VectorsRun> {
  const { vectorOf = () => [1, 0, 0] } = input;
  const vectors = vectorsHandlerOfObject(input.handler, "test");
  const { signal } = new AbortController();
  const read = input.documents.map((fields, n) => documentOf(fields, n));
  const extracted = await vectors.extract(read, signal);
  const results: TestedResult[] = [];
  const texts: Readonly<Record<string, string>>[] = [];
  for (const [n, one] of extracted.entries()) {
    if (one.kind === "invalid") {
      results.push(one);
      continue;
    }
    texts.push(one.texts);
    const named = Object.entries(one.texts).map(([name, text]) => [name, vectorOf(text)]);
    results.push(...(await vectors.construct([{ ...read[n]!, vectors: Object.fromEntries(named) }], signal)));
  }
  return { ...runOf(results), texts };
}

function documentOf(fields: Readonly<Record<string, unknown>>, start: number): ReadDocument {
  const source = { type: "TEST", name: "documents" };
  const document = new ParsedDocument(null, null, null, JSON.stringify(fields), "test", start);
  return { record: { source, start, end: start, body: new Uint8Array(0), attributes: {} }, document };
}

function runOf(results: readonly TestedResult[]): HandlerRun {
  const documents: Readonly<Record<string, unknown>>[] = [];
  const errors: RunError[] = [];
  const partErrors: RunError[] = [];
  const skips: { reason: string | null }[] = [];
  for (const result of results) {
    if (result.kind === "error") partErrors.push(...result.error.parts);
    else if (result.kind !== "invalid") partErrors.push(...(result.partErrors ?? []));
    if (result.kind === "document") documents.push(JSON.parse(result.document.body));
    else if (result.kind === "skip") skips.push({ reason: result.reason });
    else errors.push(result.kind === "error" ? result.error : { code: result.code, message: result.message });
  }
  return { documents, errors, partErrors, skips };
}

function jsonLines(records: readonly unknown[] | undefined): string | undefined {
  return records?.map((record) => (typeof record === "string" ? record : JSON.stringify(record))).join("\n");
}
