import type { RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** Memory that records were found in. */
export interface Stretch {
  readonly memory: Uint8Array;
  /** Offset of the memory's first byte in the source. */
  readonly base: number;
}

/** A record as a place in a stretch of memory. It gets memory of its own when its body is asked for, and lets the stretch go. */
export class CutRecord implements SourceRecord {
  readonly source: RecordSource;
  readonly start: number;
  readonly end: number;
  #stretch: Stretch | null;
  #body: Uint8Array | null = null;

  constructor(source: RecordSource, start: number, end: number, stretch: Stretch) {
    this.source = source;
    this.start = start;
    this.end = end;
    this.#stretch = stretch;
  }

  get attributes(): Readonly<Record<string, string>> {
    return noAttributes;
  }

  get bytesInPlace(): Uint8Array {
    if (this.#stretch === null) return this.body;
    const { memory, base } = this.#stretch;
    return memory.subarray(this.start - base, this.end - base);
  }

  get byteLength(): number {
    return this.end - this.start;
  }

  get body(): Uint8Array {
    if (this.#body !== null) return this.#body;
    const { memory, base } = this.#stretch!;
    this.#body = memory.slice(this.start - base, this.end - base);
    this.#stretch = null;
    return this.#body;
  }
}
