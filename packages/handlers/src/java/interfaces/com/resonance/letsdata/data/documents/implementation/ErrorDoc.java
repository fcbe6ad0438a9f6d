package com.resonance.letsdata.data.documents.implementation;

import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import java.util.Map;
import java.util.Objects;

public class ErrorDoc implements ErrorDocInterface {
    private final Map<String, String> startOffset;
    private final Map<String, String> endOffset;
    private final String errorMessage;
    private final String documentId;
    private final String recordType;
    private final Map<String, Object> documentMetadata;
    private final String serialize;
    private final String partitionKey;

    public ErrorDoc(
            Map<String, String> startOffset,
            Map<String, String> endOffset,
            String errorMessage,
            String documentId,
            String recordType,
            Map<String, Object> documentMetadata,
            String serialize,
            String partitionKey) {
        this.startOffset = startOffset;
        this.endOffset = endOffset;
        this.errorMessage = errorMessage;
        this.documentId = documentId;
        this.recordType = recordType;
        this.documentMetadata = documentMetadata;
        this.serialize = serialize;
        this.partitionKey = partitionKey;
    }

    @Override
    public Map<String, String> getErrorStartOffsetMap() {
        return startOffset;
    }

    @Override
    public Map<String, String> getErrorEndOffsetMap() {
        return endOffset;
    }

    @Override
    public String getErrorMessage() {
        return errorMessage;
    }

    @Override
    public String getDocumentId() {
        return documentId;
    }

    @Override
    public String getRecordType() {
        return recordType;
    }

    @Override
    public Map<String, Object> getDocumentMetadata() {
        return documentMetadata;
    }

    @Override
    public String serialize() {
        return serialize;
    }

    @Override
    public String getPartitionKey() {
        return partitionKey;
    }

    @Override
    public boolean isSingleDoc() {
        return true;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof ErrorDoc)) return false;
        ErrorDoc that = (ErrorDoc) other;
        return Objects.equals(startOffset, that.startOffset)
                && Objects.equals(endOffset, that.endOffset)
                && Objects.equals(errorMessage, that.errorMessage)
                && Objects.equals(documentId, that.documentId)
                && Objects.equals(recordType, that.recordType)
                && Objects.equals(documentMetadata, that.documentMetadata)
                && Objects.equals(serialize, that.serialize)
                && Objects.equals(partitionKey, that.partitionKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(startOffset, endOffset, errorMessage, documentId, recordType, documentMetadata, serialize, partitionKey);
    }

    @Override
    public String toString() {
        return "ErrorDoc{documentId=" + documentId + ", recordType=" + recordType + ", errorMessage=" + errorMessage + ", startOffset=" + startOffset
                + ", endOffset=" + endOffset + ", documentMetadata=" + documentMetadata + ", serialize=" + serialize
                + ", partitionKey=" + partitionKey + "}";
    }
}
