package com.resonance.letsdata.data.util;

import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** Searches in bytes. Ends are exclusive; -1 is "not found". */
public class Matcher {
    private static final ConcurrentHashMap<String, StringMatchPattern> PATTERNS = new ConcurrentHashMap<>();

    public static StringMatchPattern getMatchPatternForString(String pattern) {
        return PATTERNS.computeIfAbsent(pattern, StringMatchPattern::new);
    }

    public static int match(byte[] bytes, int from, int endExclusive, String pattern) {
        return getMatchPatternForString(pattern).indexIn(bytes, from, endExclusive);
    }

    /** An OFFSET hint matches where it points to, if that is within the range. */
    public static int match(byte[] bytes, int from, int endExclusive, RecordParseHint hint) {
        if (hint.getRecordHintType() == RecordHintType.PATTERN) return match(bytes, from, endExclusive, hint.getPattern());
        ValidationUtils.validateAssertCondition(hint.getOffset() >= 0, "the hint's offset is negative", hint.getOffset());
        long index = (long) from + hint.getOffset();
        return index <= endExclusive ? (int) index : -1;
    }

    /** One `name: value` line: trimmed key and value (null without a separator) and where the next line begins. */
    public static KeyValueResult getKeyValueFromLine(
            byte[] bytes, int from, int endExclusive, String lineEnd, String separator) throws Exception {
        int found = match(bytes, from, endExclusive, lineEnd);
        int end = found > from ? found : endExclusive;
        int next = end + getMatchPatternForString(lineEnd).bytelen();
        int split = match(bytes, from, end, separator);
        if (split < 0) return new KeyValueResult(null, null, next);
        int valueFrom = split + getMatchPatternForString(separator).bytelen();
        return new KeyValueResult(text(bytes, from, split), text(bytes, valueFrom, end), next);
    }

    /** The first index that is no blank, tab or line break, or the end. */
    public static int consumeWhitespace(byte[] bytes, int from, int endExclusive) {
        int at = from;
        while (at < endExclusive && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r' || bytes[at] == '\n')) at++;
        return at;
    }

    private static String text(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.UTF_8).trim();
    }

    public static class KeyValueResult {
        private final String key;
        private final String value;
        private final int nextIndex;

        public KeyValueResult(String key, String value, int nextIndex) {
            this.key = key;
            this.value = value;
            this.nextIndex = nextIndex;
        }

        public String getKey() {
            return key;
        }

        public String getValue() {
            return value;
        }

        public int getNextIndex() {
            return nextIndex;
        }

        @Override
        public boolean equals(Object other) {
            if (!(other instanceof KeyValueResult)) return false;
            KeyValueResult that = (KeyValueResult) other;
            return Objects.equals(key, that.key) && Objects.equals(value, that.value) && nextIndex == that.nextIndex;
        }

        @Override
        public int hashCode() {
            return Objects.hash(key, value, nextIndex);
        }

        @Override
        public String toString() {
            return "KeyValueResult{key=" + key + ", value=" + value + ", nextIndex=" + nextIndex + "}";
        }
    }
}
