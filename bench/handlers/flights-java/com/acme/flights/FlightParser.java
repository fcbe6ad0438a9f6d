package com.acme.flights;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.documents.implementation.SkipDoc;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Flights as JSON lines: the same work as the JavaScript handler of the bench. */
public class FlightParser implements SingleFileParser {
    private static final int LATE_MINUTES = 15;

    @Override
    public String getS3FileType() {
        return "LOG";
    }

    @Override
    public String getResolvedS3FileName(String s3FileType, String fileName) {
        return fileName;
    }

    @Override
    public RecordParseHint getRecordStartPattern(String s3FileType) {
        return new RecordParseHint(RecordHintType.PATTERN, "{", -1);
    }

    @Override
    public RecordParseHint getRecordEndPattern(String s3FileType) {
        return new RecordParseHint(RecordHintType.PATTERN, "\n", -1);
    }

    @Override
    public ParseDocumentResult parseDocument(
            String s3FileType, String s3Filename, long offsetBytes, byte[] byteArr, int startIndex, int endIndex) {
        String text = new String(byteArr, startIndex, endIndex - startIndex, StandardCharsets.UTF_8);
        Map<String, Object> flight = FlatJson.parse(text);
        if (flight.get("destination") == null) {
            SkipDoc skip = new SkipDoc(null, null, "no destination", null, "Flight", null, null, null);
            return result(skip, ParseDocumentResultStatus.SKIP);
        }
        if (!(flight.get("delay") instanceof Long)) {
            String id = String.valueOf(offsetBytes);
            ErrorDoc error = new ErrorDoc(null, null, "delay is no number", id, "Flight", null, text, null);
            return result(error, ParseDocumentResultStatus.ERROR);
        }
        flight.put("late", (Long) flight.get("delay") > LATE_MINUTES);
        return result(new Flight(flight), ParseDocumentResultStatus.SUCCESS);
    }

    private static ParseDocumentResult result(DocumentInterface document, ParseDocumentResultStatus status) {
        return new ParseDocumentResult(null, document, status);
    }
}
