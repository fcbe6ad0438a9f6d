package com.acme.flights;

import com.resonance.letsdata.data.documents.interfaces.SingleDocInterface;
import java.util.Collections;
import java.util.Map;

/** What is written of a flight. */
public class Flight implements SingleDocInterface {
    private final Map<String, Object> fields;

    Flight(Map<String, Object> fields) {
        this.fields = fields;
    }

    @Override
    public String getDocumentId() {
        return fields.get("date") + "-" + fields.get("number");
    }

    @Override
    public String getRecordType() {
        return "Flight";
    }

    @Override
    public Map<String, Object> getDocumentMetadata() {
        return Collections.emptyMap();
    }

    @Override
    public String serialize() {
        StringBuilder out = new StringBuilder("{\"documentId\":");
        FlatJson.write(out, getDocumentId());
        out.append(",\"recordType\":\"Flight\",\"partitionKey\":");
        FlatJson.write(out, getPartitionKey());
        out.append(",\"documentMetadata\":{}");
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            out.append(',');
            FlatJson.write(out, field.getKey());
            out.append(':');
            FlatJson.write(out, field.getValue());
        }
        return out.append('}').toString();
    }

    @Override
    public String getPartitionKey() {
        return (String) fields.get("origin");
    }

    @Override
    public boolean isSingleDoc() {
        return true;
    }
}
