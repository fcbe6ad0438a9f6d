package com.acme;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import com.resonance.letsdata.data.util.ValidationUtils;
import java.nio.charset.StandardCharsets;

/** Lines `TYPE,id,text` of the types H (a new order), I (an item of it) and E (the order's end); `x` fails, `s` is skipped. */
public class SingleFileStateMachineParser implements com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser {
    @Override
    public String getS3FileType() {
        return "ORDERS";
    }

    @Override
    public String getResolvedS3FileName(String s3FileType, String fileName) {
        return "in/" + fileName;
    }

    @Override
    public String getNextExpectedRecordType(String s3FileType, String last) {
        return last == null || last.equals("END") ? "HEAD" : "ITEM";
    }

    @Override
    public RecordParseHint getNextRecordStartPattern(String s3FileType, String expected, DocumentInterface last) {
        return new RecordParseHint(RecordHintType.PATTERN, expected.equals("HEAD") ? "\nH," : "\n", -1);
    }

    @Override
    public RecordParseHint getNextRecordEndPattern(String s3FileType, String expected, DocumentInterface last) {
        return new RecordParseHint(RecordHintType.PATTERN, "\n", -1);
    }

    @Override
    public ParseDocumentResult parseDocument(
            String s3FileType,
            String s3Filename,
            long offsetBytes,
            String lastProcessedRecordType,
            DocumentInterface lastProcessedDoc,
            byte[] byteArr,
            int startIndex,
            int endIndex) {
        ValidationUtils.validateAssertCondition(byteArr.length > endIndex && endIndex > startIndex, "invalid offsets");
        String line = new String(byteArr, startIndex, endIndex - startIndex, StandardCharsets.UTF_8).trim();
        String[] parts = (line + ",,").split(",", -1);
        String type = parts[0];
        String value = parts[2];
        if (value.startsWith("throw")) throw new IllegalArgumentException(value);
        if (value.startsWith("x")) {
            ErrorDoc error = new ErrorDoc(null, null, "bad " + value, parts[1], type, null, null, null);
            return new ParseDocumentResult(null, error, ParseDocumentResultStatus.ERROR);
        }
        if (value.startsWith("s")) return new ParseDocumentResult(null, null, ParseDocumentResultStatus.SKIP);
        String next = type.equals("E") ? "HEAD" : "ITEM";
        return new ParseDocumentResult(next, new Doc(parts[1], type, value, "{}"), ParseDocumentResultStatus.SUCCESS);
    }
}
