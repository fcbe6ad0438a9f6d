import type { ErrorRecord } from "@letsdata/plugin-kit/error-sink";
import type { ErrorDocument, OutputDocument } from "@letsdata/plugin-kit/handler";
import { bytesOf, type SourceRecord } from "@letsdata/plugin-kit/reader";
import type { Clock } from "./ports.ts";
import { stableHash } from "./stable-hash.ts";

/** An error record with its place in the task: archives are cut and named by it. */
export interface FailedRecord {
  readonly ordinal: number;
  readonly record: ErrorRecord;
}

export interface ErrorOrigin {
  readonly task: {
    readonly datasetName: string;
    readonly datasetId: string;
    readonly taskId: string;
    readonly attempt: number;
    readonly codeVersion: number;
  };
  readonly clock: Clock;
  /** How much of a record's body is archived; null = all of it. */
  readonly bodyBytesMax: number | null;
}

export function handlerError(origin: ErrorOrigin, source: SourceRecord, error: ErrorDocument): ErrorRecord {
  return {
    ...commonParts(origin, source),
    origin: "HANDLER",
    code: "HANDLER_ERROR_DOC",
    errorMessage: error.message,
    documentId: error.documentId,
    recordType: error.recordType,
    partitionKey: error.partitionKey,
    documentMetadata: error.documentMetadata,
    errorStartOffsetMap: { ...startOffsets(source), ...error.startOffsets },
    errorEndOffsetMap: { ...endOffsets(source), ...error.endOffsets },
    document: error.document,
    parts: error.parts,
  };
}

export function systemError(
  origin: ErrorOrigin,
  source: SourceRecord,
  problem: { readonly code: string; readonly message: string },
  document: OutputDocument | null,
  parts: readonly ErrorDocument[] = [],
): ErrorRecord {
  return {
    ...commonParts(origin, source),
    origin: "SYSTEM",
    code: problem.code,
    errorMessage: problem.message,
    documentId: document?.documentId ?? null,
    recordType: document?.recordType ?? null,
    partitionKey: document?.partitionKey ?? null,
    documentMetadata: {},
    errorStartOffsetMap: startOffsets(source),
    errorEndOffsetMap: endOffsets(source),
    document: document?.body ?? null,
    parts,
  };
}

/** The failed parts of a composite whose document was good, or that had none (null) and was skipped. */
export function partErrors(
  origin: ErrorOrigin,
  source: SourceRecord,
  document: OutputDocument | null,
  parts: readonly ErrorDocument[],
): ErrorRecord {
  return {
    ...commonParts(origin, source),
    origin: "HANDLER",
    code: "HANDLER_ERROR_DOC",
    errorMessage: `${parts.length} ${parts.length === 1 ? "part" : "parts"} of a document that was ${document ? "written" : "skipped"} failed: ${parts[0]?.message}`,
    documentId: document?.documentId ?? null,
    recordType: document?.recordType ?? null,
    partitionKey: document?.partitionKey ?? null,
    documentMetadata: {},
    errorStartOffsetMap: startOffsets(source),
    errorEndOffsetMap: endOffsets(source),
    document: null,
    parts,
  };
}

function startOffsets({ source, start, madeOf }: SourceRecord): Readonly<Record<string, string>> {
  return madeOf?.startOffsets ?? { [source.type]: String(start) };
}

function endOffsets({ source, end, madeOf }: SourceRecord): Readonly<Record<string, string>> {
  return madeOf?.endOffsets ?? { [source.type]: String(end) };
}

function commonParts({ task, clock, bodyBytesMax }: ErrorOrigin, source: SourceRecord) {
  const { type, name } = source.source;
  const { madeOf } = source;
  return {
    errorId: stableHash(`${task.taskId}\n${type}\n${source.start}`),
    datasetName: task.datasetName,
    datasetId: task.datasetId,
    taskId: task.taskId,
    attempt: task.attempt,
    errorTime: clock.now(),
    source: {
      fileNames: madeOf?.fileNames ?? { [type]: name },
      lastRecordTypes: madeOf?.lastRecordTypes ?? {},
    },
    record: archivedBody(bytesOf(source), bodyBytesMax),
    codeVersion: task.codeVersion,
  };
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text stays readable, other bytes become base64. A cut never splits a character. */
export function archivedBody(body: Uint8Array, bytesMax: number | null): ErrorRecord["record"] {
  const truncated = bytesMax !== null && body.length > bytesMax;
  const kept = truncated ? body.subarray(0, bytesMax) : body;
  try {
    const whole = truncated ? kept.subarray(0, characterBoundary(body, kept.length)) : kept;
    return { encoding: "utf8", body: strictUtf8.decode(whole), truncated };
  } catch {
    return {
      encoding: "base64",
      body: Buffer.from(kept.buffer, kept.byteOffset, kept.length).toString("base64"),
      truncated,
    };
  }
}

function characterBoundary(bytes: Uint8Array, end: number): number {
  let boundary = end;
  for (let steps = 0; steps < 3 && boundary > 0 && ((bytes[boundary] ?? 0) & 0xc0) === 0x80; steps++) boundary--;
  return boundary;
}
