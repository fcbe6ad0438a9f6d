import { asProblem } from "@letsdata/plugin-kit/problems";
import { byteLengthOf, type FileState, type SourceRecord } from "@letsdata/plugin-kit/reader";
import { hintOf } from "../file-framing.ts";
import { type FramingRule, framingRule } from "../record-splitter/framing-rule.ts";
import { RecordCutter, type SplitLimits } from "../record-splitter/record-cutter.ts";
import type { FileReaderState, HandlerDocument, StateMachineObjects, SystemFile } from "./state-machine-objects.ts";

/** A record found and parsed but not handed out yet; `document` is null at the end of the file. */
interface Ahead {
  readonly document: HandlerDocument | null;
  readonly record: SourceRecord | null;
  /** Records too large to be handed out, in front of this one. */
  readonly refused: readonly SourceRecord[];
  readonly behind: FileState;
}

/** Of the records that one call of the reader object takes: a call may take the whole file, and the error archive needs its beginning only. */
const KEPT_BYTES_MAX = 128 * 1024;
const noBytes = new Uint8Array(0);

const anyRule: FramingRule = {
  startPattern: null,
  startSkip: 0,
  endPattern: null,
  endLength: null,
};

/** One file of a state machine: finds, parses and hands out record after record (product.md §4.3). */
export class StateMachineFile implements SystemFile {
  readonly fileType: string;
  readonly fileName: string;
  state: FileReaderState = "FILE_DOWNLOADED";
  /** Everything that happened to the file so far, counted: what a call of the reader object did shows in it. */
  changes = 0;
  readonly #objects: StateMachineObjects;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #cutter: RecordCutter;
  #position: FileState;
  #lastDocument: HandlerDocument | null = null;
  #ahead: Ahead | null = null;
  #isRead = false;
  /** Behind the record cut last. */
  #searchStart = 0;
  /** Calls wait for each other: a handler may forget to await one. */
  #turn: Promise<unknown> = Promise.resolve();
  #failure: unknown = null;
  #handedOut: SourceRecord[] = [];
  #keptBytes = 0;
  /** Of what is behind the records that are kept, only its end and length. */
  #rest: SourceRecord | null = null;
  #refused: SourceRecord[] = [];

  constructor(input: {
    readonly objects: StateMachineObjects;
    readonly fileType: string;
    readonly fileName: string;
    readonly bytes: AsyncIterable<Uint8Array>;
    readonly from: FileState | null;
    readonly limits: SplitLimits;
  }) {
    const { objects, fileType, fileName, bytes, from, limits } = input;
    this.fileType = fileType;
    this.fileName = fileName;
    this.#objects = objects;
    this.#chunks = bytes[Symbol.asyncIterator]();
    this.#position = from ?? { offset: 0, lastRecordType: null, nextRecordType: null };
    const source = { type: fileType, name: fileName };
    this.#cutter = new RecordCutter(anyRule, source, { ...limits, batchRecordsMax: 1 }, this.#position.offset);
  }

  get offset(): number {
    return this.#position.offset;
  }

  get lastRecordType(): string | null {
    return this.#position.lastRecordType;
  }

  /** Where a resume goes on: behind all that was handed out, in front of what was only peeked at. */
  get position(): FileState {
    return this.#position;
  }

  announce(recordType: string): void {
    this.#position = { ...this.#position, nextRecordType: recordType };
  }

  nextRecord(peek: boolean): Promise<HandlerDocument | null> {
    const answer = this.#turn.then(() => this.#next(peek));
    this.#turn = answer.catch(() => {});
    return answer;
  }

  /** Resolves when no call is under way; throws what one of them failed with, even if the handler caught it. */
  async settle(): Promise<void> {
    await this.#turn;
    if (this.#failure !== null) throw this.#failure;
  }

  /** In order; where they are large together the last one stands for all behind the others, without their bytes. */
  takeHandedOut(): readonly SourceRecord[] {
    const taken = this.#rest ? [...this.#handedOut, this.#rest] : this.#handedOut;
    this.#handedOut = [];
    this.#keptBytes = 0;
    this.#rest = null;
    return taken;
  }

  takeRefused(): readonly SourceRecord[] {
    const taken = this.#refused;
    this.#refused = [];
    return taken;
  }

  async close(): Promise<void> {
    this.state = "CLOSED";
    this.#release(this.#ahead?.document);
    this.#release(this.#lastDocument);
    this.#ahead = null;
    this.#lastDocument = null;
    await this.#chunks.return?.();
  }

  async #next(peek: boolean): Promise<HandlerDocument | null> {
    if (this.#failure !== null) throw this.#failure;
    if (this.state === "COMPLETED" || this.state === "CLOSED") return null;
    try {
      this.#ahead ??= await this.#parseNext();
    } catch (thrown) {
      this.#failure = asProblem(thrown);
      throw this.#failure;
    }
    const { document } = this.#ahead;
    if (peek && document !== null) return document;
    this.#handOut(this.#ahead);
    return document;
  }

  #handOut({ document, record, refused, behind }: Ahead): void {
    this.#ahead = null;
    this.#position = behind;
    this.changes++;
    this.#refused.push(...refused);
    if (record !== null) this.#keep(record);
    if (document === null) this.state = "COMPLETED";
    else {
      this.#release(this.#lastDocument);
      this.#lastDocument = document;
    }
  }

  #keep(record: SourceRecord): void {
    const length = byteLengthOf(record);
    if (this.#keptBytes < KEPT_BYTES_MAX) {
      this.#handedOut.push(record);
      this.#keptBytes += length;
      return;
    }
    const { source, start, end, attributes } = record;
    const before = this.#rest ?? { start, byteLength: 0 };
    const byteLength = (before.byteLength ?? 0) + length;
    this.#rest = { source, attributes, start: before.start, end, body: noBytes, byteLength };
  }

  #release(document: HandlerDocument | null | undefined): void {
    if (document) this.#objects.release?.(document);
  }

  async #parseNext(): Promise<Ahead> {
    const { fileType, fileName } = this;
    const lastDocument = this.#lastDocument;
    this.state = "PROCESSING";
    const refused: SourceRecord[] = [];
    let behind = this.#position;
    for (;;) {
      const { lastRecordType, nextRecordType: announced } = behind;
      const expected = await this.#objects.expect({ fileType, announced, lastRecordType, lastDocument });
      const record = await this.#cut(expected.start, expected.end);
      if (record === null) return { document: null, record, refused, behind };
      behind = { offset: this.#searchStart, lastRecordType: expected.recordType, nextRecordType: null };
      if (record.refused) {
        refused.push(record);
        continue;
      }
      const { start, end, body } = record as SourceRecord & { readonly start: number; readonly end: number };
      const { document, nextRecordType } = await this.#objects.parse({
        fileType,
        fileName,
        offset: start,
        end,
        lastRecordType,
        lastDocument,
        bytes: body,
      });
      return { document, record, refused, behind: { ...behind, nextRecordType } };
    }
  }

  async #cut(start: unknown, end: unknown): Promise<SourceRecord | null> {
    this.#cutter.useRule(
      framingRule({
        fileType: this.fileType,
        resolvedName: this.fileName,
        start: hintOf(start, "getNextRecordStartPattern"),
        end: hintOf(end, "getNextRecordEndPattern"),
      }),
    );
    for (;;) {
      if (this.#cutter.cut(this.#isRead)) {
        const { records, nextOffset } = this.#cutter.batch();
        this.#searchStart = nextOffset;
        return records[0] ?? null;
      }
      if (this.#isRead) return null;
      const pulled = await this.#chunks.next();
      if (pulled.done) this.#isRead = true;
      else if (pulled.value.length > 0) this.#cutter.take(pulled.value);
    }
  }
}
