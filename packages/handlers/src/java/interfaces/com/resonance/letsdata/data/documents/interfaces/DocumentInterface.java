package com.resonance.letsdata.data.documents.interfaces;

import java.util.Map;

/** What a handler returns for writing. */
public interface DocumentInterface {
    /** Null: an id is made from the task and the record's place, the same on every repeat. */
    String getDocumentId();

    String getRecordType();

    Map<String, Object> getDocumentMetadata();

    /** The body exactly as it is written; a JSON object wherever the target has fields. */
    String serialize();

    /** Null: the document id. */
    String getPartitionKey();
}
