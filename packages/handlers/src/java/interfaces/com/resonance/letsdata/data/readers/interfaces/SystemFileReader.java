package com.resonance.letsdata.data.readers.interfaces;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.model.SingleFileReaderState;

/** A file as its state machine reads it; of use only while parseDocument runs. */
public interface SystemFileReader {
    /** The next document, ErrorDoc or SkipDoc, null at the end. With `peek` nothing moves and nothing is parsed twice. */
    DocumentInterface nextRecord(boolean peek) throws Exception;

    SingleFileReaderState getState();

    /** Where the next search starts; "0" before the first read. */
    String getOffsetBytes();

    String getFileType();

    String getFileName();

    String getLastRecordType();
}
