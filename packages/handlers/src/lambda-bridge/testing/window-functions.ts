import type { CombinedBatch, FileState } from "@letsdata/plugin-kit/reader";
import type { DocumentFields } from "../../interfaces/handler-types.ts";
import {
  Document,
  lambdaHandler,
  ParseCompositeDocumentResult,
  ParseDocumentResult,
} from "../../javascript/support-tree/letsdata_handler/index.js";
import type { LanguageHost } from "../../language-host.ts";
import { defaultSplitLimits } from "../../record-splitter/record-splitter.ts";
import type { StateMachine } from "../../state-machine/combine-files.ts";
import { bridgeHost } from "../bridge-host.ts";
import type { BridgeRequest } from "../bridge-protocol.ts";

const signal = new AbortController().signal;

export interface SentHint {
  readonly recordHintType: "PATTERN" | "OFFSET";
  readonly pattern: string | null;
  readonly offset: number;
}
export type Hint = SentHint | null;
const lineEnd: Hint = { recordHintType: "PATTERN", pattern: "\n", offset: -1 };

export interface FileCode {
  readonly start?: Hint;
  readonly end?: Hint;
  readonly combine?: (file: { nextRecord(peek: boolean): Promise<DocumentFields | null> }) => Promise<unknown>;
}

type ParserArguments = [string, string, number, string | null, DocumentFields | null, Uint8Array];
/** The parser throws at a record with this one. */
const badByte = "!".charCodeAt(0);

/** A function of our own with this parser and reader; one document a record if nothing else is said. */
export function functionWith({ start = null, end = lineEnd, combine }: FileCode = {}): Answer {
  class SingleFileStateMachineParser {
    getNextExpectedRecordType = () => "LINE";
    getNextRecordStartPattern = () => start;
    getNextRecordEndPattern = () => end;
    parseDocument(...[type, , offset, , last, bytes]: ParserArguments) {
      if (bytes.includes(badByte)) throw new RangeError("a bad byte");
      const id = `${offset}-${offset + bytes.length}`;
      const hex = Buffer.from(bytes).toString("hex");
      return new ParseDocumentResult(
        null,
        new Document("Document", id, type, null, null, { bytes: hex, behind: last?.documentId ?? null }),
        "SUCCESS",
      );
    }
  }
  class SingleFileStateMachineReader {
    getS3FileType = () => "LOG";
    getResolvedS3FileName = () => "a";
    async parseDocument(_type: string, _last: unknown, _document: unknown, file: never) {
      if (combine) return combine(file);
      const record = await (file as { nextRecord(peek: boolean): Promise<Document | null> }).nextRecord(false);
      return new ParseCompositeDocumentResult(null, record, null, null, null, "SUCCESS");
    }
  }
  return lambdaHandler({ SingleFileStateMachineReader, SingleFileStateMachineParser });
}

/** Answers a request as a function does; `context` as Lambda gives it. */
export type Answer = (request: BridgeRequest, context?: unknown) => Promise<unknown>;

/** A host of a function in this process, from and to which everything goes as JSON. */
export function hostOfFunction(answer: Answer, windowBytesMax?: number): LanguageHost {
  return bridgeHost({
    language: "JAVASCRIPT",
    ...(windowBytesMax === undefined ? {} : { windowBytesMax }),
    connect: async () => ({
      invoke: async (request) => throughJson(await answer(throughJson(request))),
      close: async () => {},
    }),
  });
}

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

export async function open(host: LanguageHost, name = "a", artifactDir = ""): Promise<StateMachine> {
  const limits = { ...defaultSplitLimits, batchRecordsMax: 1 };
  const source = { artifactDir, taskId: "task", interfaceName: "SingleFileStateMachineReader", limits } as const;
  const machine = await host.openStateMachine?.({ ...source, names: { S3: name } });
  if (!machine) throw new Error("no state machines");
  return machine;
}

export async function* chunks(bytes: Buffer, from: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
}

export async function read(
  machine: StateMachine,
  bytes: Buffer,
  size = 7,
  from: Readonly<Record<string, FileState>> | null = null,
) {
  const batches: CombinedBatch[] = [];
  const LOG = chunks(bytes, from?.LOG?.offset ?? 0, size);
  for await (const batch of machine.combiner.combine({ LOG }, from, signal)) batches.push(batch);
  return batches;
}

/** Each record as its place and bytes, refused ones as their place and code. */
export async function told(machine: StateMachine, batches: readonly CombinedBatch[]): Promise<string[]> {
  const records = batches.flatMap((batch) => batch.records);
  const results = await machine.handler.handle(records, signal);
  return records.map((record, index) => {
    const result = results[index];
    if (record.refused) return `${record.start}-${record.end} ${record.refused.code}`;
    return result?.kind === "document"
      ? `${result.document.documentId} ${String(result.document.fields().bytes)}`
      : JSON.stringify(result);
  });
}
