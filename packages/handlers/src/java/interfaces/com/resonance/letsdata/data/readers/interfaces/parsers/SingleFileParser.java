package com.resonance.letsdata.data.readers.interfaces.parsers;

import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.RecordParseHint;

/** Parses files whose records do not depend on each other. */
public interface SingleFileParser {
    String getS3FileType();

    /** The object's key, from the name in the manifest. */
    String getResolvedS3FileName(String s3FileType, String fileName);

    /** Null: a record begins where the last one ended. */
    RecordParseHint getRecordStartPattern(String s3FileType);

    /** Null: a record ends with the file. */
    RecordParseHint getRecordEndPattern(String s3FileType);

    /** The record is byteArr from startIndex to before endIndex; the array is longer. */
    ParseDocumentResult parseDocument(
            String s3FileType, String s3Filename, long offsetBytes, byte[] byteArr, int startIndex, int endIndex);
}
