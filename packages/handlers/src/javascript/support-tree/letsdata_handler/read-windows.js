import { exceptionBody } from "./bodies.js";
import { CustomerFailure, call } from "./call-customer.js";
import { UnusableHints } from "./cut-record.js";
import { documentOf, isResult, noResult, plainDocument, read } from "./plain-documents.js";
import { WindowFile } from "./window-file.js";

/** Lambda answers with 6 MB at most; what the engine is told beside the results needs room, too. */
const answerBytesMax = 4 * 1024 * 1024;
const answerResultsMax = 500;
const documentBytesMax = 96 * 1024;

/** @typedef {Readonly<Record<string, new () => any>>} Classes */

/** @param {any} map @returns {Record<string, any>} */
const plainMap = (map) => (map instanceof Map ? Object.fromEntries(map) : (map ?? {}));

/** @type {Readonly<Record<string, Readonly<Record<string, (classes: Classes, data: any, context: any) => any>>>>} */
export const stateMachineCalls = {
  SingleFileStateMachineReader: {
    getS3FileType: (classes) => single(classes).getS3FileType(),
    getResolvedS3FileName: (classes, { s3FileType, fileName }) =>
      single(classes).getResolvedS3FileName(s3FileType, fileName),
    async parseDocument(classes, data, context) {
      const reader = single(classes);
      const [fileType] = Object.keys(data.files);
      const given = { [fileType]: await call(reader, "getReaderParserInterfacesForS3FileType", "", fileType) };
      return readWindows(data, parsersOf(classes, given), context, (lastDocument, [file], [view]) => {
        const { lastRecordType } = file.position;
        return call(reader, "parseDocument", placesOf([file]), file.fileType, lastRecordType, lastDocument, view);
      });
    },
  },
  MultipleFileStateMachineReader: {
    getS3FileTypes: async (classes) => [...(await multiple(classes).getS3FileTypes())],
    getResolvedS3FileNames: async (classes, { fileNames }) =>
      plainMap(await multiple(classes).getResolvedS3FileNames(fileNames)),
    async parseDocument(classes, data, context) {
      const reader = multiple(classes);
      const fileTypes = new Set(Object.keys(data.files));
      const given = plainMap(await call(reader, "getParserInterfacesForS3FileTypes", "", fileTypes));
      return readWindows(data, parsersOf(classes, given), context, (lastDocument, files, views) => {
        const lastTypes = Object.fromEntries(files.map((file) => [file.fileType, file.position.lastRecordType]));
        const readers = Object.fromEntries(files.map((file, index) => [file.fileType, views[index]]));
        return call(reader, "parseDocument", placesOf(files), lastTypes, lastDocument, readers);
      });
    },
  },
};

/** @param {Classes} classes */
const single = (classes) => new /** @type {any} */ (classes.SingleFileStateMachineReader)();
/** @param {Classes} classes */
const multiple = (classes) => new /** @type {any} */ (classes.MultipleFileStateMachineReader)();

/** @param {Classes} classes @param {Record<string, any>} given */
function parsersOf(classes, given) {
  /** @param {string} fileType */
  return (fileType) => {
    if (typeof given[fileType]?.parseDocument === "function") return given[fileType];
    const Parser = classes.SingleFileStateMachineParser;
    if (!Parser) throw new Error(`this function has no SingleFileStateMachineParser for the file type ${fileType}`);
    return new Parser();
  };
}

/** @param {readonly WindowFile[]} files */
function placesOf(files) {
  return `at ${files.map((file) => `byte ${file.position.offsetBytes} of ${file.fileName}`).join(", ")}`;
}

/**
 * Has the reader combine the records of these windows until one of its calls needs bytes behind them, nothing is left, or the answer is
 * full. A call that was not finished is not in the answer: the engine repeats it with other windows.
 *
 * @param {any} data @param {(fileType: string) => any} parserOf @param {any} context
 * @param {(lastDocument: any, files: readonly WindowFile[], views: readonly any[]) => Promise<any>} combine
 */
async function readWindows(data, parserOf, context, combine) {
  const files = Object.entries(data.files).map(([type, window]) => new WindowFile(type, window, parserOf(type)));
  const results = [];
  const outOfTime = halfTheTime(context);
  let lastDocument = documentOf(data.lastProcessedDoc);
  let bytes = 0;
  let kept = keptOf(files);
  /** @param {Record<string, unknown>} more */
  const answer = (more, standing = kept) => ({ results, ...told(standing), ...more });
  while (results.length < answerResultsMax && !(results.length > 0 && outOfTime())) {
    const changes = changesOf(files);
    const { combined, failure } = await callReader(combine, lastDocument, files);
    const waiting = files.filter((file) => file.waiting !== null);
    if (waiting.length > 0) {
      return answer({
        needMore: waiting.map((file) => file.fileType),
        waiting: byType(waiting, (file) => file.waiting),
        read: byType(files, (file) => file.read),
      });
    }
    if (failure !== null) return answer(failureOf(failure, files));
    const handedOut = byType(files, (file) => file.takeHandedOut());
    const result = plainResult(combined);
    if (isEnd(result, files, handedOut)) return answer({ end: true }, keptOf(files));
    if (changesOf(files) === changes) return answer({ noProgress: true }, keptOf(files));
    for (const file of files)
      file.position.nextRecordType = result.nextTypes[file.fileType] || file.position.nextRecordType;
    const next = keptOf(files);
    const item = asSent(
      result,
      handedOut,
      byType(files, (file) => ({ ...file.position })),
    );
    if (results.length > 0 && bytes + item.bytes > answerBytesMax) break;
    bytes += item.bytes;
    results.push(item.sent);
    kept = next;
    lastDocument = combined.document ?? read(combined, "document", "getDocument") ?? null;
  }
  return answer({});
}

/**
 * What the reader returned, or what failed. What failed inside a file comes first: the handler saw it as an exception of nextRecord.
 *
 * @param {(lastDocument: any, files: readonly WindowFile[], views: readonly any[]) => Promise<any>} combine
 * @param {any} lastDocument @param {readonly WindowFile[]} files
 * @returns {Promise<{ combined: any, failure: any }>}
 */
async function callReader(combine, lastDocument, files) {
  const views = files.map((file) => file.view());
  const readers = views.map((view) => view.reader);
  let combined = null;
  let failure = null;
  try {
    combined = await combine(lastDocument, files, readers);
    if (!isResult(combined, "fileReaderState", "getFileReaderState")) {
      throw new Error(`parseDocument ${noResult(combined, "ParseCompositeDocumentResult")}`);
    }
  } catch (thrown) {
    failure = thrown ?? new Error("parseDocument threw nothing");
  }
  for (const view of views) view.end();
  await Promise.all(files.map((file) => file.turn));
  return { combined, failure: files.find((file) => file.failure !== null)?.failure ?? failure };
}

/** @param {any} context */
function halfTheTime(context) {
  const left = () => context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
  const half = left() / 2;
  return () => left() < half;
}

/** @param {readonly WindowFile[]} files */
function keptOf(files) {
  return byType(files, (file) => file.kept());
}

/** @param {ReturnType<typeof keptOf>} kept */
function told(kept) {
  const entries = Object.entries(kept);
  return {
    files: Object.fromEntries(entries.map(([fileType, { position }]) => [fileType, position])),
    lastProcessedDocs: Object.fromEntries(entries.map(([type, { lastDocument }]) => [type, toldAgain(lastDocument)])),
  };
}

/** What the next request tells the parser of; null, as behind a checkpoint, where it is too large for that or no JSON. @param {any} document */
function toldAgain(document) {
  try {
    const plain = plainDocument(document);
    return Buffer.byteLength(JSON.stringify(plain)) > documentBytesMax ? null : plain;
  } catch {
    return null;
  }
}

/** @param {readonly WindowFile[]} files @param {(file: WindowFile) => any} of @returns {Record<string, any>} */
function byType(files, of) {
  return Object.fromEntries(files.map((file) => [file.fileType, of(file)]));
}

/** @param {readonly WindowFile[]} files */
function changesOf(files) {
  return files.reduce((sum, file) => sum + file.changes, 0);
}

/** @param {any} combined */
function plainResult(combined) {
  const status = read(combined, "status", "getParseDocumentResultStatus") ?? combined.parseDocumentResultStatus;
  const state = read(combined, "fileReaderState", "getFileReaderState");
  return {
    status: status === "ERROR" || status === "SKIP" ? status : "SUCCESS",
    state: typeof state === "string" ? state : null,
    nextTypes: plainMap(read(combined, "s3FileTypeNextRecordTypeMap", "getS3FileTypeNextRecordTypeMap")),
    document: read(combined, "document", "getDocument") ?? null,
  };
}

/**
 * The reader is called until COMPLETED with null document: records read in front of a skip still count as one.
 * @param {ReturnType<typeof plainResult>} result @param {readonly WindowFile[]} files @param {Record<string, any[]>} handedOut
 */
function isEnd({ document, status, state }, files, handedOut) {
  if (document !== null || status === "ERROR") return false;
  if (status === "SKIP" && Object.values(handedOut).some((records) => records.length > 0)) return false;
  return (state ?? (files.every((file) => file.position.state === "COMPLETED") ? "COMPLETED" : null)) === "COMPLETED";
}

/** @param {ReturnType<typeof plainResult>} result @param {Record<string, any[]>} records @param {Record<string, any>} files */
function asSent({ status, document }, records, files) {
  /** @type {Record<string, unknown>} */
  let outcome;
  try {
    outcome = { result: { status, document: plainDocument(document) } };
    const bytes = Buffer.byteLength(JSON.stringify(outcome));
    if (bytes > answerBytesMax) outcome = { tooLarge: bytes };
  } catch (thrown) {
    outcome = { invalid: `The document cannot be serialised: ${thrown}` };
  }
  const sent = { ...outcome, records, files };
  return { sent, bytes: Buffer.byteLength(JSON.stringify(sent)) };
}

/** @param {any} failure @param {readonly WindowFile[]} files */
function failureOf(failure, files) {
  if (failure instanceof UnusableHints) {
    const fileType = files.find((file) => file.failure === failure)?.fileType ?? "";
    return { hints: { fileType, start: failure.start, end: failure.end } };
  }
  const { method, where, thrown } =
    failure instanceof CustomerFailure ? failure : { method: "parseDocument", where: placesOf(files), thrown: failure };
  return { failure: { method, where, body: exceptionBody(thrown) } };
}
