package com.resonance.letsdata.data.readers.model;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.documents.implementation.SkipDoc;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SkipDocInterface;
import java.util.Collections;
import java.util.Map;

/** What `SystemFileReader.nextRecord` hands out of a parser's result. */
public final class HandedOutDocument {
    private HandedOutDocument() {}

    /** The result's document, or an ErrorDoc or SkipDoc where status or document say so. `offset` and `end`: the record's place. */
    public static DocumentInterface of(ParseDocumentResult returned, String fileType, long offset, long end) {
        DocumentInterface document = returned.getDocument();
        ParseDocumentResultStatus status = returned.getStatus();
        Map<String, String> start = Collections.singletonMap(fileType, String.valueOf(offset));
        Map<String, String> behind = Collections.singletonMap(fileType, String.valueOf(end));
        if (document != null && document.getClass() == ErrorDoc.class) return placed((ErrorDoc) document, start, behind);
        if (document instanceof ErrorDocInterface || document instanceof SkipDocInterface) return document;
        boolean isError = status == ParseDocumentResultStatus.ERROR;
        if (document != null && !isError && status != ParseDocumentResultStatus.SKIP) return document;
        String id = document == null ? null : document.getDocumentId();
        String type = document == null ? null : document.getRecordType();
        Map<String, Object> metadata = document == null ? null : document.getDocumentMetadata();
        String body = document == null ? null : document.serialize();
        String key = document == null ? null : document.getPartitionKey();
        String message = "The parser returned ERROR without a message.";
        return isError
                ? new ErrorDoc(start, behind, message, id, type, metadata, body, key)
                : new SkipDoc(start, behind, null, id, type, metadata, body, key);
    }

    private static ErrorDoc placed(ErrorDoc error, Map<String, String> start, Map<String, String> behind) {
        return new ErrorDoc(
                error.getErrorStartOffsetMap() == null ? start : error.getErrorStartOffsetMap(),
                error.getErrorEndOffsetMap() == null ? behind : error.getErrorEndOffsetMap(),
                error.getErrorMessage(),
                error.getDocumentId(),
                error.getRecordType(),
                error.getDocumentMetadata(),
                error.serialize(),
                error.getPartitionKey());
    }
}
