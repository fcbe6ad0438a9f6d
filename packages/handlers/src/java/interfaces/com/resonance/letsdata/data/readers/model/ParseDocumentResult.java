package com.resonance.letsdata.data.readers.model;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import java.util.Objects;

/** SUCCESS without a document counts as a skip; nextRecordType is null for stateless handlers. */
public class ParseDocumentResult {
    private final String nextRecordType;
    private final DocumentInterface document;
    private final ParseDocumentResultStatus status;

    public ParseDocumentResult(
            String nextRecordType,
            DocumentInterface document,
            ParseDocumentResultStatus status) {
        this.nextRecordType = nextRecordType;
        this.document = document;
        this.status = status;
    }

    public String getNextRecordType() {
        return nextRecordType;
    }

    public DocumentInterface getDocument() {
        return document;
    }

    public ParseDocumentResultStatus getStatus() {
        return status;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof ParseDocumentResult)) return false;
        ParseDocumentResult that = (ParseDocumentResult) other;
        return Objects.equals(nextRecordType, that.nextRecordType)
                && Objects.equals(document, that.document)
                && Objects.equals(status, that.status);
    }

    @Override
    public int hashCode() {
        return Objects.hash(nextRecordType, document, status);
    }

    @Override
    public String toString() {
        return "ParseDocumentResult{nextRecordType=" + nextRecordType + ", document=" + document + ", status=" + status + "}";
    }
}
