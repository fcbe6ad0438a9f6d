package com.acme.flights;

import java.util.LinkedHashMap;
import java.util.Map;

/** Objects of strings, whole numbers, true, false and null: what a flight is made of, without a library in the artifact. */
final class FlatJson {
    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    static Map<String, Object> parse(String text) {
        return new FlatJson(text).object();
    }

    static void write(StringBuilder out, Object value) {
        if (!(value instanceof String)) {
            out.append(value);
            return;
        }
        String string = (String) value;
        out.append('"');
        for (int n = 0; n < string.length(); n++) {
            char each = string.charAt(n);
            if (each == '"' || each == '\\') out.append('\\').append(each);
            else if (each < ' ') out.append(String.format("\\u%04x", (int) each));
            else out.append(each);
        }
        out.append('"');
    }

    private Map<String, Object> object() {
        Map<String, Object> fields = new LinkedHashMap<>();
        take('{');
        do {
            String name = string();
            take(':');
            fields.put(name, value());
        } while (isNext(','));
        take('}');
        return fields;
    }

    private Object value() {
        if (text.charAt(at) == '"') return string();
        int from = at;
        while (at < text.length() && ",}".indexOf(text.charAt(at)) < 0) at++;
        String word = text.substring(from, at);
        switch (word) {
            case "null":
                return null;
            case "true":
                return true;
            case "false":
                return false;
            default:
                return Long.valueOf(word);
        }
    }

    private String string() {
        take('"');
        int end = text.indexOf('"', at);
        int escape = text.indexOf('\\', at);
        if (escape < 0 || escape > end) {
            String plain = text.substring(at, end);
            at = end + 1;
            return plain;
        }
        StringBuilder out = new StringBuilder();
        for (char each = text.charAt(at++); each != '"'; each = text.charAt(at++)) out.append(each == '\\' ? escaped() : each);
        return out.toString();
    }

    private char escaped() {
        char each = text.charAt(at++);
        if (each == 'u') {
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 4, at), 16);
        }
        int place = "nrtbf".indexOf(each);
        return place < 0 ? each : "\n\r\t\b\f".charAt(place);
    }

    private boolean isNext(char wanted) {
        if (text.charAt(at) != wanted) return false;
        at++;
        return true;
    }

    private void take(char wanted) {
        if (!isNext(wanted)) throw new IllegalArgumentException("no " + wanted + " at " + at);
    }
}
