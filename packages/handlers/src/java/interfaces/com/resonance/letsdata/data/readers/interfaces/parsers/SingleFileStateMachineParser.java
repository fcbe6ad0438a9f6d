package com.resonance.letsdata.data.readers.interfaces.parsers;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.RecordParseHint;

/** Parses one file whose records follow a state machine. */
public interface SingleFileStateMachineParser {
    String getS3FileType();

    /** The object's key, from the name in the manifest. */
    String getResolvedS3FileName(String s3FileType, String fileName);

    RecordParseHint getNextRecordStartPattern(String s3FileType, String nextExpectedRecordType, DocumentInterface lastProcessedDoc);

    RecordParseHint getNextRecordEndPattern(String s3FileType, String nextExpectedRecordType, DocumentInterface lastProcessedDoc);

    String getNextExpectedRecordType(String s3FileType, String lastProcessedRecordType);

    /** The record is byteArr from startIndex to before endIndex; the array is longer. */
    ParseDocumentResult parseDocument(
            String s3FileType,
            String s3Filename,
            long offsetBytes,
            String lastProcessedRecordType,
            DocumentInterface lastProcessedDoc,
            byte[] byteArr,
            int startIndex,
            int endIndex);
}
