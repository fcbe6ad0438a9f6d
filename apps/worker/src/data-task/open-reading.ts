import type { ComponentAssignment, TaskAssignment } from "@letsdata/compute/task-protocol";
import type { HandlerInterface } from "@letsdata/handlers/artifact/locate-handler";
import type { LanguageHost } from "@letsdata/handlers/language-host";
import { isRecordInterface } from "@letsdata/handlers/record-arguments";
import { createRecordSplitter } from "@letsdata/handlers/record-splitter/record-splitter";
import type { CloudAccess, Warn } from "@letsdata/plugin-kit/connector";
import type { Handler } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { Reader } from "@letsdata/plugin-kit/reader";
import { readConnector } from "./catalogue-entry.ts";
import { handlerPlace } from "./handler-place.ts";
import { openVectors } from "./open-vectors.ts";

export interface ReadingInput {
  readonly assignment: TaskAssignment;
  readonly accessOf: (component: Pick<ComponentAssignment, "access">) => CloudAccess;
  /** Notes what has to be closed if the attempt cannot start. */
  readonly keep: <T extends { close(): Promise<void> }>(part: T) => T;
  readonly isTrial?: boolean;
  readonly warn?: Warn;
  /** Of the vectors handler that gets the documents. */
  readonly keepDocumentsFor?: number | undefined;
}

/** Reader and handler of one attempt belong together: a file's reader asks the handler where records begin and end. */
export interface Reading {
  readonly reader: Reader;
  readonly handler: Handler;
}

type OpenReading = (input: ReadingInput, host: LanguageHost) => Promise<Reading>;

const readings: Readonly<Partial<Record<HandlerInterface, OpenReading>>> = {
  SingleFileParser: readFile,
  SingleFileStateMachineReader: readWithStateMachine,
  MultipleFileStateMachineReader: readWithStateMachine,
  QueueMessageReader: readRecords,
  KinesisRecordReader: readRecords,
  DynamoDBStreamsRecordReader: readRecords,
  DynamoDBTableItemReader: readRecords,
};

/** Opens by (language, interface). Throws NOT_AVAILABLE_LOCALLY for what has no entry. */
export async function openReading(input: ReadingInput): Promise<Reading> {
  const { language, interfaceName } = input.assignment.handler;
  const { host, interfaceName: name } = handlerPlace(language, interfaceName);
  const open = readings[name];
  if (!open) throw new Problem("NOT_AVAILABLE_LOCALLY", `Handlers of the interface ${name} cannot run here yet.`);
  const { vectors } = input.assignment;
  if (!vectors) return open(input, host);
  const { keepDocumentsFor, vectorise } = await openVectors({ ...input, vectors }, host);
  const { reader, handler } = await open({ ...input, keepDocumentsFor }, host);
  return { reader, handler: input.keep(vectorise(handler)) };
}

async function readFile(
  { assignment, accessOf, keep, keepDocumentsFor }: ReadingInput,
  languageHost: LanguageHost,
): Promise<Reading> {
  const { handler: code, reader: source, task } = assignment;
  const host = await languageHost.openSingleFileParser({
    ...code,
    dataset: task,
    taskId: task.taskId,
    keepDocumentsFor,
  });
  const handler = keep(host.handler);
  const framing = await host.frame(onlyFile(source.definition));
  const reader = await readConnector(source.destination).openReader({
    config: source.config,
    definition: source.definition,
    access: accessOf(source),
    splitters: [createRecordSplitter(framing)],
  });
  return { handler, reader: keep(reader) };
}

async function readWithStateMachine(
  { assignment, accessOf, keep, keepDocumentsFor }: ReadingInput,
  host: LanguageHost,
): Promise<Reading> {
  const { handler: code, reader: source, task } = assignment;
  const { interfaceName, language } = code;
  if (interfaceName !== "SingleFileStateMachineReader" && interfaceName !== "MultipleFileStateMachineReader") {
    throw new Problem("INTERNAL", `${interfaceName} is no state machine.`);
  }
  if (!host.openStateMachine) {
    throw new Problem("NOT_AVAILABLE_LOCALLY", `State machines in ${language} cannot run here yet.`, {
      path: "readConnector.readerType",
    });
  }
  const parserImplementations = parserClasses(source.config);
  const { combiner, handler } = await host.openStateMachine({
    ...code,
    dataset: task,
    interfaceName,
    taskId: task.taskId,
    parserImplementations,
    names: namedFiles(source.definition),
    keepDocumentsFor,
  });
  keep(handler);
  const reader = await readConnector(source.destination).openReader({
    config: source.config,
    definition: source.definition,
    access: accessOf(source),
    splitters: [],
    combiner,
  });
  return { handler, reader: keep(reader) };
}

/** Parser classes the configuration states, by file type. */
function parserClasses(config: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const { singleFileStateMachineParserImplementationClassName: only } = config;
  const byType = config.singleFileStateMachineParserImplementationClassNameMap as Readonly<Record<string, string>>;
  return typeof only === "string" ? { "*": only } : (byType ?? {});
}

async function readRecords(input: ReadingInput, host: LanguageHost): Promise<Reading> {
  const { handler: code, task } = input.assignment;
  const { interfaceName } = code;
  if (!isRecordInterface(interfaceName)) throw new Problem("INTERNAL", `${interfaceName} gets no single records.`);
  const handler = input.keep(
    await host.openRecordHandler({
      ...code,
      dataset: task,
      interfaceName,
      taskId: task.taskId,
      keepDocumentsFor: input.keepDocumentsFor,
    }),
  );
  return { handler, reader: await openRecordReader(input) };
}

/** The reader of a source that makes records itself: a queue, a shard, a segment. */
export async function openRecordReader({ assignment, accessOf, keep, isTrial, warn }: ReadingInput): Promise<Reader> {
  const { reader: source } = assignment;
  const reader = await readConnector(source.destination).openReader({
    config: source.config,
    definition: source.definition,
    access: accessOf(source),
    splitters: [],
    ...(isTrial ? { isTrial } : {}),
    ...(warn ? { warn } : {}),
  });
  return keep(reader);
}

/** A single-file task's definition names one object key, whatever the planner calls its type. */
function onlyFile(definition: Readonly<Record<string, unknown>>): string {
  const names = Object.values(namedFiles(definition));
  const [name] = names;
  if (names.length === 1 && name !== undefined) return name;
  throw new Problem("INTERNAL", "The task's reader definition does not name exactly one file.", {
    details: { definition },
  });
}

function namedFiles(definition: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return (definition.fileNames ?? {}) as Readonly<Record<string, string>>;
}
