package com.acme;

import com.resonance.letsdata.data.documents.interfaces.SingleDocInterface;
import java.util.Collections;
import java.util.Map;

/** A document of values whose body is written by hand, as a customer's JSON library would. */
public class Doc implements SingleDocInterface {
    final String id;
    final String type;
    final String value;
    private final String body;

    Doc(String id, String type, String value, String body) {
        this.id = id;
        this.type = type;
        this.value = value;
        this.body = body;
    }

    static String quoted(String text) {
        return text == null ? "null" : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    @Override
    public String getDocumentId() {
        return id;
    }

    @Override
    public String getRecordType() {
        return type;
    }

    @Override
    public Map<String, Object> getDocumentMetadata() {
        return Collections.singletonMap("m", 1);
    }

    @Override
    public String serialize() {
        return body;
    }

    @Override
    public String getPartitionKey() {
        return null;
    }

    @Override
    public boolean isSingleDoc() {
        return true;
    }
}
