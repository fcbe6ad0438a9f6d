package com.resonance.letsdata.data.readers.interfaces;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser;
import com.resonance.letsdata.data.readers.model.ParseCompositeDocumentResult;

/** Puts the records of one file together. */
public interface SingleFileStateMachineReader {
    String getS3FileType();

    /** The object's key, from the name in the manifest. */
    String getResolvedS3FileName(String s3FileType, String fileName);

    SingleFileStateMachineParser getReaderParserInterfacesForS3FileType(String s3FileType);

    String getNextExpectedRecordType(String s3FileType, String lastProcessedRecordType);

    ParseCompositeDocumentResult parseDocument(
            String s3FileType, String lastProcessedRecordType, DocumentInterface lastProcessedDoc, SystemFileReader fileReader);
}
