import type { RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** Memory that records were found in. */
export interface Stretch {
  readonly source: RecordSource;
  readonly memory: Uint8Array;
  /** Offset of the memory's first byte in the source. */
  readonly base: number;
  /** Neighbours have bytes in common: customer code that writes to one must not change the other. */
  readonly recordsOverlap: boolean;
}

/** A record as a place in a stretch of memory. An array is made of it only when its body is asked for. */
export class CutRecord implements SourceRecord {
  readonly start: number;
  readonly end: number;
  readonly #stretch: Stretch;
  #body: Uint8Array | null = null;

  constructor(stretch: Stretch, start: number, end: number) {
    this.#stretch = stretch;
    this.start = start;
    this.end = end;
  }

  get source(): RecordSource {
    return this.#stretch.source;
  }

  get attributes(): Readonly<Record<string, string>> {
    return noAttributes;
  }

  get body(): Uint8Array {
    if (this.#body === null) {
      const { memory, base, recordsOverlap } = this.#stretch;
      const view = new Uint8Array(memory.buffer, memory.byteOffset + this.start - base, this.end - this.start);
      this.#body = recordsOverlap ? view.slice() : view;
    }
    return this.#body;
  }
}
