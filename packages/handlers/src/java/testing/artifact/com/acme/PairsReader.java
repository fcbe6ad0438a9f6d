package com.acme;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.MultipleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.SystemFileReader;
import com.resonance.letsdata.data.readers.model.ParseCompositeDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import com.resonance.letsdata.data.readers.model.SingleFileReaderState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Heads and lines of orders in two files: a line belongs to the head in front. */
public class PairsReader implements MultipleFileStateMachineReader {
    @Override
    public Set<String> getS3FileTypes() {
        return new LinkedHashSet<>(Arrays.asList("HEAD", "LINE"));
    }

    @Override
    public Map<String, String> getResolvedS3FileNames(Map<String, String> names) {
        Map<String, String> resolved = new HashMap<>();
        names.forEach((type, name) -> resolved.put(type, name + ".txt"));
        return resolved;
    }

    @Override
    public Map<String, com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser> getParserInterfacesForS3FileTypes(
            Set<String> fileTypes) {
        Map<String, com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser> parsers = new HashMap<>();
        for (String type : fileTypes) parsers.put(type, new LineParser());
        return parsers;
    }

    @Override
    public Map<String, String> getNextExpectedRecordType(Map<String, String> last) {
        return null;
    }

    @Override
    public ParseCompositeDocumentResult parseDocument(
            Map<String, String> lastTypes, DocumentInterface last, Map<String, SystemFileReader> files) {
        try {
            return parse(files.get("HEAD"), files.get("LINE"), last);
        } catch (Exception thrown) {
            throw new IllegalStateException(thrown);
        }
    }

    private static ParseCompositeDocumentResult parse(SystemFileReader heads, SystemFileReader lines, DocumentInterface last) throws Exception {
        Doc head = (Doc) heads.nextRecord(false);
        if (head == null) return result(null, SingleFileReaderState.COMPLETED);
        List<String> values = new ArrayList<>();
        for (;;) {
            Doc line = (Doc) lines.nextRecord(true);
            if (line == null || !line.id.equals(head.id)) break;
            values.add(line.value);
            lines.nextRecord(false);
        }
        return result(Orders.of(head, Collections.emptyList(), "lines", values, last), SingleFileReaderState.PROCESSING);
    }

    private static ParseCompositeDocumentResult result(Orders order, SingleFileReaderState state) {
        return new ParseCompositeDocumentResult(null, order, null, null, state, ParseDocumentResultStatus.SUCCESS);
    }

    static final class LineParser extends SingleFileStateMachineParser {
        @Override
        public String getNextExpectedRecordType(String s3FileType, String last) {
            return s3FileType;
        }

        @Override
        public RecordParseHint getNextRecordStartPattern(String s3FileType, String expected, DocumentInterface last) {
            return null;
        }

        @Override
        public ParseDocumentResult parseDocument(
                String s3FileType, String s3Filename, long offset, String lastType, DocumentInterface last, byte[] bytes, int from, int end) {
            String[] parts = new String(bytes, from, end - from, StandardCharsets.UTF_8).trim().split(",");
            return new ParseDocumentResult(null, new Doc(parts[0], s3FileType, parts[1], "{}"), ParseDocumentResultStatus.SUCCESS);
        }
    }
}
