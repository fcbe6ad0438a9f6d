package com.resonance.letsdata.data.util;

import java.nio.charset.StandardCharsets;

/** A text to look for in bytes, as UTF-8. */
public class StringMatchPattern {
    private final String pattern;
    private final byte[] patternBytes;
    /** How far a search may move when the byte under the pattern's last place is this one (Horspool). */
    private final int[] shifts = new int[256];

    public StringMatchPattern(String pattern) {
        this.pattern = pattern;
        this.patternBytes = pattern.getBytes(StandardCharsets.UTF_8);
        int last = patternBytes.length - 1;
        java.util.Arrays.fill(shifts, patternBytes.length);
        for (int i = 0; i < last; i++) shifts[patternBytes[i] & 0xff] = last - i;
    }

    public String getPattern() {
        return pattern;
    }

    public int strlen() {
        return pattern.length();
    }

    public int bytelen() {
        return patternBytes.length;
    }

    public byte[] getPatternBytes() {
        return patternBytes;
    }

    /** The first match that lies in [from, endExclusive), or -1. */
    int indexIn(byte[] bytes, int from, int endExclusive) {
        int length = patternBytes.length;
        if (length == 0) return from <= endExclusive ? from : -1;
        for (int at = from; at <= endExclusive - length; at += shifts[bytes[at + length - 1] & 0xff]) {
            int i = length - 1;
            while (i >= 0 && bytes[at + i] == patternBytes[i]) i--;
            if (i < 0) return at;
        }
        return -1;
    }
}
