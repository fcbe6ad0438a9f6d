import type { FileState, RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";
import { hintOf } from "../file-framing.ts";
import { framingRule } from "../record-splitter/framing-rule.ts";
import { RecordCutter, type SplitLimits } from "../record-splitter/record-cutter.ts";
import { BridgeException } from "./bridge-protocol.ts";
import { type BytesAsText, bytesAsText } from "./bytes-as-text.ts";

/** What a function searched for and did not find in its windows, as it tells it. */
export interface Search {
  /** Where the search started. */
  readonly at: number;
  /** Bytes before this belong to records in front. */
  readonly behind: number;
  readonly start: unknown;
  readonly end: unknown;
}

/** Bytes without a gap. Behind the first one a search gets there from `at`. */
interface Stretch {
  readonly at: number;
  /** The record that was left out between the stretch in front and this one, too large for any request; null: nothing was. */
  readonly refused: SourceRecord | null;
  offset: number;
  bytes: Buffer;
}

export interface SentStretch extends BytesAsText {
  readonly offsetBytes: number;
}

/** One file of a state machine behind the bridge: the bytes that are not done with yet, of which a request carries the first ones. */
export class FileWindows {
  readonly source: RecordSource;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #limits: SplitLimits;
  #stretches: Stretch[];
  #isRead = false;
  /** What reading failed with; what stands whole in front of it is still good. */
  #failure: unknown = null;

  constructor(source: RecordSource, bytes: AsyncIterable<Uint8Array>, from: FileState | null, limits: SplitLimits) {
    this.source = source;
    this.#chunks = bytes[Symbol.asyncIterator]();
    this.#limits = limits;
    const offset = from?.offset ?? 0;
    this.#stretches = [{ at: offset, refused: null, offset, bytes: Buffer.alloc(0) }];
  }

  /** Bytes that every request must carry: the last stretch is of no use without those in front. */
  get floor(): number {
    return this.#stretches.slice(0, -1).reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** Bytes of a window that reaches the offset. */
  bytesUpTo(offset: number): number {
    return this.#stretches.reduce((sum, s) => sum + Math.min(Math.max(offset - s.offset, 0), s.bytes.length), 0);
  }

  /** Reads until a window of so many bytes can be filled, and one more to know whether the file ends with it. */
  async fill(windowBytes: number): Promise<void> {
    const parts: Buffer[] = [this.#last.bytes];
    let bytes = this.floor + this.#last.bytes.length;
    try {
      while (bytes <= windowBytes && !this.#isRead && this.#failure === null) {
        const chunk = await this.#pull();
        parts.push(chunk);
        bytes += chunk.length;
      }
    } catch (thrown) {
      this.#failure = thrown;
    }
    if (parts.length > 1) this.#last.bytes = Buffer.concat(parts);
  }

  /** Throws what reading failed with, where a window of so many bytes had all that came before. */
  throwIfNoMore(windowBytes: number): void {
    if (this.#failure !== null && this.floor + this.#last.bytes.length <= windowBytes) throw this.#failure;
  }

  /** A window of at most so many bytes. */
  window(windowBytes: number): SentStretch & { readonly eof: boolean; readonly behind: readonly object[] } {
    const lastBytes = windowBytes - this.floor;
    const isWhole = this.#last.bytes.length <= lastBytes;
    const sent = (stretch: Stretch): SentStretch => {
      const { offset: offsetBytes, bytes } = stretch;
      const isCut = stretch === this.#last && !isWhole;
      return { offsetBytes, ...bytesAsText(isCut ? withoutHalfCharacter(bytes.subarray(0, lastBytes)) : bytes) };
    };
    const behind = this.#stretches
      .slice(1)
      .map((stretch) => ({ at: stretch.at, refused: stretch.refused !== null, ...sent(stretch) }));
    return { ...sent(this.#stretches[0] as Stretch), eof: isWhole && this.#isRead, behind };
  }

  /** A record the function cut. Throws BridgeException where it cannot have seen one. */
  record([start, end]: readonly [number, number]): SourceRecord {
    const stretch = this.#stretches.find(({ offset, bytes }) => start >= offset && end <= offset + bytes.length);
    if (!stretch || !(start <= end)) {
      throw new BridgeException(`the function told of a record outside its window, ${start} to ${end}`, "");
    }
    const body = stretch.bytes.subarray(start - stretch.offset, end - stretch.offset);
    return { source: this.source, start, end, body, attributes: {} };
  }

  /** Lets go of what is in front of the offset; returns the records that were left out there. */
  advance(offset: number): readonly SourceRecord[] {
    const passed: SourceRecord[] = [];
    while (this.#stretches.length > 1 && offset >= (this.#stretches[1] as Stretch).offset) {
      this.#stretches.shift();
      const { refused } = this.#stretches[0] as Stretch;
      if (refused) passed.push(refused);
    }
    const first = this.#stretches[0] as Stretch;
    if (!(offset >= first.offset && offset <= first.offset + first.bytes.length)) {
      throw new BridgeException(`the function told of byte ${offset}, which is outside its window`, "");
    }
    first.bytes = first.bytes.subarray(offset - first.offset);
    first.offset = offset;
    return passed;
  }

  /**
   * Finds the record no window is large enough for, so that the function gets what is behind it: or behind bytes in which no record
   * begins. False where the record itself fits into a window: then it is all its call reads that does not.
   */
  async passOver({ at, behind, start, end }: Search, windowBytesMax: number): Promise<boolean> {
    const { type: fileType, name: resolvedName } = this.source;
    const rule = framingRule({
      fileType,
      resolvedName,
      start: hintOf(start, "getNextRecordStartPattern"),
      end: hintOf(end, "getNextRecordEndPattern"),
    });
    const recordBytesMax = Math.min(this.#limits.recordBytesMax, windowBytesMax - characterBytesMax);
    const cutter = new RecordCutter(rule, this.source, { ...this.#limits, recordBytesMax, batchRecordsMax: 1 }, at);
    // The next search starts in the chunk read last, or a pattern's length in front of it.
    const patterns = (rule.startPattern?.length ?? 0) + (rule.endPattern?.length ?? 0);
    const tail = new Tail(at, recordBytesMax + patterns);
    const taken = this.#last.bytes.subarray(at - this.#last.offset);
    for (let chunk = taken; ; chunk = await this.#pull()) {
      if (chunk.length > 0) {
        cutter.take(chunk);
        tail.push(chunk);
      }
      if (cutter.cut(this.#isRead)) break;
      if (this.#isRead) break;
    }
    const { records, nextOffset } = cutter.batch();
    const [found] = records;
    const isTooLarge = found?.refused !== undefined;
    const to = isTooLarge ? nextOffset : found ? (found.start as number) : tail.end;
    const keepUntil = Math.min(Math.max(at, behind), to);
    const isGap = isTooLarge || (to > keepUntil && (found === undefined || rule.startPattern !== null));
    if (!isGap) return false;
    const { bytes, offset } = this.#last;
    this.#last.bytes = bytes.subarray(0, keepUntil - offset);
    this.#stretches.push({ at, refused: isTooLarge ? this.#refusal(found) : null, offset: to, bytes: tail.from(to) });
    return true;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  get #last(): Stretch {
    return this.#stretches.at(-1) as Stretch;
  }

  async #pull(): Promise<Buffer> {
    if (this.#failure !== null) throw this.#failure;
    const pulled = this.#isRead ? { done: true as const } : await this.#chunks.next();
    if (pulled.done) {
      this.#isRead = true;
      return Buffer.alloc(0);
    }
    const { buffer, byteOffset, length } = pulled.value;
    return Buffer.from(buffer, byteOffset, length);
  }

  #refusal(record: SourceRecord): SourceRecord {
    const bytes = (record.end as number) - (record.start as number);
    if (bytes > this.#limits.recordBytesMax) return record;
    const message = `The record at byte ${record.start} of ${this.source.name} has ${bytes} bytes; a request to the handler's function does not take so many.`;
    return { ...record, refused: { code: "RECORD_TOO_LARGE_FOR_BRIDGE", message } };
  }
}

/** UTF-8 takes up to four bytes for a character. */
const characterBytesMax = 4;

/** A window that ends within a character would be no text. */
function withoutHalfCharacter(bytes: Buffer): Buffer {
  for (let behind = 1; behind < characterBytesMax && behind < bytes.length; behind++) {
    const byte = bytes[bytes.length - behind] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > behind ? bytes.subarray(0, bytes.length - behind) : bytes;
    }
  }
  return bytes;
}

/** The end of a stream of bytes: at least the chunk pushed last and so many bytes in front of it. */
class Tail {
  readonly #bytesKept: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  end: number;

  constructor(offset: number, bytesKept: number) {
    this.end = offset;
    this.#bytesKept = bytesKept;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.end += chunk.length;
    for (;;) {
      const first = this.#chunks[0]?.length ?? 0;
      if (this.#chunks.length < 2 || this.#bytes - first < this.#bytesKept + chunk.length) return;
      this.#chunks.shift();
      this.#bytes -= first;
    }
  }

  from(offset: number): Buffer {
    return Buffer.concat(this.#chunks).subarray(offset - (this.end - this.#bytes));
  }
}
