import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";

export interface StoredRecord {
  readonly counter: number;
  /** Epoch ms. */
  readonly arrival: number;
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** length, counter, arrival, key length; then key and data. */
const HEADER_BYTES = 4 + 8 + 8 + 2;
const SCAN_BYTES = 4 * 1024 * 1024;

/**
 * One shard's records: an append-only file and, in memory, where each record starts. A write is in the operating system's hands
 * before it is acknowledged, so a killed process loses none of it; a half-written last record is cut off at the next start.
 */
export class ShardLog {
  readonly #file: number;
  readonly #counters: number[] = [];
  readonly #arrivals: number[] = [];
  readonly #offsets: number[] = [];
  #end = 0;

  constructor(path: string) {
    this.#file = openSync(path, "a+");
    this.#scan();
  }

  get length(): number {
    return this.#counters.length;
  }

  get lastCounter(): number {
    return this.#counters.at(-1) ?? 0;
  }

  get lastArrival(): number {
    return this.#arrivals.at(-1) ?? 0;
  }

  append(records: readonly StoredRecord[]): void {
    const frames: Buffer[] = [];
    const start = this.#end;
    let end = start;
    for (const { counter, arrival, partitionKey, data } of records) {
      const key = Buffer.from(partitionKey);
      const header = Buffer.allocUnsafe(HEADER_BYTES);
      const length = HEADER_BYTES + key.length + data.length;
      header.writeUInt32BE(length, 0);
      header.writeDoubleBE(counter, 4);
      header.writeDoubleBE(arrival, 12);
      header.writeUInt16BE(key.length, 20);
      frames.push(header, key, data);
      this.#index(counter, arrival, end);
      end += length;
    }
    const bytes = Buffer.concat(frames);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
    this.#end = end;
  }

  /** Index of the first record at or after the counter; `length` when there is none. */
  indexOfCounter(counter: number): number {
    return lowerBound(this.#counters, counter);
  }

  indexOfTime(time: number): number {
    return lowerBound(this.#arrivals, time);
  }

  counterAt(index: number): number | undefined {
    return this.#counters[index];
  }

  arrivalAt(index: number): number | undefined {
    return this.#arrivals[index];
  }

  /** At least one record when there is one, and no more than the bounds allow. */
  read(from: number, recordsMax: number, bytesMax: number): StoredRecord[] {
    const start = this.#offsets[from];
    if (start === undefined) return [];
    let until = from;
    while (
      until < this.length &&
      until - from < recordsMax &&
      (until === from || this.#offsetAfter(until) - start <= bytesMax)
    )
      until++;
    const bytes = Buffer.allocUnsafe(this.#offsetAfter(until - 1) - start);
    for (let filled = 0; filled < bytes.length; )
      filled += readSync(this.#file, bytes, filled, bytes.length - filled, start + filled);
    const records: StoredRecord[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUInt32BE(at);
      const dataAt = at + HEADER_BYTES + bytes.readUInt16BE(at + 20);
      records.push({
        counter: bytes.readDoubleBE(at + 4),
        arrival: bytes.readDoubleBE(at + 12),
        partitionKey: bytes.toString("utf8", at + HEADER_BYTES, dataAt),
        data: bytes.subarray(dataAt, at + length),
      });
      at += length;
    }
    return records;
  }

  close(): void {
    closeSync(this.#file);
  }

  #offsetAfter(index: number): number {
    return this.#offsets[index + 1] ?? this.#end;
  }

  #index(counter: number, arrival: number, offset: number): void {
    this.#counters.push(counter);
    this.#arrivals.push(arrival);
    this.#offsets.push(offset);
  }

  #scan(): void {
    const size = fstatSync(this.#file).size;
    const window = Buffer.allocUnsafe(Math.min(SCAN_BYTES, Math.max(size, 1)));
    let windowStart = 0;
    let windowLength = 0;
    let at = 0;
    while (at + HEADER_BYTES <= size) {
      if (at < windowStart || at + HEADER_BYTES > windowStart + windowLength) {
        windowStart = at;
        windowLength = readSync(this.#file, window, 0, window.length, at);
      }
      const header = at - windowStart;
      const length = window.readUInt32BE(header);
      if (length < HEADER_BYTES || at + length > size) break;
      this.#index(window.readDoubleBE(header + 4), window.readDoubleBE(header + 12), at);
      at += length;
    }
    if (at < size) ftruncateSync(this.#file, at);
    this.#end = at;
  }
}

function lowerBound(values: readonly number[], wanted: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
