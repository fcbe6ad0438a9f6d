import { Problem } from "@letsdata/plugin-kit/problems";
import type { FileFraming, RecordHint } from "@letsdata/plugin-kit/reader";

export interface FramingRule {
  /** Null when the record starts `startSkip` bytes after the search start. */
  readonly startPattern: Pattern | null;
  readonly startSkip: number;
  readonly endPattern: Pattern | null;
  /** Record length where the end is an offset; null with an end pattern or "to the end of the file". */
  readonly endLength: number | null;
}

export interface Pattern {
  readonly bytes: Buffer;
  readonly length: number;
  readonly first: number;
  /** What `Buffer.indexOf` is asked for: a number takes its fast single-byte path. */
  readonly needle: Buffer | number;
}

/** Checks the hints of a file; throws Problem INVALID_HINT. */
export function framingRule(framing: FileFraming): FramingRule {
  const { start, end, fileType } = framing;
  const startOffset = offsetOf(start, "start", fileType, 0);
  const endLength = offsetOf(end, "end", fileType, 1);
  return {
    startPattern: patternOf(start, "start", fileType),
    startSkip: startOffset ?? 0,
    endPattern: patternOf(end, "end", fileType),
    endLength,
  };
}

function patternOf(hint: RecordHint, edge: string, fileType: string): Pattern | null {
  if (hint?.kind !== "pattern") return null;
  if (hint.pattern.length === 0) {
    throw new Problem("INVALID_HINT", `The record ${edge} pattern of file type ${fileType} is empty.`);
  }
  const bytes = Buffer.from(hint.pattern);
  const first = bytes[0] as number;
  return { bytes, length: bytes.length, first, needle: bytes.length === 1 ? first : bytes };
}

function offsetOf(hint: RecordHint, edge: string, fileType: string, least: number): number | null {
  if (hint?.kind !== "offset") return null;
  if (!Number.isSafeInteger(hint.offset) || hint.offset < least) {
    throw new Problem(
      "INVALID_HINT",
      `The record ${edge} offset of file type ${fileType} is ${hint.offset}; it must be an integer of at least ${least}.`,
    );
  }
  return hint.offset;
}

/** Whether the pattern stands at `at`; the caller knows that the bytes reach that far. */
export function standsAt(bytes: Uint8Array, pattern: Pattern, at: number): boolean {
  const { bytes: wanted, length } = pattern;
  for (let i = 0; i < length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** Most starts stand right behind the last end: looking there first is much cheaper than a call of `indexOf`. */
const nearPositions = 4;

/** Index of the pattern if it stands at `from` or a few bytes behind, or -1. */
export function nearby(bytes: Uint8Array, pattern: Pattern, from: number): number {
  const { first, length } = pattern;
  const last = Math.min(from + nearPositions, bytes.length - length + 1);
  for (let at = from; at < last; at++) {
    if (bytes[at] === first && (length === 1 || standsAt(bytes, pattern, at))) return at;
  }
  return -1;
}
