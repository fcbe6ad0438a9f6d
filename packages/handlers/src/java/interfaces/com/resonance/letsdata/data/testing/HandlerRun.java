package com.resonance.letsdata.data.testing;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SkipDocInterface;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import com.resonance.letsdata.data.util.Matcher;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** For unit tests: a parser over a file's content, cut into records as a task would. Each record is in one of the lists. */
public final class HandlerRun {
    private final List<DocumentInterface> documents = new ArrayList<>();
    private final List<DocumentInterface> errors = new ArrayList<>();
    private final List<DocumentInterface> skips = new ArrayList<>();

    private HandlerRun() {}

    public static HandlerRun over(SingleFileParser parser, String content) {
        return over(parser, "test.log", content.getBytes(StandardCharsets.UTF_8));
    }

    /** Throws what fails a task: what the parser throws, and IllegalArgumentException for a hint that is INVALID_HINT. */
    public static HandlerRun over(SingleFileParser parser, String fileName, byte[] content) {
        HandlerRun run = new HandlerRun();
        String type = parser.getS3FileType();
        String name = parser.getResolvedS3FileName(type, fileName);
        RecordParseHint first = checked(parser.getRecordStartPattern(type), "getRecordStartPattern", 0);
        RecordParseHint last = checked(parser.getRecordEndPattern(type), "getRecordEndPattern", 1);
        int at = 0;
        while (at < content.length) {
            int start = first == null ? at : Matcher.match(content, at, content.length, first);
            if (start < 0 || start >= content.length) break;
            int scanned = start + bytesOf(first);
            // The end pattern of the record before may stand where this one begins; it does not end this one too.
            if (scanned == at && bytesOf(last) > 0 && Matcher.match(content, at, content.length, last) == at) {
                scanned = start + bytesOf(last);
                if (scanned == content.length && start > 0) break;
            }
            int from = bytesOf(last) > 0 ? scanned : start;
            int end = last == null ? -1 : Matcher.match(content, from, content.length, last);
            int behind = end < 0 ? content.length : end + bytesOf(last);
            byte[] record = Arrays.copyOfRange(content, start, behind + 1);
            run.add(parser.parseDocument(type, name, start, record, 0, behind - start));
            if (end < 0) break;
            at = end;
        }
        return run;
    }

    public List<DocumentInterface> documents() {
        return documents;
    }

    /** Documents the parser called an error; an entry is null where it gave none. */
    public List<DocumentInterface> errors() {
        return errors;
    }

    /** An entry is null where the parser gave no document. */
    public List<DocumentInterface> skips() {
        return skips;
    }

    private void add(ParseDocumentResult result) {
        DocumentInterface document = result.getDocument();
        ParseDocumentResultStatus status = result.getStatus();
        if (status == ParseDocumentResultStatus.ERROR || document instanceof ErrorDocInterface) errors.add(document);
        else if (status == ParseDocumentResultStatus.SKIP || document == null || document instanceof SkipDocInterface) skips.add(document);
        else documents.add(document);
    }

    private static RecordParseHint checked(RecordParseHint hint, String method, int least) {
        if (hint == null) return null;
        RecordHintType type = hint.getRecordHintType();
        if (type == RecordHintType.PATTERN && hint.getPattern() != null && !hint.getPattern().isEmpty()) return hint;
        if (type == RecordHintType.OFFSET && hint.getOffset() >= least) return hint;
        throw new IllegalArgumentException(
                "INVALID_HINT: " + method + " must return null or a RecordParseHint of type PATTERN with a non-empty pattern,"
                        + " or OFFSET with a whole number of at least " + least);
    }

    private static int bytesOf(RecordParseHint hint) {
        boolean isPattern = hint != null && hint.getRecordHintType() == RecordHintType.PATTERN;
        return isPattern ? hint.getPattern().getBytes(StandardCharsets.UTF_8).length : 0;
    }
}
