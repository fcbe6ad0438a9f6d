import { ErrorDoc } from "../letsdata_interfaces/documents/ErrorDoc.js";
import { SkipDoc } from "../letsdata_interfaces/documents/SkipDoc.js";
import { bytesOf } from "./bytes-of.js";
import { call } from "./call-customer.js";
import { cutRecord, plainHint, ruleOf } from "./cut-record.js";
import { documentOf, documentOfResult, isResult, noResult, read } from "./plain-documents.js";

/** Ends a call of the reader that needs bytes behind its window: the engine repeats it with more. */
class NeedsMore extends Error {}

/** One file of a state machine, of which only windows are here: finds, parses and hands out record after record. */
export class WindowFile {
  /** @type {unknown} */ failure = null;
  /** What is searched behind the window. @type {null | { at: number, behind: number, start: unknown, end: unknown }} */ waiting =
    null;
  /** Everything that happened to the file so far, counted. */ changes = 0;
  /** Calls wait for each other: a handler may forget to await one. @type {Promise<unknown>} */ turn =
    Promise.resolve();
  /** @type {[number, number][]} */ handedOut = [];
  /** Found and parsed but not handed out yet. @type {any} */ ahead = null;

  /** @param {string} fileType @param {any} window @param {any} parser */
  constructor(fileType, window, parser) {
    const { fileName, offsetBytes, lastRecordType, nextRecordType = null, state = "FILE_DOWNLOADED" } = window;
    this.fileType = fileType;
    this.fileName = fileName;
    this.parser = parser;
    this.position = { offsetBytes, lastRecordType, nextRecordType, state };
    this.lastDocument = documentOf(window.lastProcessedDoc);
    const stretches = [window, ...(window.behind ?? [])];
    this.stretches = stretches.map((stretch, index) => ({
      ...stretch,
      offset: stretch.offsetBytes,
      bytes: Buffer.from(bytesOf(stretch.content, stretch)),
      isLast: window.eof && index === stretches.length - 1,
    }));
    this.stretch = 0;
    /** How far it was looked at. */
    this.read = offsetBytes;
  }

  /** What the published interface shows; of use only until `end`. */
  view() {
    let isOver = false;
    const reader = {
      nextRecord: (peek = false) => {
        if (isOver)
          return Promise.reject(new Error("nextRecord was called after parseDocument had returned; await it"));
        const answer = this.turn.then(() => this.next(peek));
        this.turn = answer.catch(() => {});
        return answer;
      },
      getState: () => this.position.state,
      getOffsetBytes: () => String(this.position.offsetBytes),
      getFileType: () => this.fileType,
      getFileName: () => this.fileName,
      getLastRecordType: () => this.position.lastRecordType,
    };
    return {
      reader,
      end() {
        isOver = true;
      },
    };
  }

  /** Where it stands and what it handed out last. */
  kept() {
    return { position: { ...this.position }, lastDocument: this.lastDocument };
  }

  takeHandedOut() {
    const taken = this.handedOut;
    this.handedOut = [];
    return taken;
  }

  /** @param {boolean} peek */
  async next(peek) {
    if (this.failure !== null) throw this.failure;
    if (this.position.state === "COMPLETED") return null;
    try {
      this.ahead ??= await this.parseNext();
    } catch (thrown) {
      this.failure = thrown;
      throw thrown;
    }
    const { document, record, behind } = this.ahead;
    if (peek && document !== null) return document;
    this.ahead = null;
    this.changes++;
    if (record !== null) this.handedOut.push([record.start, record.end]);
    this.position = { ...behind, state: document === null ? "COMPLETED" : "PROCESSING" };
    if (document !== null) this.lastDocument = document;
    return document;
  }

  async parseNext() {
    const { fileType, fileName, parser, lastDocument } = this;
    this.position.state = "PROCESSING";
    let behind = this.position;
    let recordsEnd = this.handedOut.at(-1)?.[1] ?? behind.offsetBytes;
    for (;;) {
      const { offsetBytes, lastRecordType, nextRecordType } = behind;
      const where = `for the file type ${fileType}`;
      const asked =
        nextRecordType ?? (await call(parser, "getNextExpectedRecordType", where, fileType, lastRecordType));
      const expected = typeof asked === "string" ? asked : null;
      const start = await call(parser, "getNextRecordStartPattern", where, fileType, expected, lastDocument);
      const end = await call(parser, "getNextRecordEndPattern", where, fileType, expected, lastDocument);
      const rule = ruleOf(start, end);
      let from = offsetBytes;
      const following = this.stretches[this.stretch + 1];
      if (following && following.at === from) {
        this.stretch++;
        from = following.offsetBytes;
        if (following.refused) {
          behind = { ...behind, offsetBytes: from, lastRecordType: expected, nextRecordType: null };
          continue;
        }
      }
      const record = cutRecord(/** @type {any} */ (this.stretches[this.stretch]), from, rule);
      if (record === null) return { document: null, record, behind };
      if (record === "more") {
        if (this.stretch < this.stretches.length - 1)
          throw new Error("the parser gave other hints when it was asked again");
        this.waiting = { at: from, behind: Math.max(recordsEnd, from), start: plainHint(start), end: plainHint(end) };
        throw new NeedsMore("nextRecord needs bytes that are not here yet; let this exception pass");
      }
      recordsEnd = record.end;
      this.read = record.end;
      const { offset, bytes } = /** @type {any} */ (this.stretches[this.stretch]);
      const body = Uint8Array.from(bytes.subarray(record.start - offset, record.end - offset));
      const place = [fileType, fileName, record.start, lastRecordType, lastDocument, body, 0, body.length];
      const result = await call(parser, "parseDocument", `at byte ${record.start} of ${fileName}`, ...place);
      if (!isResult(result)) throw new Error(`parseDocument ${noResult(result)}`);
      const next = read(result, "nextRecordType", "getNextRecordType");
      return {
        document: documentOfResult(result, { ErrorDoc, SkipDoc }, { fileType, start: record.start, end: record.end }),
        record,
        behind: {
          ...behind,
          offsetBytes: record.next,
          lastRecordType: expected,
          nextRecordType: typeof next === "string" ? next : null,
        },
      };
    }
  }
}
