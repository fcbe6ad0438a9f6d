package com.letsdata.host;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Bodies travel as bytes behind the rows, which say how many are theirs: within the JSON they would be escaped once more. */
final class RowsWithBodies {
    private static final int BODY_PLACE = 4;

    final List<Object> rows;
    private final ByteArrayOutputStream bodies = new ByteArrayOutputStream(1 << 16);

    RowsWithBodies(int records) {
        rows = new ArrayList<>(records);
    }

    void add(List<Object> row) {
        if (row.get(0).equals("d")) {
            String body = (String) row.get(BODY_PLACE);
            if (hasBytes(body)) {
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                bodies.write(bytes, 0, bytes.length);
                row.set(BODY_PLACE, bytes.length);
            }
        }
        rows.add(row);
    }

    byte[] bodies() {
        return bodies.toByteArray();
    }

    /** Half a surrogate pair has no UTF-8: such a text stays in the JSON, which can say it. */
    private static boolean hasBytes(String text) {
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (!Character.isSurrogate(letter)) continue;
            boolean isPair = Character.isHighSurrogate(letter) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
            if (!isPair) return false;
            i++;
        }
        return true;
    }
}
