package com.resonance.letsdata.data.testing;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.SystemFileReader;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser;
import com.resonance.letsdata.data.readers.model.HandedOutDocument;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import com.resonance.letsdata.data.readers.model.SingleFileReaderState;

/** One file of a state machine: finds, parses and hands out record after record. */
final class FileOnTest implements SystemFileReader {
    /** What a file was handed out up to. */
    private static final class Place {
        final int offset;
        final String lastType;
        final String nextType;

        Place(int offset, String lastType, String nextType) {
            this.offset = offset;
            this.lastType = lastType;
            this.nextType = nextType;
        }
    }

    private final String type;
    private final String name;
    private final RecordCutter cutter;
    private final SingleFileStateMachineParser parser;
    private SingleFileReaderState state = SingleFileReaderState.FILE_DOWNLOADED;
    private Place place = new Place(0, null, null);
    private DocumentInterface lastDocument;
    private boolean isAhead;
    private DocumentInterface ahead;
    private Place behindAhead;
    /** What failed inside: the reader saw it as an exception of nextRecord, and the task fails with it whatever the reader did. */
    private Throwable failure;
    private boolean isOpen;
    private int changes;
    private int handedOut;

    FileOnTest(String type, String name, byte[] content, SingleFileStateMachineParser parser) {
        this.type = type;
        this.name = name;
        this.cutter = new RecordCutter(content);
        this.parser = parser;
    }

    /** A call of the reader begins or is over. */
    void open(boolean isOpen) {
        this.isOpen = isOpen;
        if (isOpen) handedOut = 0;
    }

    /** What the reader says comes next. */
    void announce(String recordType) {
        place = new Place(place.offset, place.lastType, recordType);
    }

    /** Everything that happened to it so far, counted. */
    int changes() {
        return changes;
    }

    /** Records since the call of the reader began. */
    int handedOut() {
        return handedOut;
    }

    void throwFailure() {
        if (failure instanceof Error) throw (Error) failure;
        if (failure != null) throw (RuntimeException) failure;
    }

    @Override
    public DocumentInterface nextRecord(boolean peek) {
        if (!isOpen) throw new IllegalStateException("nextRecord was called after parseDocument had returned");
        throwFailure();
        if (state == SingleFileReaderState.COMPLETED) return null;
        try {
            if (!isAhead) parseNext();
        } catch (RuntimeException | Error thrown) {
            failure = thrown;
            throw thrown;
        }
        if (peek && ahead != null) return ahead;
        isAhead = false;
        changes++;
        place = behindAhead;
        if (ahead == null) {
            state = SingleFileReaderState.COMPLETED;
        } else {
            handedOut++;
            lastDocument = ahead;
        }
        return ahead;
    }

    private void parseNext() {
        state = SingleFileReaderState.PROCESSING;
        String expected = place.nextType != null ? place.nextType : parser.getNextExpectedRecordType(type, place.lastType);
        RecordParseHint first = RecordCutter.checked(
                parser.getNextRecordStartPattern(type, expected, lastDocument), "getNextRecordStartPattern", 0);
        RecordParseHint last = RecordCutter.checked(
                parser.getNextRecordEndPattern(type, expected, lastDocument), "getNextRecordEndPattern", 1);
        ahead = null;
        behindAhead = place;
        if (cutter.next(first, last)) {
            int start = cutter.start();
            int end = cutter.end();
            ParseDocumentResult returned =
                    parser.parseDocument(type, name, start, place.lastType, lastDocument, cutter.bytes(), 0, end - start);
            if (returned == null) throw new NullPointerException("parseDocument returned null instead of a ParseDocumentResult");
            ahead = HandedOutDocument.of(returned, type, start, end);
            behindAhead = new Place(cutter.search(), expected, returned.getNextRecordType());
        }
        isAhead = true;
    }

    @Override
    public SingleFileReaderState getState() {
        return state;
    }

    @Override
    public String getOffsetBytes() {
        return String.valueOf(place.offset);
    }

    @Override
    public String getFileType() {
        return type;
    }

    @Override
    public String getFileName() {
        return name;
    }

    @Override
    public String getLastRecordType() {
        return place.lastType;
    }
}
