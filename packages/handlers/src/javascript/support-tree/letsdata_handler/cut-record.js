/**
 * How a record begins and ends, from the parser's hints.
 * @typedef {{ startPattern: Buffer | null, startSkip: number, endPattern: Buffer | null, endLength: number | null }} Rule
 */

/** Hints the engine would refuse: it is asked to say why. */
export class UnusableHints extends Error {
  /** @param {unknown} start @param {unknown} end */
  constructor(start, end) {
    super("a hint cannot be used");
    this.start = start;
    this.end = end;
  }
}

/** @param {any} start @param {any} end @returns {Rule} */
export function ruleOf(start, end) {
  const isUsable = [start, end].every((hint) => hint == null || isPattern(hint) || isOffset(hint));
  if (!isUsable || (isOffset(start) && start.offset < 0) || (isOffset(end) && end.offset < 1)) {
    throw new UnusableHints(plainHint(start), plainHint(end));
  }
  return {
    startPattern: isPattern(start) ? Buffer.from(start.pattern) : null,
    startSkip: isOffset(start) ? start.offset : 0,
    endPattern: isPattern(end) ? Buffer.from(end.pattern) : null,
    endLength: isOffset(end) ? end.offset : null,
  };
}

/** @param {any} hint */
export function plainHint(hint) {
  if (hint == null) return null;
  const { recordHintType = null, pattern = null, offset = -1 } = hint;
  return { recordHintType, pattern, offset };
}

/** @param {any} hint */
function isPattern(hint) {
  return hint?.recordHintType === "PATTERN" && typeof hint.pattern === "string" && hint.pattern !== "";
}

/** @param {any} hint */
function isOffset(hint) {
  return hint?.recordHintType === "OFFSET" && Number.isSafeInteger(hint.offset);
}

/**
 * The next record in a stretch of a file, exactly as the engine's record splitter finds it; offsets are the file's. "more": it may begin
 * or end behind the stretch. Null: the file has none.
 *
 * @param {{ offset: number, bytes: Buffer, isLast: boolean }} stretch
 * @param {number} from where the search starts
 * @param {Rule} rule
 * @returns {{ start: number, end: number, next: number } | "more" | null}
 */
export function cutRecord({ offset, bytes, isLast }, from, rule) {
  const { startPattern, startSkip, endPattern, endLength } = rule;
  const notFound = isLast ? null : "more";
  const endOfBytes = offset + bytes.length;
  let start = from + startSkip;
  let scanned = start;
  if (startPattern !== null) {
    const found = bytes.indexOf(startPattern, from - offset);
    if (found < 0) return notFound;
    start = offset + found;
    scanned = start + startPattern.length;
  } else {
    if (start >= endOfBytes) return notFound;
    if (startSkip === 0 && endPattern !== null) {
      // The end pattern that closed the record before stands where this one begins: it would be found again for ever.
      const at = start - offset;
      const seen = bytes.subarray(at, at + endPattern.length);
      if (seen.length < endPattern.length && !isLast) return "more";
      if (seen.equals(endPattern)) {
        scanned = start + endPattern.length;
        if (scanned === endOfBytes && start > 0) return notFound;
      }
    }
  }
  if (endPattern !== null) {
    const found = bytes.indexOf(endPattern, scanned - offset);
    if (found >= 0) return { start, end: offset + found + endPattern.length, next: offset + found };
  } else if (endLength !== null && start + endLength <= endOfBytes) {
    return { start, end: start + endLength, next: start + endLength };
  }
  return isLast ? { start, end: endOfBytes, next: endOfBytes } : "more";
}
