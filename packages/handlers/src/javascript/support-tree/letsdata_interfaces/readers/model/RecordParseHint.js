import { RecordHintType } from "./RecordHintType.js";

/** How a record begins or ends: a pattern, or a number of bytes. The unused one of `pattern` and `offset` is ignored. */
export class RecordParseHint {
  /**
   * @param {"PATTERN" | "OFFSET"} recordHintType
   * @param {string | null} pattern
   * @param {number} offset
   */
  constructor(recordHintType, pattern, offset) {
    this.recordHintType = recordHintType;
    this.pattern = pattern;
    this.offset = offset;
  }

  getRecordHintType() {
    return this.recordHintType;
  }

  getPattern() {
    if (this.recordHintType !== RecordHintType.PATTERN) throw new Error("getPattern: the hint is no PATTERN");
    return this.pattern;
  }

  getOffset() {
    if (this.recordHintType !== RecordHintType.OFFSET) throw new Error("getOffset: the hint is no OFFSET");
    return this.offset;
  }
}
