package com.resonance.letsdata.data.readers.model;

import com.resonance.letsdata.data.documents.interfaces.CompositeDocInterface;
import java.util.Map;
import java.util.Objects;

/** A null document with state COMPLETED ends the file. */
public class ParseCompositeDocumentResult {
    private final Map<String, String> s3FileTypeNextRecordTypeMap;
    private final CompositeDocInterface document;
    private final Map<String, String> s3FileTypeLastProcessedRecordType;
    private final Map<String, String> s3FileTypeOffsets;
    private final SingleFileReaderState fileReaderState;
    private final ParseDocumentResultStatus parseDocumentResultStatus;

    public ParseCompositeDocumentResult(
            Map<String, String> s3FileTypeNextRecordTypeMap,
            CompositeDocInterface document,
            Map<String, String> s3FileTypeLastProcessedRecordType,
            Map<String, String> s3FileTypeOffsets,
            SingleFileReaderState fileReaderState,
            ParseDocumentResultStatus parseDocumentResultStatus) {
        this.s3FileTypeNextRecordTypeMap = s3FileTypeNextRecordTypeMap;
        this.document = document;
        this.s3FileTypeLastProcessedRecordType = s3FileTypeLastProcessedRecordType;
        this.s3FileTypeOffsets = s3FileTypeOffsets;
        this.fileReaderState = fileReaderState;
        this.parseDocumentResultStatus = parseDocumentResultStatus;
    }

    public Map<String, String> getS3FileTypeNextRecordTypeMap() {
        return s3FileTypeNextRecordTypeMap;
    }

    public CompositeDocInterface getDocument() {
        return document;
    }

    public Map<String, String> getS3FileTypeLastProcessedRecordType() {
        return s3FileTypeLastProcessedRecordType;
    }

    public Map<String, String> getS3FileTypeOffsets() {
        return s3FileTypeOffsets;
    }

    public SingleFileReaderState getFileReaderState() {
        return fileReaderState;
    }

    public ParseDocumentResultStatus getParseDocumentResultStatus() {
        return parseDocumentResultStatus;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof ParseCompositeDocumentResult)) return false;
        ParseCompositeDocumentResult that = (ParseCompositeDocumentResult) other;
        return Objects.equals(s3FileTypeNextRecordTypeMap, that.s3FileTypeNextRecordTypeMap)
                && Objects.equals(document, that.document)
                && Objects.equals(s3FileTypeLastProcessedRecordType, that.s3FileTypeLastProcessedRecordType)
                && Objects.equals(s3FileTypeOffsets, that.s3FileTypeOffsets)
                && Objects.equals(fileReaderState, that.fileReaderState)
                && Objects.equals(parseDocumentResultStatus, that.parseDocumentResultStatus);
    }

    @Override
    public int hashCode() {
        return Objects.hash(s3FileTypeNextRecordTypeMap, document, s3FileTypeLastProcessedRecordType, s3FileTypeOffsets, fileReaderState, parseDocumentResultStatus);
    }

    @Override
    public String toString() {
        return "ParseCompositeDocumentResult{s3FileTypeNextRecordTypeMap=" + s3FileTypeNextRecordTypeMap + ", document=" + document + ", s3FileTypeLastProcessedRecordType=" + s3FileTypeLastProcessedRecordType + ", s3FileTypeOffsets=" + s3FileTypeOffsets + ", fileReaderState=" + fileReaderState + ", parseDocumentResultStatus=" + parseDocumentResultStatus + "}";
    }
}
