package com.acme.clicks;

import com.resonance.letsdata.data.documents.interfaces.SingleDocInterface;
import java.util.Map;

/** What is written of a click. */
public class Click implements SingleDocInterface {
    private final String id;
    private final String page;

    public Click(String id, String page) {
        this.id = id;
        this.page = page;
    }

    @Override
    public String getDocumentId() {
        return id;
    }

    @Override
    public String getRecordType() {
        return "Click";
    }

    @Override
    public Map<String, Object> getDocumentMetadata() {
        return null;
    }

    /** The body exactly as it is written; use your JSON library here. */
    @Override
    public String serialize() {
        return "{\"documentId\":" + quoted(id) + ",\"page\":" + quoted(page) + "}";
    }

    @Override
    public String getPartitionKey() {
        return page;
    }

    @Override
    public boolean isSingleDoc() {
        return true;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
