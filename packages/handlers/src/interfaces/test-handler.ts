import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { SourceRecord } from "@letsdata/plugin-kit/reader";
import { plainBytes } from "@letsdata/plugin-kit/unpack/plain-bytes";
import type { ModuleLanguage } from "../artifact/locate-handler.ts";
import { javaScriptHost } from "../javascript/open-handler.ts";
import type { LanguageHost, StateMachineSource, TaskHandlerSource } from "../language-host.ts";
import { createRecordSplitter } from "../record-splitter/record-splitter.ts";
import type { VectorsHandler } from "../vectors/vectors-handler.ts";
import { handlerOnTrial } from "./handler-on-trial.ts";
import { isMessageInterface, type MessageInterface, recordsOfMessages } from "./test-messages.ts";

/** What became of a record; one that the reader could not hand out whole is as invalid as a document nobody can take. */
export type TestedResult = HandlerResult | ({ readonly kind: "invalid" } & NonNullable<SourceRecord["refused"]>);

export interface TestedRecord {
  readonly record: SourceRecord;
  readonly result: TestedResult;
}

export interface VectorsOnTrial {
  /** As that of the read handler; defaults to the one the artifact has. */
  readonly implementation?: string | null;
  /** A handler that does what both do, with a model or what stands in for it; closes both. */
  vectorise(handler: Handler, vectors: VectorsHandler): Handler;
}

export interface HandlerTest {
  /** Unpacked artifact with its support modules. */
  readonly artifactDir: string;
  /** Defaults, as does the implementation, to the one the artifact has. */
  readonly interfaceName?: string;
  readonly implementation?: string | null;
  /** What to read. Either this or a file. */
  readonly content?: string | Uint8Array;
  /**
   * Path of a file (plain, gzip or zstd) as the handler would get it; for several files `TYPE:path|TYPE:path`; for queues, streams and
   * tables a file of JSON lines.
   */
  readonly file?: string;
  /** Gives the read handler's documents to the artifact's vectors handler, too. */
  readonly vectors?: VectorsOnTrial;
  readonly host?: LanguageHost;
  /** The artifact's language, where it is not JavaScript. */
  readonly language?: ModuleLanguage;
}

/**
 * Runs a handler over local files in this process, as a task would: for handlers under development only.
 * Throws what a task would fail with: Problem ARTIFACT_INVALID, HANDLER_EXCEPTION, INVALID_HINT, NO_PROGRESS, SOURCE_CORRUPT.
 */
export async function* testHandler(input: HandlerTest): AsyncGenerator<TestedRecord> {
  const { host = javaScriptHost, artifactDir, vectors: onTrial } = input;
  const { interfaceName, vectorsImplementation = null, ...found } = await handlerOnTrial(host, input);
  const vectors = onTrial
    ? await openVectors(host, artifactDir, onTrial.implementation ?? vectorsImplementation)
    : undefined;
  const trial: Trial = {
    host,
    source: { artifactDir, ...found, taskId: "test", keepDocumentsFor: vectors?.keepDocumentsFor },
    content: input.content,
    file: input.file ?? "test",
    complete: (handler) => (onTrial && vectors ? onTrial.vectorise(handler, vectors) : handler),
  };
  try {
    if (interfaceName === "SingleFileParser") yield* testFile(trial);
    else if (isMessageInterface(interfaceName)) yield* testMessages(trial, interfaceName);
    else if (isStateMachineReader(interfaceName)) yield* testStateMachine(trial, interfaceName);
    else throw notOnItsOwn(interfaceName);
  } finally {
    await vectors?.close();
  }
}

async function openVectors(host: LanguageHost, artifactDir: string, implementation: string | null) {
  if (host.openVectorsHandler) return host.openVectorsHandler({ artifactDir, implementation, taskId: "test" });
  throw new Problem("NOT_AVAILABLE_LOCALLY", "Vectors handlers cannot be tried here.");
}

interface Trial {
  readonly host: LanguageHost;
  readonly source: TaskHandlerSource & Pick<StateMachineSource, "parserImplementations">;
  readonly file: string;
  readonly content: HandlerTest["content"];
  /** The read handler with all that is to come behind it. */
  readonly complete: (handler: Handler) => Handler;
}

function isStateMachineReader(name: string): name is StateMachineSource["interfaceName"] {
  return name === "SingleFileStateMachineReader" || name === "MultipleFileStateMachineReader";
}

function notOnItsOwn(interfaceName: string): Problem {
  const isVectors = interfaceName === "SagemakerVectorsInterface";
  const message = `Handlers of the interface ${interfaceName} cannot be tried here${isVectors ? " on their own" : ""}.`;
  if (!isVectors) return new Problem("NOT_AVAILABLE_LOCALLY", message);
  const fix = "It gets the documents of a read handler: try that one, with --vectors.";
  return new Problem("NOT_AVAILABLE_LOCALLY", message, {
    errors: [{ path: "", code: "NOT_AVAILABLE_LOCALLY", message, fix }],
  });
}

async function* testMessages(trial: Trial, interfaceName: MessageInterface): AsyncGenerator<TestedRecord> {
  const { host, source, content, file, complete } = trial;
  const handler = complete(await host.openRecordHandler({ ...source, interfaceName }));
  try {
    const text = content === undefined ? await readFile(file, "utf8") : String(Buffer.from(content));
    yield* results(handler, recordsOfMessages(text, interfaceName));
  } finally {
    await handler.close();
  }
}

async function* testFile({ host, source, file, content, complete }: Trial): AsyncGenerator<TestedRecord> {
  const opened = await host.openSingleFileParser(source);
  const handler = complete(opened.handler);
  try {
    const splitter = createRecordSplitter(await opened.frame(file));
    for await (const { records } of splitter.split(plainContent(file, content), 0)) yield* results(handler, records);
  } finally {
    await handler.close();
  }
}

async function* testStateMachine(
  { host, source, file, content, complete }: Trial,
  interfaceName: StateMachineSource["interfaceName"],
): AsyncGenerator<TestedRecord> {
  if (!host.openStateMachine) throw new Problem("NOT_AVAILABLE_LOCALLY", "State machines cannot be tried here yet.");
  const isSingle = interfaceName === "SingleFileStateMachineReader";
  const paths = isSingle ? { FILE: file } : pathsByType(file);
  const { combiner, ...opened } = await host.openStateMachine({ ...source, interfaceName, names: paths });
  const handler = complete(opened.handler);
  try {
    const byFolded = new Map(Object.entries(paths).map(([type, path]) => [type.toLowerCase(), path]));
    const bytes: Record<string, AsyncIterable<Uint8Array>> = {};
    for (const type of Object.keys(combiner.fileNames)) {
      bytes[type] = isSingle ? plainContent(file, content) : plainContent(byFolded.get(type.toLowerCase()) ?? "");
    }
    const { signal } = new AbortController();
    for await (const { records } of combiner.combine(bytes, null, signal)) yield* results(handler, records);
  } finally {
    await handler.close();
  }
}

/** `TYPE:path|TYPE:path`, as a manifest line would say it. */
function pathsByType(line: string): Readonly<Record<string, string>> {
  const entries = line.split("|").map((part) => {
    const colon = part.indexOf(":");
    if (colon > 0) return [part.slice(0, colon).trim(), part.slice(colon + 1).trim()] as const;
    throw new Problem("REQUEST_INVALID", "State the files as in a manifest line: TYPE:path|TYPE:path.");
  });
  return Object.fromEntries(entries);
}

async function* results(handler: Handler, records: readonly SourceRecord[]): AsyncGenerator<TestedRecord> {
  const whole = records.filter((record) => record.refused === undefined);
  const answered = whole.length > 0 ? await handler.handle(whole, new AbortController().signal) : [];
  const results = answered.values();
  for (const record of records) {
    const { refused } = record;
    const result = refused ? { kind: "invalid" as const, ...refused } : (results.next().value as HandlerResult);
    yield { record, result };
  }
}

/** A file unpacked as a task's reader would: all members of gzip, all frames of zstd. Throws SOURCE_CORRUPT. */
async function* plainContent(file: string, content?: string | Uint8Array): AsyncGenerator<Uint8Array> {
  if (content !== undefined) {
    yield Buffer.from(content);
    return;
  }
  const { size } = await stat(file);
  const stream = createReadStream(file);
  const options = { name: file, start: { compressed: 0, plain: 0 }, skip: 0, packedBytes: size, packing: null };
  try {
    yield* (await plainBytes(stream[Symbol.asyncIterator](), options)).bytes;
  } finally {
    stream.destroy();
  }
}
