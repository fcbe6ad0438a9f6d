import { Problem } from "@letsdata/plugin-kit/problems";
import type { CombinedBatch, FileState, SourceRecord } from "@letsdata/plugin-kit/reader";
import { hintOf } from "../file-framing.ts";
import { framingRule } from "../record-splitter/framing-rule.ts";
import type { SplitLimits } from "../record-splitter/record-cutter.ts";
import { batchMillisecondsMax, noProgress, sourceOf } from "../state-machine/combine-files.ts";
import { compositeOf } from "../state-machine/composite-record.ts";
import type { TextMap } from "../state-machine/state-machine-objects.ts";
import { type BridgeData, BridgeException, payloadBytesMax, resultOfBody } from "./bridge-protocol.ts";
import { bridgeProblem } from "./bridge-session.ts";
import { FileWindows } from "./file-windows.ts";
import { type WindowAnswer, type WindowFileState, windowAnswerOf } from "./window-answer.ts";
import { shareOut } from "./window-shares.ts";

/** Calls a published method with `data`; what customer code throws arrives as a Problem, `where` is for its message. */
export type Call = (method: string, where: string, data: BridgeData, signal?: AbortSignal) => Promise<unknown>;

/** Base64 makes 5.34 MiB of them; the documents a request tells again and its envelope have the rest of 5.5 MiB. */
export const windowBytesMax = 4 * 1024 * 1024;
const documentBytesMax = 96 * 1024;
/** The first request has so many; how many the next one has follows from what the function did with them. */
const firstBytes = 1024 * 1024;
const leastBytes = 64 * 1024;

/** A file with where the reader object stands in it. */
interface OpenFile {
  readonly fileType: string;
  readonly windows: FileWindows;
  stands: WindowFileState;
  lastProcessedDoc: unknown;
  /** Bytes the next window has at least, and its part of what is left over. */
  floor: number;
  weight: number;
  /** Bytes done with since the last request. */
  used: number;
}

/** Has a function combine the records of the files, window after window. */
export async function* combineWindows(input: {
  readonly call: Call;
  readonly fileNames: TextMap;
  readonly limits: SplitLimits;
  readonly bytesMax: number;
  readonly taskId: string;
  readonly bytes: Readonly<Record<string, AsyncIterable<Uint8Array>>>;
  readonly from: Readonly<Record<string, FileState>> | null;
  readonly signal: AbortSignal;
}): AsyncGenerator<CombinedBatch> {
  const { call, fileNames, limits, bytesMax, taskId, bytes, from, signal } = input;
  const files = Object.entries(fileNames).map(([fileType, name]) => {
    const chunks = bytes[fileType];
    if (!chunks) throw new Problem("INTERNAL", `The file of type ${fileType} was not opened.`);
    return openFile(
      fileType,
      new FileWindows({ type: fileType, name }, chunks, from?.[fileType] ?? null, limits),
      from,
    );
  });
  const source = sourceOf(fileNames);
  let lastDocument: unknown = null;
  let records: SourceRecord[] = [];
  let recordBytes = 0;
  let windowBytes = Math.min(firstBytes, bytesMax);
  let batchBegan = performance.now();
  const batch = (): CombinedBatch => {
    const full = { records, files: statesOf(files) };
    records = [];
    recordBytes = 0;
    batchBegan = performance.now();
    return full;
  };
  const standAt = (states: WindowAnswer["files"]): void => {
    for (const file of files) {
      const stands = states[file.fileType] as WindowFileState;
      file.used += stands.offset - file.stands.offset;
      file.stands = stands;
      records.push(...file.windows.advance(file.stands.offset));
    }
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      const sizes = sizesOf(files, windowBytes);
      const answer = await askAboutWindows({ call, files, sizes, lastDocument, signal });
      for (const result of answer.results) {
        const before = statesOf(files);
        const parts = Object.fromEntries(
          files.map(({ fileType, windows }) => [
            fileType,
            (result.records[fileType] ?? []).map((at) => windows.record(at)),
          ]),
        );
        standAt(result.files);
        const resultAt = (position: number | string) => result.resultAt(position, taskId);
        records.push(compositeOf({ source, fileNames, before, after: statesOf(files), parts, resultAt }));
        for (const part of Object.values(parts).flat()) recordBytes += part.body.length;
        lastDocument = result.document;
        if (records.length >= limits.batchRecordsMax || recordBytes >= limits.batchBytesMax) yield batch();
      }
      standAt(answer.files);
      for (const file of files) file.lastProcessedDoc = answer.lastProcessedDocs[file.fileType] ?? null;
      if (answer.end) break;
      if (records.length > 0 && performance.now() - batchBegan >= batchMillisecondsMax) yield batch();
      refuseIfFailed(answer, files);
      windowBytes =
        answer.results.length > 0
          ? useAsBefore(files, sizes, bytesMax)
          : await widen({ answer, files, sizes, windowBytes, bytesMax });
    }
  } catch (thrown) {
    // What was decided before the failure is good.
    if (records.length > 0 && !signal.aborted) yield batch();
    throw bridgeProblem(thrown, "parseDocument", placesOf(files));
  } finally {
    await Promise.all(files.map(({ windows }) => windows.close()));
  }
  yield batch();
}

function openFile(fileType: string, windows: FileWindows, from: Readonly<Record<string, FileState>> | null): OpenFile {
  const state = from?.[fileType] ?? { offset: 0, lastRecordType: null, nextRecordType: null };
  const stands: WindowFileState = { ...state, state: "FILE_DOWNLOADED" };
  return { fileType, windows, stands, lastProcessedDoc: null, floor: 0, weight: 1, used: 0 };
}

function sizesOf(files: readonly OpenFile[], windowBytes: number): readonly number[] {
  const claims = files.map(({ floor, weight, windows }) => ({ floor: Math.max(floor, windows.floor), weight }));
  const sizes = shareOut(windowBytes, claims);
  if (sizes === null) throw tooMuch(files);
  return sizes;
}

async function askAboutWindows(input: {
  readonly call: Call;
  readonly files: readonly OpenFile[];
  readonly sizes: readonly number[];
  readonly lastDocument: unknown;
  readonly signal: AbortSignal;
}): Promise<WindowAnswer> {
  const { call, files, sizes, lastDocument, signal } = input;
  await Promise.all(files.map(({ windows }, index) => windows.fill(sizes[index] ?? 0)));
  const tellAgain = withinBytes(documentBytesMax);
  const lastProcessedDoc = tellAgain(lastDocument);
  const told = files.map((file, index) => {
    const { fileType, windows, stands } = file;
    const { lastRecordType, nextRecordType, state } = stands;
    const window = windows.window(sizes[index] ?? 0);
    const fileName = windows.source.name;
    const ofFile = { lastRecordType, nextRecordType, state, lastProcessedDoc: tellAgain(file.lastProcessedDoc) };
    return [fileType, { fileName, ...ofFile, ...window }];
  });
  const data = { files: Object.fromEntries(told), lastProcessedDoc };
  const answer = await call("parseDocument", placesOf(files), data, signal);
  return windowAnswerOf(
    answer,
    files.map(({ fileType }) => fileType),
  );
}

/** Documents for as long as there is room, null for the others, as behind a checkpoint: handlers know that. */
function withinBytes(bytesMax: number): (document: unknown) => unknown {
  let left = bytesMax;
  return (document) => {
    const bytes = Buffer.byteLength(JSON.stringify(document ?? null));
    if (bytes > left) return null;
    left -= bytes;
    return document;
  };
}

/** Twice what the function got done, shared out as the files used it: what it does not get to is sent again. Returns the bytes. */
function useAsBefore(files: readonly OpenFile[], sizes: readonly number[], bytesMax: number): number {
  const used = files.reduce((sum, file) => sum + file.used, 0);
  const needed = files.reduce((sum, { windows }) => sum + windows.floor, leastBytes);
  files.forEach((file, index) => {
    file.floor = 0;
    file.weight = Math.max(file.used, (sizes[index] ?? 0) / 8, 1);
    file.used = 0;
  });
  return Math.min(bytesMax, Math.max(2 * used, needed));
}

/** Makes the windows that ended too early larger; where there is no room, finds out what is too large. Returns the bytes of all. */
async function widen(input: {
  readonly answer: WindowAnswer;
  readonly files: readonly OpenFile[];
  readonly sizes: readonly number[];
  readonly windowBytes: number;
  readonly bytesMax: number;
}): Promise<number> {
  const { answer, files, sizes, windowBytes, bytesMax } = input;
  const { needMore, waiting, read } = answer;
  if (needMore.length === 0)
    throw new BridgeException("the function made nothing of its windows and needs no more", "");
  files.forEach((file, index) => {
    const size = sizes[index] ?? 0;
    const needs = needMore.includes(file.fileType);
    if (needs) file.windows.throwIfNoMore(size);
    file.floor = needs ? size : Math.min(size, file.windows.bytesUpTo(read[file.fileType] ?? 0));
    file.weight = needs ? 7 : 1;
  });
  const widerBytes = Math.min(2 * windowBytes, bytesMax);
  const wider = sizesOf(files, widerBytes);
  const growing = files.some(
    ({ fileType }, index) => needMore.includes(fileType) && (wider[index] ?? 0) > (sizes[index] ?? 0),
  );
  if (growing) return widerBytes;
  for (const file of files) {
    const search = needMore.includes(file.fileType) ? waiting[file.fileType] : undefined;
    if (!search) continue;
    if (!(await file.windows.passOver(search, bytesMax))) throw tooMuch(files);
    file.floor = 0;
  }
  return bytesMax;
}

function refuseIfFailed({ failure, hints, noProgress: isStuck }: WindowAnswer, files: readonly OpenFile[]): void {
  if (failure) {
    try {
      resultOfBody(failure.body);
    } catch (thrown) {
      throw bridgeProblem(thrown, failure.method, failure.where);
    }
  }
  if (hints) {
    const { fileType, start, end } = hints;
    // What the function refused is refused here in the engine's words.
    const [s, e] = [hintOf(start, "getNextRecordStartPattern"), hintOf(end, "getNextRecordEndPattern")];
    framingRule({ fileType, resolvedName: "", start: s, end: e });
  }
  if (failure || hints) throw new BridgeException("the function failed and does not say of what", "");
  if (isStuck) throw noProgress(files.map(({ fileType, stands }) => ({ fileType, ...stands })));
}

function tooMuch(files: readonly OpenFile[]): Problem {
  return new Problem(
    "RECORD_TOO_LARGE_FOR_BRIDGE",
    `One call of the reader ${placesOf(files)} reads more than a request to a Lambda function takes (${payloadBytesMax} bytes).`,
  );
}

function placesOf(files: readonly OpenFile[]): string {
  return `at ${files.map(({ stands, windows }) => `byte ${stands.offset} of ${windows.source.name}`).join(", ")}`;
}

function statesOf(files: readonly OpenFile[]): Readonly<Record<string, FileState>> {
  return Object.fromEntries(
    files.map(({ fileType, stands: { offset, lastRecordType, nextRecordType } }) => [
      fileType,
      { offset, lastRecordType, nextRecordType },
    ]),
  );
}
