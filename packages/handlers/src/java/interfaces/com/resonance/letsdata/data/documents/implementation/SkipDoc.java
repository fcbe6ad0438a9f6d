package com.resonance.letsdata.data.documents.implementation;

import com.resonance.letsdata.data.documents.interfaces.SkipDocInterface;
import java.util.Map;
import java.util.Objects;

public class SkipDoc implements SkipDocInterface {
    private final Map<String, String> startOffset;
    private final Map<String, String> endOffset;
    private final String skipMessage;
    private final String documentId;
    private final String recordType;
    private final Map<String, Object> documentMetadata;
    private final String serialize;
    private final String partitionKey;

    public SkipDoc(
            Map<String, String> startOffset,
            Map<String, String> endOffset,
            String skipMessage,
            String documentId,
            String recordType,
            Map<String, Object> documentMetadata,
            String serialize,
            String partitionKey) {
        this.startOffset = startOffset;
        this.endOffset = endOffset;
        this.skipMessage = skipMessage;
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
    public String getSkipMessage() {
        return skipMessage;
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
        if (!(other instanceof SkipDoc)) return false;
        SkipDoc that = (SkipDoc) other;
        return Objects.equals(startOffset, that.startOffset)
                && Objects.equals(endOffset, that.endOffset)
                && Objects.equals(skipMessage, that.skipMessage)
                && Objects.equals(documentId, that.documentId)
                && Objects.equals(recordType, that.recordType)
                && Objects.equals(documentMetadata, that.documentMetadata)
                && Objects.equals(serialize, that.serialize)
                && Objects.equals(partitionKey, that.partitionKey);
    }

    @Override
    public int hashCode() {
        return Objects.hash(startOffset, endOffset, skipMessage, documentId, recordType, documentMetadata, serialize, partitionKey);
    }

    @Override
    public String toString() {
        return "SkipDoc{documentId=" + documentId + ", recordType=" + recordType + ", skipMessage=" + skipMessage + ", startOffset=" + startOffset
                + ", endOffset=" + endOffset + ", documentMetadata=" + documentMetadata + ", serialize=" + serialize
                + ", partitionKey=" + partitionKey + "}";
    }
}
