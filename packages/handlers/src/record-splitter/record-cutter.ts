import type { RecordSource, SourceRecord, SplitBatch } from "@letsdata/plugin-kit/reader";
import { ByteWindow } from "./byte-window.ts";
import { type FramingRule, findPattern, standsAt } from "./framing-rule.ts";

export interface SplitLimits {
  /** Larger records are refused with RECORD_TOO_LARGE. */
  readonly recordBytesMax: number;
  /** Bytes of a refused record that travel on, for the error archive. */
  readonly refusedBytesKept: number;
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
}

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** The search as a state machine over the window, so that one loop without awaits cuts all records of a chunk. */
export class RecordCutter {
  #rule: FramingRule;
  readonly #source: RecordSource;
  readonly #limits: SplitLimits;
  readonly #window: ByteWindow;
  /** Where the next record is searched from: the only state a resume needs. */
  #searchStart: number;
  /** Start of the record being closed, or -1 while one is searched. */
  #recordStart = -1;
  /** Bytes before this hold no match of the pattern being searched. */
  #scanned: number;
  /** First bytes of a record that grew over the limit; its middle is thrown away. */
  #oversizedHead: Buffer | null = null;
  #starts: number[] = [];
  #ends: number[] = [];
  #pendingBytes = 0;
  #endsOverlap = false;
  #records: SourceRecord[] = [];
  #recordBytes = 0;

  constructor(rule: FramingRule, source: RecordSource, limits: SplitLimits, fromOffset: number) {
    this.#rule = rule;
    this.#source = source;
    this.#limits = limits;
    this.#window = new ByteWindow(fromOffset);
    this.#searchStart = fromOffset;
    this.#scanned = fromOffset;
  }

  /** The rule of the records to come; between records only. */
  useRule(rule: FramingRule): void {
    this.#rule = rule;
  }

  get hasRecords(): boolean {
    return this.#records.length > 0;
  }

  take(chunk: Uint8Array): void {
    const keepFrom = this.#recordStart >= 0 && this.#oversizedHead === null ? this.#recordStart : this.#scanned;
    this.#window.append(chunk, keepFrom);
  }

  /** True when a batch is full. False when the window is used up; then everything found in it has been copied out. */
  cut(endOfFile: boolean): boolean {
    const { batchRecordsMax, batchBytesMax } = this.#limits;
    while (this.#findStart(endOfFile) && this.#findEnd(endOfFile)) {
      const count = this.#records.length + this.#starts.length;
      if (count >= batchRecordsMax || this.#recordBytes + this.#pendingBytes >= batchBytesMax) {
        this.#copyOut();
        return true;
      }
    }
    this.#copyOut();
    return false;
  }

  batch(): SplitBatch {
    const records = this.#records;
    this.#records = [];
    this.#recordBytes = 0;
    return { records, nextOffset: this.#searchStart };
  }

  #findStart(endOfFile: boolean): boolean {
    if (this.#recordStart >= 0) return true;
    const { startPattern, startSkip, endPattern } = this.#rule;
    const { view, base, end } = this.#window;
    if (startPattern !== null) {
      const found = findPattern(view, startPattern, this.#scanned - base);
      if (found < 0) {
        this.#scanned = Math.max(this.#scanned, end - startPattern.length + 1);
        return false;
      }
      this.#recordStart = base + found;
      this.#scanned = this.#recordStart + startPattern.length;
      return true;
    }
    const start = this.#searchStart + startSkip;
    this.#scanned = Math.min(start, end);
    if (start >= end) return false;
    // Without a start pattern the end pattern that closed the record before stands where this one begins: it takes the place of
    // a start pattern, or the search would find it again for ever.
    let scanned = start;
    if (startSkip === 0 && endPattern !== null) {
      const available = Math.min(endPattern.length, end - start);
      if (available < endPattern.length && !endOfFile) return false;
      const at = start - base;
      if (available === endPattern.length && standsAt(view, endPattern, at)) {
        scanned = start + available;
        if (scanned === end && start > 0) {
          if (endOfFile) this.#searchStart = end;
          return false;
        }
      }
    }
    this.#recordStart = start;
    this.#scanned = scanned;
    return true;
  }

  #findEnd(endOfFile: boolean): boolean {
    const { endPattern, endLength } = this.#rule;
    const { view, base, end } = this.#window;
    if (endPattern !== null) {
      const found = view.indexOf(endPattern.needle, this.#scanned - base);
      if (found >= 0) return this.#close(base + found + endPattern.length, base + found);
      this.#scanned = Math.max(this.#scanned, end - endPattern.length + 1);
    } else {
      if (endLength !== null && this.#recordStart + endLength <= end) {
        return this.#close(this.#recordStart + endLength, this.#recordStart + endLength);
      }
      this.#scanned = end;
    }
    if (endOfFile) return this.#close(end, end);
    if (this.#oversizedHead === null && end - this.#recordStart > this.#limits.recordBytesMax) {
      this.#oversizedHead = this.#copyOfHead();
    }
    return false;
  }

  #close(recordEnd: number, nextSearchStart: number): true {
    const start = this.#recordStart;
    if (recordEnd - start > this.#limits.recordBytesMax) {
      this.#refuse(start, recordEnd, this.#oversizedHead ?? this.#copyOfHead());
    } else {
      if (start < (this.#ends.at(-1) ?? 0)) this.#endsOverlap = true;
      this.#starts.push(start);
      this.#ends.push(recordEnd);
      this.#pendingBytes += recordEnd - start;
    }
    this.#oversizedHead = null;
    this.#recordStart = -1;
    this.#searchStart = nextSearchStart;
    this.#scanned = nextSearchStart;
    return true;
  }

  #copyOfHead(): Buffer {
    const at = this.#recordStart - this.#window.base;
    return Buffer.from(this.#window.view.subarray(at, at + this.#limits.refusedBytesKept));
  }

  #refuse(start: number, end: number, head: Buffer): void {
    this.#copyOut();
    const message = `The record at byte ${start} of ${this.#source.name} has ${end - start} bytes; the limit is ${this.#limits.recordBytesMax}.`;
    this.#records.push({
      source: this.#source,
      start,
      end,
      body: new Uint8Array(head.buffer, head.byteOffset, head.length),
      attributes: noAttributes,
      refused: { code: "RECORD_TOO_LARGE", message },
    });
    this.#recordBytes += head.length;
  }

  /** Copies the records found into memory of their own, apart from each other even where two share an end pattern. */
  #copyOut(): void {
    const count = this.#starts.length;
    if (count === 0) return;
    const { view, base } = this.#window;
    const memory = Buffer.allocUnsafeSlow(this.#pendingBytes);
    const shared = memory.buffer;
    const first = (this.#starts[0] as number) - base;
    const last = (this.#ends[count - 1] as number) - base;
    const oneStretch = last - first === this.#pendingBytes && !this.#endsOverlap;
    if (oneStretch) view.copy(memory, 0, first, last);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const start = this.#starts[i] as number;
      const end = this.#ends[i] as number;
      if (!oneStretch) view.copy(memory, at, start - base, end - base);
      const body = new Uint8Array(shared, at, end - start);
      this.#records.push({ source: this.#source, start, end, body, attributes: noAttributes });
      at += end - start;
    }
    this.#recordBytes += this.#pendingBytes;
    this.#pendingBytes = 0;
    this.#endsOverlap = false;
    this.#starts.length = 0;
    this.#ends.length = 0;
  }
}
