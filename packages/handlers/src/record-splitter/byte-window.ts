/** A stretch joined from two chunks begins with this much of the second: most records end within it. */
const FIRST_STRETCH_BYTES = 1024;
/** What is joined stands behind what was joined before, while there is room: memory of its own costs more than the bytes. */
const JOINED_BYTES_MIN = 64 * 1024;

/**
 * The stretch of a byte stream that is being searched, addressed by absolute offsets. It shows chunks as they came: only what lies
 * across two of them is joined, in stretches that double. Bytes that were shown are never overwritten, so records may point at them.
 */
export class ByteWindow {
  /** Index 0 of `view` is at offset `base`. */
  view: Buffer = Buffer.alloc(0);
  base: number;
  #chunk: Buffer = this.view;
  #chunkBase: number;
  /** Memory of joined stretches, with room behind the used part. */
  #joined: Buffer = this.view;
  #joinedUsed = 0;

  constructor(fromOffset: number) {
    this.base = fromOffset;
    this.#chunkBase = fromOffset;
  }

  /** Offset behind the last byte shown. */
  get end(): number {
    return this.base + this.view.length;
  }

  /** Takes the next chunk, which nobody may write to any more; everything before it has been shown. */
  receive({ buffer, byteOffset, length }: Uint8Array): void {
    this.#chunkBase += this.#chunk.length;
    this.#chunk = Buffer.from(buffer, byteOffset, length);
  }

  /** Shows bytes behind `end`, and keeps those from `keepFrom` on. False when all that was received is shown. */
  showMore(keepFrom: number): boolean {
    const { end } = this;
    const chunkEnd = this.#chunkBase + this.#chunk.length;
    if (end === chunkEnd) return false;
    const from = Math.min(keepFrom, end);
    if (from >= this.#chunkBase) {
      this.view = this.#chunk.subarray(from - this.#chunkBase);
    } else {
      const kept = this.view.subarray(from - this.base);
      const shownOfChunk = end - this.#chunkBase;
      const stretch = Math.max(kept.length, FIRST_STRETCH_BYTES);
      this.view = this.#join(kept, this.#chunk.subarray(shownOfChunk, shownOfChunk + stretch));
    }
    this.base = from;
    return true;
  }

  #join(kept: Buffer, added: Buffer): Buffer {
    const length = kept.length + added.length;
    const endOfJoined = this.#joined.byteOffset + this.#joinedUsed;
    const isJoined = kept.buffer === this.#joined.buffer && kept.byteOffset + kept.length === endOfJoined;
    const needed = isJoined ? added.length : length;
    if (this.#joinedUsed + needed > this.#joined.length) {
      this.#joined = Buffer.allocUnsafeSlow(Math.max(length * 2, JOINED_BYTES_MIN));
      this.#joinedUsed = kept.copy(this.#joined);
    } else if (!isJoined) {
      this.#joinedUsed += kept.copy(this.#joined, this.#joinedUsed);
    }
    this.#joinedUsed += added.copy(this.#joined, this.#joinedUsed);
    return this.#joined.subarray(this.#joinedUsed - length, this.#joinedUsed);
  }
}
