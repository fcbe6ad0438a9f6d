/** The stretch of a byte stream that is still needed, addressed by absolute offsets. Each byte is copied in once; growth doubles. */
export class ByteWindow {
  #storage: Buffer = Buffer.alloc(0);
  #begin = 0;
  /** The kept bytes end with `view`; index 0 of `view` is at offset `base`. */
  view: Buffer = this.#storage;
  base: number;

  constructor(fromOffset: number) {
    this.base = fromOffset;
  }

  /** Offset behind the last byte received. */
  get end(): number {
    return this.base + this.view.length;
  }

  append(chunk: Uint8Array, keepFrom: number): void {
    this.#begin = Math.min(Math.max(keepFrom - this.base, 0), this.view.length);
    const kept = this.view.length - this.#begin;
    const needed = kept + chunk.length;
    const newBase = this.base + this.#begin;
    if (needed > this.#storage.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#storage.length * 2, 128 * 1024));
      this.view.copy(grown, 0, this.#begin);
      this.#storage = grown;
    } else if (this.#begin > 0) {
      this.#storage.copyWithin(0, this.#begin, this.#begin + kept);
    }
    this.#storage.set(chunk, kept);
    this.base = newBase;
    this.view = this.#storage.subarray(0, needed);
  }
}
