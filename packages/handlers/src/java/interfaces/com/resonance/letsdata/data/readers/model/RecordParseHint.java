package com.resonance.letsdata.data.readers.model;

import com.resonance.letsdata.data.util.ValidationUtils;
import java.util.Objects;

/** Where a record begins or ends: at a pattern, or so many bytes further. The unused offset is -1. */
public class RecordParseHint {
    private final RecordHintType recordHintType;
    private final String pattern;
    private final int offset;

    public RecordParseHint(RecordHintType recordHintType, String pattern, int offset) {
        this.recordHintType = recordHintType;
        this.pattern = pattern;
        this.offset = offset;
    }

    public RecordHintType getRecordHintType() {
        return recordHintType;
    }

    /** Throws for a hint of another type. */
    public String getPattern() {
        ValidationUtils.validateAssertCondition(recordHintType == RecordHintType.PATTERN, "the hint has no pattern", recordHintType);
        return pattern;
    }

    /** Throws for a hint of another type. */
    public int getOffset() {
        ValidationUtils.validateAssertCondition(recordHintType == RecordHintType.OFFSET, "the hint has no offset", recordHintType);
        return offset;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof RecordParseHint)) return false;
        RecordParseHint that = (RecordParseHint) other;
        return recordHintType == that.recordHintType && Objects.equals(pattern, that.pattern) && offset == that.offset;
    }

    @Override
    public int hashCode() {
        return Objects.hash(recordHintType, pattern, offset);
    }

    @Override
    public String toString() {
        return "RecordParseHint{" + recordHintType + ", pattern=" + pattern + ", offset=" + offset + "}";
    }
}
