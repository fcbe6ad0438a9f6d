import type { Handler, HandlerResult } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { CombinedBatch, FileCombiner, FileState, RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { SplitLimits } from "../record-splitter/record-cutter.ts";
import { defaultSplitLimits } from "../record-splitter/record-splitter.ts";
import { CompositeRecord } from "./composite-record.ts";
import { StateMachineFile } from "./state-machine-file.ts";
import type { Combined, HandlerDocument, StateMachineObjects, TextMap } from "./state-machine-objects.ts";

/** Reader side and handler side of a state machine: customer code runs while reading, so its results travel on the records. */
export interface StateMachine {
  readonly combiner: FileCombiner;
  readonly handler: Handler;
}

/**
 * Asks file types and resolved names for a manifest line's files; `names` is by the manifest's file types, which ignore case.
 * Throws HANDLER_EXCEPTION, also where the handler's file types are not the line's.
 */
export async function openStateMachine(
  objects: StateMachineObjects,
  names: TextMap,
  limits: SplitLimits = defaultSplitLimits,
): Promise<StateMachine> {
  const fileTypes = await objects.fileTypes();
  const fileNames = inOrder(fileTypes, await objects.resolveNames(byHandlersTypes(fileTypes, names)));
  return {
    combiner: {
      fileNames,
      combine: (bytes, from, signal) => combine({ objects, fileNames, limits, bytes, from, signal }),
    },
    handler: {
      handle: (batch) => batch.map((record) => (record as CompositeRecord).result),
      close: () => objects.close(),
    },
  };
}

function byHandlersTypes(fileTypes: readonly string[], names: TextMap): TextMap {
  const given = Object.entries(names);
  // The planner names the one file of a line that states no type.
  if (given.length === 1 && fileTypes.length === 1) return { [fileTypes[0] as string]: given[0]?.[1] as string };
  const byFolded = new Map(given.map(([type, name]) => [type.toLowerCase(), name]));
  const matched = fileTypes.flatMap((type) => {
    const name = byFolded.get(type.toLowerCase());
    return name === undefined ? [] : [[type, name] as const];
  });
  if (matched.length === fileTypes.length && matched.length === given.length) return Object.fromEntries(matched);
  const known = given.map(([type]) => type).join(", ");
  throw new Problem(
    "HANDLER_EXCEPTION",
    `The handler's file types are ${fileTypes.join(", ")}; those of the manifest line are ${known}.`,
  );
}

function inOrder(fileTypes: readonly string[], names: TextMap): TextMap {
  return Object.fromEntries(
    fileTypes.map((type) => {
      const name = names[type];
      if (name) return [type, name];
      throw new Problem("HANDLER_EXCEPTION", `The handler resolved no file name for the file type ${type}.`);
    }),
  );
}

async function* combine(input: {
  readonly objects: StateMachineObjects;
  readonly fileNames: TextMap;
  readonly limits: SplitLimits;
  readonly bytes: Readonly<Record<string, AsyncIterable<Uint8Array>>>;
  readonly from: Readonly<Record<string, FileState>> | null;
  readonly signal: AbortSignal;
}): AsyncGenerator<CombinedBatch> {
  const { objects, fileNames, limits, bytes, from, signal } = input;
  const files = Object.entries(fileNames).map(([fileType, fileName]) => {
    const chunks = bytes[fileType];
    if (!chunks) throw new Problem("INTERNAL", `The file of type ${fileType} was not opened.`);
    return new StateMachineFile({ objects, fileType, fileName, bytes: chunks, from: from?.[fileType] ?? null, limits });
  });
  const source: RecordSource = { type: Object.keys(fileNames).join("|"), name: Object.values(fileNames).join("|") };
  let lastDocument: HandlerDocument | null = null;
  let records: SourceRecord[] = [];
  let recordBytes = 0;
  let states = positions(files);
  const batch = (): CombinedBatch => {
    const full = { records, files: states };
    records = [];
    recordBytes = 0;
    return full;
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      const changes = changesOf(files);
      const combined = await callReader(objects, files, lastDocument);
      const parts = files.map((file) => file.takeHandedOut());
      const refused = files.flatMap((file) => file.takeRefused());
      const isMoved = changesOf(files) > changes;
      if (isEnd(combined, files, parts)) {
        records.push(...refused);
        states = positions(files);
        break;
      }
      if (!isMoved) throw noProgress(files);
      const composite = compositeOf({ source, fileNames, before: states, files, parts, combined });
      records.push(...refused, composite);
      for (const part of parts.flat()) recordBytes += part.body.length;
      for (const file of files) {
        const announced = combined.nextRecordTypes?.[file.fileType];
        if (announced) file.announce(announced);
      }
      lastDocument = combined.document;
      states = positions(files);
      if (records.length >= limits.batchRecordsMax || recordBytes >= limits.batchBytesMax) yield batch();
    }
  } catch (thrown) {
    // What was decided before the failure is good.
    if (records.length > 0 && !signal.aborted) yield batch();
    throw thrown;
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
  yield batch();
}

async function callReader(
  objects: StateMachineObjects,
  files: readonly StateMachineFile[],
  lastDocument: HandlerDocument | null,
): Promise<Combined> {
  let combined: Combined | null = null;
  let failure: unknown = null;
  try {
    combined = await objects.combine({ lastDocument, files });
  } catch (thrown) {
    failure = thrown;
  }
  // What failed inside a file comes first: the handler saw it as an exception of nextRecord.
  for (const file of files) await file.settle();
  if (combined === null) throw failure;
  return combined;
}

/** "The reader is called until COMPLETED with null document": records read in front of a skip still count as one. */
function isEnd(
  { document, status, state }: Combined,
  files: readonly StateMachineFile[],
  parts: readonly (readonly SourceRecord[])[],
): boolean {
  if (document !== null || status === "ERROR") return false;
  if (status === "SKIP" && parts.some((ofFile) => ofFile.length > 0)) return false;
  return (state ?? (files.every((file) => file.state === "COMPLETED") ? "COMPLETED" : null)) === "COMPLETED";
}

function noProgress(files: readonly StateMachineFile[]): Problem {
  const where = files.map(({ fileType, offset, state }) => `${fileType} at byte ${offset} (${state})`).join(", ");
  return new Problem("NO_PROGRESS", `parseDocument of the reader neither read a record nor said COMPLETED: ${where}.`);
}

function compositeOf(input: {
  readonly source: RecordSource;
  readonly fileNames: TextMap;
  readonly before: Readonly<Record<string, FileState>>;
  readonly files: readonly StateMachineFile[];
  readonly parts: readonly (readonly SourceRecord[])[];
  readonly combined: Combined;
}): CompositeRecord {
  const { source, fileNames, before, files, parts, combined } = input;
  const startOffsets: Record<string, string> = {};
  const endOffsets: Record<string, string> = {};
  const lastRecordTypes: Record<string, string | null> = {};
  files.forEach(({ fileType, offset }, index) => {
    const ofFile = parts[index] ?? [];
    startOffsets[fileType] = String(ofFile[0]?.start ?? offset);
    endOffsets[fileType] = String(ofFile.at(-1)?.end ?? offset);
    lastRecordTypes[fileType] = before[fileType]?.lastRecordType ?? null;
  });
  const start = placeOf(startOffsets);
  return new CompositeRecord({
    source,
    start,
    end: placeOf(endOffsets),
    madeOf: { fileNames, lastRecordTypes, startOffsets, endOffsets },
    result: withOffsets(combined.resultAt(start), startOffsets, endOffsets),
    parts: parts.flat(),
  });
}

/** A byte offset, or `TYPE:offset|TYPE:offset` in the manifest's spelling. */
function placeOf(offsets: TextMap): number | string {
  const entries = Object.entries(offsets);
  const [only] = entries;
  return entries.length === 1 && only
    ? Number(only[1])
    : entries.map(([type, offset]) => `${type}:${offset}`).join("|");
}

function withOffsets(result: HandlerResult, startOffsets: TextMap, endOffsets: TextMap): HandlerResult {
  if (result.kind !== "error") return result;
  const { error } = result;
  return {
    kind: "error",
    error: {
      ...error,
      startOffsets: { ...startOffsets, ...error.startOffsets },
      endOffsets: { ...endOffsets, ...error.endOffsets },
    },
  };
}

function positions(files: readonly StateMachineFile[]): Readonly<Record<string, FileState>> {
  return Object.fromEntries(files.map((file) => [file.fileType, file.position]));
}

function changesOf(files: readonly StateMachineFile[]): number {
  return files.reduce((sum, file) => sum + file.changes, 0);
}
