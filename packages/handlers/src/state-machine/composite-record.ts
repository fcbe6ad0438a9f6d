import type { HandlerResult } from "@letsdata/plugin-kit/handler";
import { byteLengthOf, type FileState, type RecordSource, type SourceRecord } from "@letsdata/plugin-kit/reader";
import type { TextMap } from "./state-machine-objects.ts";

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

  get byteLength(): number {
    let bytes = 0;
    for (const part of this.#parts) bytes += byteLengthOf(part);
    return bytes;
  }

  /** The file records one behind the other; joined only when somebody looks. */
  get body(): Uint8Array {
    const [first, second] = this.#parts;
    if (first !== undefined && second === undefined) return first.body;
    return Buffer.concat(this.#parts.map((part) => part.body));
  }
}

/** All maps are by file type, in the order of `fileNames`. */
export function compositeOf(input: {
  readonly source: RecordSource;
  readonly fileNames: TextMap;
  readonly before: Readonly<Record<string, FileState>>;
  readonly after: Readonly<Record<string, FileState>>;
  readonly parts: Readonly<Record<string, readonly SourceRecord[]>>;
  /** `position` stands in for a missing document id. */
  resultAt(position: number | string): HandlerResult;
}): CompositeRecord {
  const { source, fileNames, before, after, parts } = input;
  const startOffsets: Record<string, string> = {};
  const endOffsets: Record<string, string> = {};
  const lastRecordTypes: Record<string, string | null> = {};
  for (const fileType of Object.keys(fileNames)) {
    const ofFile = parts[fileType] ?? [];
    const offset = after[fileType]?.offset;
    startOffsets[fileType] = String(ofFile[0]?.start ?? offset);
    endOffsets[fileType] = String(ofFile.at(-1)?.end ?? offset);
    lastRecordTypes[fileType] = before[fileType]?.lastRecordType ?? null;
  }
  const start = placeOf(startOffsets);
  return new CompositeRecord({
    source,
    start,
    end: placeOf(endOffsets),
    madeOf: { fileNames, lastRecordTypes, startOffsets, endOffsets },
    result: withOffsets(input.resultAt(start), startOffsets, endOffsets),
    parts: Object.keys(fileNames).flatMap((fileType) => parts[fileType] ?? []),
  });
}

/** A byte offset, or `TYPE:offset|TYPE:offset` in the manifest's spelling. */
function placeOf(offsets: TextMap): number | string {
  const entries = Object.entries(offsets);
  const [only] = entries;
  return entries.length === 1 && only
    ? Number(only[1])
    : entries.map(([type, offset]) => `${type}:${offset}`).join("|");
}

function withOffsets(result: HandlerResult, startOffsets: TextMap, endOffsets: TextMap): HandlerResult {
  if (result.kind !== "error") return result;
  const { error } = result;
  return {
    kind: "error",
    error: {
      ...error,
      startOffsets: { ...startOffsets, ...error.startOffsets },
      endOffsets: { ...endOffsets, ...error.endOffsets },
    },
  };
}
