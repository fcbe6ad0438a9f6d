import { setImmediate as nextTurn } from "node:timers/promises";
import type { Handler } from "@letsdata/plugin-kit/handler";
import { Problem } from "@letsdata/plugin-kit/problems";
import type { CombinedBatch, FileCombiner, FileState, RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";
import type { SplitLimits } from "../record-splitter/record-cutter.ts";
import { defaultSplitLimits } from "../record-splitter/record-splitter.ts";
import { type CompositeRecord, compositeOf } from "./composite-record.ts";
import { resolveFileNames } from "./resolve-file-names.ts";
import { StateMachineFile } from "./state-machine-file.ts";
import type { Combined, HandlerDocument, StateMachineObjects, SystemFile, TextMap } from "./state-machine-objects.ts";

/** After which a slow handler's batch is handed on as it is: checkpoints fall between batches, and an attempt ends between them. */
export const batchMillisecondsMax = 1_000;
/** Of a handler that does not let go of the process's thread. */
const longTurnMilliseconds = 50;

/** Reader side and handler side of a state machine: customer code runs while reading, so its results travel on the records. */
export interface StateMachine {
  readonly combiner: FileCombiner;
  readonly handler: Handler;
}

/**
 * Asks file types and resolved names for a manifest line's files; `names` is by the manifest's file types, which ignore case. The objects
 * are closed with the handler, and where this throws: HANDLER_EXCEPTION, also where the handler's file types are not the line's.
 */
export async function openStateMachine(
  objects: StateMachineObjects,
  names: TextMap,
  limits: SplitLimits = defaultSplitLimits,
): Promise<StateMachine> {
  try {
    const fileNames = await resolveFileNames(objects, names);
    return {
      combiner: {
        fileNames,
        combine: (bytes, from, signal) => combine({ objects, fileNames, limits, bytes, from, signal }),
      },
      handler: handlerOfComposites(() => objects.close()),
    };
  } catch (thrown) {
    await objects.close();
    throw thrown;
  }
}

/** Customer code ran while reading: this hands out what it gave. */
export function handlerOfComposites(close: () => Promise<void>): Handler {
  return { handle: (batch) => batch.map((record) => (record as CompositeRecord).result), close };
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
  const source = sourceOf(fileNames);
  let lastDocument: HandlerDocument | null = null;
  let records: SourceRecord[] = [];
  let recordBytes = 0;
  let states = positions(files);
  let batchBegan = performance.now();
  const batch = (): CombinedBatch => {
    const full = { records, files: states };
    records = [];
    recordBytes = 0;
    batchBegan = performance.now();
    return full;
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      const callBegan = performance.now();
      const changes = changesOf(files);
      const combined = await callReader(objects, files, lastDocument);
      const parts = Object.fromEntries(files.map((file) => [file.fileType, file.takeHandedOut()]));
      const refused = files.flatMap((file) => file.takeRefused());
      const isMoved = changesOf(files) > changes;
      if (isEnd(combined, files, parts)) {
        records.push(...refused);
        states = positions(files);
        break;
      }
      if (!isMoved) throw noProgress(files);
      const { resultAt } = combined;
      records.push(
        ...refused,
        compositeOf({ source, fileNames, before: states, after: positions(files), parts, resultAt }),
      );
      for (const part of Object.values(parts).flat()) recordBytes += part.body.length;
      for (const file of files) {
        const announced = combined.nextRecordTypes?.[file.fileType];
        if (announced) file.announce(announced);
      }
      if (lastDocument !== null) objects.release?.(lastDocument);
      lastDocument = combined.document;
      states = positions(files);
      const now = performance.now();
      const isFull = records.length >= limits.batchRecordsMax || recordBytes >= limits.batchBytesMax;
      if (isFull || now - batchBegan >= batchMillisecondsMax) yield batch();
      // Nothing else came to its turn meanwhile: timers, a wish to stop, what was read.
      if (now - callBegan >= longTurnMilliseconds) await nextTurn();
    }
  } catch (thrown) {
    // What was decided before the failure is good.
    if (records.length > 0 && !signal.aborted) yield batch();
    throw thrown;
  } finally {
    await Promise.all(files.map((file) => file.close()));
    if (lastDocument !== null) objects.release?.(lastDocument);
  }
  yield batch();
}

/** All files of a line as one source. */
export function sourceOf(fileNames: TextMap): RecordSource {
  return { type: Object.keys(fileNames).join("|"), name: Object.values(fileNames).join("|") };
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
  parts: Readonly<Record<string, readonly SourceRecord[]>>,
): boolean {
  if (document !== null || status === "ERROR") return false;
  if (status === "SKIP" && Object.values(parts).some((ofFile) => ofFile.length > 0)) return false;
  return (state ?? (files.every((file) => file.state === "COMPLETED") ? "COMPLETED" : null)) === "COMPLETED";
}

export function noProgress(files: readonly Pick<SystemFile, "fileType" | "offset" | "state">[]): Problem {
  const where = files.map(({ fileType, offset, state }) => `${fileType} at byte ${offset} (${state})`).join(", ");
  return new Problem("NO_PROGRESS", `parseDocument of the reader neither read a record nor said COMPLETED: ${where}.`);
}

function positions(files: readonly StateMachineFile[]): Readonly<Record<string, FileState>> {
  return Object.fromEntries(files.map((file) => [file.fileType, file.position]));
}

function changesOf(files: readonly StateMachineFile[]): number {
  return files.reduce((sum, file) => sum + file.changes, 0);
}
