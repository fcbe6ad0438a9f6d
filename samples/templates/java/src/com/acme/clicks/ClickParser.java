package com.acme.clicks;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.documents.implementation.SkipDoc;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import java.nio.charset.StandardCharsets;

/** One click a line, as id and page with a tab between. Clicks of tests are skipped; clicks without page are errors. */
public class ClickParser implements SingleFileParser {
    @Override
    public String getS3FileType() {
        return "CLICKS";
    }

    @Override
    public String getResolvedS3FileName(String s3FileType, String fileName) {
        return fileName;
    }

    @Override
    public RecordParseHint getRecordStartPattern(String s3FileType) {
        return null;
    }

    @Override
    public RecordParseHint getRecordEndPattern(String s3FileType) {
        return new RecordParseHint(RecordHintType.PATTERN, "\n", -1);
    }

    @Override
    public ParseDocumentResult parseDocument(
            String s3FileType, String s3Filename, long offsetBytes, byte[] byteArr, int startIndex, int endIndex) {
        String line = new String(byteArr, startIndex, endIndex - startIndex, StandardCharsets.UTF_8).trim();
        String[] columns = line.split("\t");
        if (columns[0].startsWith("test-")) {
            SkipDoc skip = new SkipDoc(null, null, "a click of a test", null, "Click", null, null, null);
            return new ParseDocumentResult(null, skip, ParseDocumentResultStatus.SKIP);
        }
        if (columns.length < 2) {
            ErrorDoc error = new ErrorDoc(null, null, "a click needs id and page", columns[0], "Click", null, line, null);
            return new ParseDocumentResult(null, error, ParseDocumentResultStatus.ERROR);
        }
        return new ParseDocumentResult(null, new Click(columns[0], columns[1]), ParseDocumentResultStatus.SUCCESS);
    }
}
