package com.resonance.letsdata.data.readers.interfaces;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser;
import com.resonance.letsdata.data.readers.model.ParseCompositeDocumentResult;
import java.util.Map;
import java.util.Set;

/** Puts the records of several files together. */
public interface MultipleFileStateMachineReader {
    Set<String> getS3FileTypes();

    /** Object keys by file type, from the names in the manifest. */
    Map<String, String> getResolvedS3FileNames(Map<String, String> fileTypeFileNameMap);

    Map<String, SingleFileStateMachineParser> getParserInterfacesForS3FileTypes(Set<String> fileTypes);

    Map<String, String> getNextExpectedRecordType(Map<String, String> lastProcessedRecordType);

    ParseCompositeDocumentResult parseDocument(
            Map<String, String> lastProcessedRecordType, DocumentInterface lastProcessedDoc, Map<String, SystemFileReader> fileReaders);
}
