package com.resonance.letsdata.data.testing;

import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import com.resonance.letsdata.data.util.Matcher;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Cuts a file's content into records as a task would. */
final class RecordCutter {
    private final byte[] content;
    private int search;
    private int start;
    private int end;

    RecordCutter(byte[] content) {
        this.content = content;
    }

    /** False where the file has no more records. */
    boolean next(RecordParseHint first, RecordParseHint last) {
        if (search >= content.length) return false;
        start = first == null ? search : Matcher.match(content, search, content.length, first);
        if (start < 0 || start >= content.length) return false;
        int scanned = start + bytesOf(first);
        // The end pattern of the record before may stand where this one begins; it does not end this one too.
        if (scanned == search && bytesOf(last) > 0 && Matcher.match(content, search, content.length, last) == search) {
            scanned = start + bytesOf(last);
            if (scanned == content.length && start > 0) return false;
        }
        int from = bytesOf(last) > 0 ? scanned : start;
        int found = last == null ? -1 : Matcher.match(content, from, content.length, last);
        end = found < 0 ? content.length : found + bytesOf(last);
        search = found < 0 ? content.length : found;
        return true;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Where the next search starts. */
    int search() {
        return search;
    }

    /** The record, in an array that goes on behind it. */
    byte[] bytes() {
        return Arrays.copyOfRange(content, start, end + 1);
    }

    static RecordParseHint checked(RecordParseHint hint, String method, int least) {
        if (hint == null) return null;
        RecordHintType type = hint.getRecordHintType();
        if (type == RecordHintType.PATTERN && hint.getPattern() != null && !hint.getPattern().isEmpty()) return hint;
        if (type == RecordHintType.OFFSET && hint.getOffset() >= least) return hint;
        throw new IllegalArgumentException(
                "INVALID_HINT: " + method + " must return null or a RecordParseHint of type PATTERN with a non-empty pattern,"
                        + " or OFFSET with a whole number of at least " + least);
    }

    private static int bytesOf(RecordParseHint hint) {
        boolean isPattern = hint != null && hint.getRecordHintType() == RecordHintType.PATTERN;
        return isPattern ? hint.getPattern().getBytes(StandardCharsets.UTF_8).length : 0;
    }
}
