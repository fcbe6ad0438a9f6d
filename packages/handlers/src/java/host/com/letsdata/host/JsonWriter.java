package com.letsdata.host;

import java.util.Map;

/** JSON of maps, collections, texts, booleans and finite numbers; any other value is told as its text. */
final class JsonWriter {
    private final StringBuilder json = new StringBuilder(256);

    private JsonWriter() {}

    static String write(Object value) {
        JsonWriter writer = new JsonWriter();
        writer.value(value);
        return writer.json.toString();
    }

    private void value(Object value) {
        // First what most values are: that a text is none of the interfaces below is not known at once.
        if (value instanceof String) text((String) value);
        else if (value == null || value instanceof Boolean) json.append(value);
        else if (value instanceof Number && isFinite((Number) value)) json.append(value);
        else if (value instanceof Map) object((Map<?, ?>) value);
        else if (value instanceof Iterable) array((Iterable<?>) value);
        else text(value.toString());
    }

    private static boolean isFinite(Number number) {
        double value = number.doubleValue();
        boolean isFloating = number instanceof Double || number instanceof Float;
        return !isFloating || !(Double.isNaN(value) || Double.isInfinite(value));
    }

    private void object(Map<?, ?> map) {
        char before = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            json.append(before);
            text(String.valueOf(entry.getKey()));
            json.append(':');
            value(entry.getValue());
            before = ',';
        }
        json.append(before == '{' ? "{}" : "}");
    }

    private void array(Iterable<?> values) {
        char before = '[';
        for (Object value : values) {
            json.append(before);
            value(value);
            before = ',';
        }
        json.append(before == '[' ? "[]" : "]");
    }

    private void text(String text) {
        json.append('"');
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter >= ' ' && letter != '"' && letter != '\\' && letter < Character.MIN_SURROGATE) continue;
            if (letter > Character.MAX_SURROGATE) continue;
            if (Character.isHighSurrogate(letter) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            json.append(text, written, i);
            written = i + 1;
            escape(letter);
        }
        // A whole text is copied at once, a part of one letter by letter.
        if (written == 0) json.append(text);
        else json.append(text, written, text.length());
        json.append('"');
    }

    /** Half a surrogate pair has no UTF-8, so it is escaped too. */
    private void escape(char letter) {
        if (letter == '"' || letter == '\\') json.append('\\').append(letter);
        else if (letter == '\n') json.append("\\n");
        else json.append(String.format("\\u%04x", (int) letter));
    }
}
