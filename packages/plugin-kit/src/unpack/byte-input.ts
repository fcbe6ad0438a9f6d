const NOTHING = Buffer.alloc(0);

/** Pulls chunks and takes back what was not needed; knows the offset of the next unread byte. */
export class ByteInput {
  /** Offset in the source of the next unread byte. */
  offset: number;
  #source: AsyncIterator<Uint8Array>;
  #unread: Buffer[] = [];

  constructor(source: AsyncIterator<Uint8Array>, offset: number) {
    this.#source = source;
    this.offset = offset;
  }

  /** The next chunk, or null at the end. */
  async next(): Promise<Buffer | null> {
    const kept = this.#unread.pop();
    if (kept) {
      this.offset += kept.length;
      return kept;
    }
    for (;;) {
      const pulled = await this.#source.next();
      if (pulled.done) return null;
      if (pulled.value.length === 0) continue;
      const { buffer, byteOffset, length } = pulled.value;
      this.offset += length;
      return Buffer.from(buffer, byteOffset, length);
    }
  }

  unread(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.offset -= bytes.length;
    this.#unread.push(bytes);
  }

  /** All that is left, as it comes: one promise a chunk. Nothing else may be asked for any more. */
  rest(): AsyncIterableIterator<Uint8Array> {
    const source = this.#source;
    const unread = this.#unread;
    return {
      next() {
        const kept = unread.pop();
        return kept ? Promise.resolve({ done: false, value: kept }) : source.next();
      },
      async return() {
        await source.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Exactly `length` bytes, fewer only at the end. */
  async take(length: number): Promise<Buffer> {
    let taken: Buffer = NOTHING;
    while (taken.length < length) {
      const chunk = await this.next();
      if (chunk === null) break;
      taken = taken.length === 0 ? chunk : Buffer.concat([taken, chunk]);
    }
    if (taken.length <= length) return taken;
    this.unread(taken.subarray(length));
    return taken.subarray(0, length);
  }

  async peek(length: number): Promise<Buffer> {
    const bytes = await this.take(length);
    this.unread(bytes);
    return bytes;
  }
}
