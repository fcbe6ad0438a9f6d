package com.letsdata.host;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as maps, lists, texts, booleans and numbers with all their digits. */
final class JsonReader {
    private static final int WHOLE_DIGITS_MAX = 18;

    private final byte[] bytes;
    private final int end;
    private final boolean onlyDecimals;
    private int at;

    private JsonReader(byte[] bytes, int from, int end, boolean onlyDecimals) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
        this.onlyDecimals = onlyDecimals;
    }

    /** `onlyDecimals`: every number is a BigDecimal; else whole numbers of up to 18 digits are Long. */
    static Object read(byte[] bytes, int from, int end, boolean onlyDecimals) {
        JsonReader reader = new JsonReader(bytes, from, end, onlyDecimals);
        Object value = reader.value();
        reader.blanks();
        if (reader.at != end) throw reader.unexpected();
        return value;
    }

    private Object value() {
        switch (next()) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return text();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        at++;
        if (next() == '}') {
            at++;
            return object;
        }
        for (;;) {
            if (next() != '"') throw unexpected();
            String name = text();
            if (next() != ':') throw unexpected();
            at++;
            object.put(name, value());
            if (isLast('}')) return object;
        }
    }

    private List<Object> array() {
        List<Object> array = new ArrayList<>();
        at++;
        if (next() == ']') {
            at++;
            return array;
        }
        for (;;) {
            array.add(value());
            if (isLast(']')) return array;
        }
    }

    private boolean isLast(char close) {
        int found = next();
        if (found != ',' && found != close) throw unexpected();
        at++;
        return found == close;
    }

    private String text() {
        int from = ++at;
        while (at < end && bytes[at] != '"' && bytes[at] != '\\') at++;
        if (at < end && bytes[at] == '"') return utf8(from, at++);
        StringBuilder text = new StringBuilder(utf8(from, at));
        while (at < end && bytes[at] != '"') {
            if (bytes[at] == '\\') {
                at++;
                text.append(escaped());
            } else {
                int plain = at;
                while (at < end && bytes[at] != '"' && bytes[at] != '\\') at++;
                text.append(utf8(plain, at));
            }
        }
        if (at >= end) throw unexpected();
        at++;
        return text.toString();
    }

    private char escaped() {
        if (at >= end) throw unexpected();
        char letter = (char) bytes[at++];
        switch (letter) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                at += 4;
                if (at > end) throw unexpected();
                return (char) Integer.parseInt(utf8(at - 4, at), 16);
            default:
                return letter;
        }
    }

    private Object number() {
        int from = at;
        boolean isNegative = bytes[at] == '-';
        if (isNegative) at++;
        int first = at;
        long value = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') value = value * 10 + (bytes[at++] - '0');
        boolean isWhole = at == end || ".eE".indexOf(bytes[at]) < 0;
        if (isWhole && !onlyDecimals && at > first && at - first <= WHOLE_DIGITS_MAX) return isNegative ? -value : value;
        while (at < end && "+-.eE0123456789".indexOf(bytes[at]) >= 0) at++;
        if (at == from) throw unexpected();
        return new BigDecimal(utf8(from, at));
    }

    private Object word(String word, Object value) {
        if (at + word.length() > end || !utf8(at, at + word.length()).equals(word)) throw unexpected();
        at += word.length();
        return value;
    }

    private int next() {
        blanks();
        if (at >= end) throw unexpected();
        return bytes[at];
    }

    private void blanks() {
        while (at < end && bytes[at] <= ' ' && bytes[at] >= 0) at++;
    }

    private String utf8(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("no JSON at byte " + at);
    }
}
