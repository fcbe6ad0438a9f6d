import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import type { RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";

const noAttributes: Readonly<Record<string, string>> = Object.freeze({});

/** What a state machine made of one or more file records, with the result its customer code already gave. */
export class CompositeRecord implements SourceRecord {
  readonly attributes = noAttributes;
  readonly source: RecordSource;
  readonly start: number | string;
  readonly end: number | string;
  readonly madeOf: NonNullable<SourceRecord["madeOf"]>;
  readonly result: HandlerResult;
  readonly #parts: readonly SourceRecord[];

  constructor(input: {
    readonly source: RecordSource;
    readonly start: number | string;
    readonly end: number | string;
    readonly madeOf: NonNullable<SourceRecord["madeOf"]>;
    readonly result: HandlerResult;
    readonly parts: readonly SourceRecord[];
  }) {
    this.source = input.source;
    this.start = input.start;
    this.end = input.end;
    this.madeOf = input.madeOf;
    this.result = input.result;
    this.#parts = input.parts;
  }

  /** The file records one behind the other; joined only when somebody looks. */
  get body(): Uint8Array {
    const [first, second] = this.#parts;
    if (first !== undefined && second === undefined) return first.body;
    return Buffer.concat(this.#parts.map((part) => part.body));
  }
}
