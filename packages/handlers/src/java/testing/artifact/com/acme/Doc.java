package com.acme;

import com.resonance.letsdata.data.documents.interfaces.SingleDocInterface;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/** A document of values whose body is written by hand, as a customer's JSON library would. */
public class Doc implements SingleDocInterface {
    private static final Set<Doc> LIVING = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    final String id;
    final String type;
    final String value;
    private final String body;

    Doc(String id, String type, String value, String body) {
        this.id = id;
        this.type = type;
        this.value = value;
        this.body = body;
        LIVING.add(this);
    }

    /** How many of them anybody refers to. */
    static int living() {
        System.gc();
        // Not its size: those that are gone leave the set a little later.
        int found = 0;
        synchronized (LIVING) {
            for (Doc ignored : LIVING) found++;
        }
        return found;
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
