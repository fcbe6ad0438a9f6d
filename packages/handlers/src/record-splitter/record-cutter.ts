import type { RecordSource, SourceRecord, SplitBatch } from "@letsdata/plugin-kit/reader";
import { ByteWindow } from "./byte-window.ts";
import { CutRecord, type Stretch } from "./cut-record.ts";
import { type FramingRule, nearby, standsAt } from "./framing-rule.ts";

export interface SplitLimits {
  /** Larger records are refused with RECORD_TOO_LARGE. */
  readonly recordBytesMax: number;
  /** Bytes of a refused record that travel on, for the error archive. */
  readonly refusedBytesKept: number;
  readonly batchRecordsMax: number;
  readonly batchBytesMax: number;
}

/** Records that are less than one part in so many of the memory they were found in. */
const SPARSE = 4;

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
  #records: SourceRecord[] = [];
  #recordBytes = 0;
  /** What the window shows, for the records found in it. */
  #stretch: Stretch | null = null;
  /** What of the batch was found before this stretch. */
  #before = { records: 0, bytes: 0 };

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

  /** The chunk must not change any more: records point at its bytes. */
  take(chunk: Uint8Array): void {
    this.#window.receive(chunk);
  }

  /** True when a batch is full. False when all bytes taken are used up. */
  cut(endOfFile: boolean): boolean {
    for (;;) {
      this.#cutWholeRecords();
      if (this.#isFull()) return true;
      if (this.#findStart(endOfFile) && this.#findEnd(endOfFile)) continue;
      const keepFrom = this.#recordStart >= 0 && this.#oversizedHead === null ? this.#recordStart : this.#scanned;
      if (!this.#window.showMore(keepFrom)) return false;
      this.#leaveStretch();
    }
  }

  batch(): SplitBatch {
    const records = this.#records;
    this.#records = [];
    this.#recordBytes = 0;
    this.#before = { records: 0, bytes: 0 };
    // The pattern that ends a record may begin the next one.
    const searchedAgain = this.#rule.endPattern?.length ?? 0;
    const offsetBehind = (count: number) => (records[count - 1]!.end as number) - searchedAgain;
    return { records, nextOffset: this.#searchStart, offsetBehind };
  }

  #isFull(): boolean {
    return this.#records.length >= this.#limits.batchRecordsMax || this.#recordBytes >= this.#limits.batchBytesMax;
  }

  /**
   * The records between patterns that stand whole in the window. They are nearly all there is, and a loop over local variables takes
   * half the time of the steps below, which do the rest.
   */
  #cutWholeRecords(): void {
    const { startPattern, endPattern } = this.#rule;
    if (startPattern === null || endPattern === null || this.#recordStart >= 0) return;
    const { recordBytesMax, batchRecordsMax, batchBytesMax } = this.#limits;
    const { view, base } = this.#window;
    const stretch = this.#presentStretch();
    const { memory } = stretch;
    const source = this.#source;
    const records = this.#records;
    let bytes = this.#recordBytes;
    let at = this.#scanned - base;
    while (records.length < batchRecordsMax && bytes < batchBytesMax) {
      let start = nearby(memory, startPattern, at);
      if (start < 0) {
        start = view.indexOf(startPattern.needle, at);
        if (start < 0) break;
      }
      const next = view.indexOf(endPattern.needle, start + startPattern.length);
      const end = next + endPattern.length;
      if (next < 0 || end - start > recordBytesMax) break;
      records.push(new CutRecord(source, base + start, base + end, stretch));
      bytes += end - start;
      at = next;
    }
    if (bytes === this.#recordBytes) return;
    this.#recordBytes = bytes;
    this.#searchStart = base + at;
    this.#scanned = this.#searchStart;
  }

  #findStart(endOfFile: boolean): boolean {
    if (this.#recordStart >= 0) return true;
    const { startPattern, startSkip, endPattern } = this.#rule;
    const { view, base, end } = this.#window;
    if (startPattern !== null) {
      const found = view.indexOf(startPattern.needle, this.#scanned - base);
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
      if (available === endPattern.length && standsAt(view, endPattern, start - base)) {
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
      this.#records.push(new CutRecord(this.#source, start, recordEnd, this.#presentStretch()));
      this.#recordBytes += recordEnd - start;
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
    const message = `The record at byte ${start} of ${this.#source.name} has ${end - start} bytes; the limit is ${this.#limits.recordBytesMax}.`;
    this.#records.push({
      source: this.#source,
      start,
      end,
      body: new Uint8Array(head.buffer, head.byteOffset, head.length),
      attributes: {},
      refused: { code: "RECORD_TOO_LARGE", message },
    });
    this.#recordBytes += head.length;
  }

  #presentStretch(): Stretch {
    if (this.#stretch === null) {
      const { view, base } = this.#window;
      this.#stretch = { memory: new Uint8Array(view.buffer, view.byteOffset, view.length), base };
    }
    return this.#stretch;
  }

  /** Few records must not keep a whole chunk: they get memory of their own. */
  #leaveStretch(): void {
    const { records, bytes } = this.#before;
    if (this.#stretch !== null && (this.#recordBytes - bytes) * SPARSE < this.#stretch.memory.length) {
      for (let at = records; at < this.#records.length; at++) void this.#records[at]!.body;
    }
    this.#before = { records: this.#records.length, bytes: this.#recordBytes };
    this.#stretch = null;
  }
}
