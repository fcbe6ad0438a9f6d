package com.resonance.letsdata.data.testing;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.model.ParseCompositeDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.SingleFileReaderState;
import java.util.Collection;
import java.util.Map;

/** Has a state machine's reader combine the records of its files until nothing is left. */
final class MachineRun {
    /** A call of the reader's parseDocument. */
    interface Reader {
        ParseCompositeDocumentResult parseDocument(DocumentInterface lastDocument);
    }

    private MachineRun() {}

    static void read(HandlerRun run, Collection<FileOnTest> files, Reader reader) {
        DocumentInterface lastDocument = null;
        for (;;) {
            int changes = changesOf(files);
            ParseCompositeDocumentResult combined = call(files, reader, lastDocument);
            if (isEnd(combined, files)) return;
            if (changesOf(files) == changes) throw noProgress(files);
            announce(combined.getS3FileTypeNextRecordTypeMap(), files);
            run.add(combined.getDocument(), combined.getParseDocumentResultStatus());
            lastDocument = combined.getDocument();
        }
    }

    private static ParseCompositeDocumentResult call(Collection<FileOnTest> files, Reader reader, DocumentInterface lastDocument) {
        for (FileOnTest file : files) file.open(true);
        try {
            ParseCompositeDocumentResult combined = reader.parseDocument(lastDocument);
            for (FileOnTest file : files) file.throwFailure();
            if (combined == null) throw new NullPointerException("parseDocument returned null instead of a ParseCompositeDocumentResult");
            return combined;
        } catch (RuntimeException | Error thrown) {
            // What failed inside a file comes first.
            for (FileOnTest file : files) file.throwFailure();
            throw thrown;
        } finally {
            for (FileOnTest file : files) file.open(false);
        }
    }

    private static int changesOf(Collection<FileOnTest> files) {
        int changes = 0;
        for (FileOnTest file : files) changes += file.changes();
        return changes;
    }

    /** The reader is called until COMPLETED with null document: records read in front of a skip still count as one. */
    private static boolean isEnd(ParseCompositeDocumentResult combined, Collection<FileOnTest> files) {
        ParseDocumentResultStatus status = combined.getParseDocumentResultStatus();
        if (combined.getDocument() != null || status == ParseDocumentResultStatus.ERROR) return false;
        boolean areAllRead = true;
        for (FileOnTest file : files) {
            if (status == ParseDocumentResultStatus.SKIP && file.handedOut() > 0) return false;
            areAllRead &= file.getState() == SingleFileReaderState.COMPLETED;
        }
        SingleFileReaderState state = combined.getFileReaderState();
        return state == SingleFileReaderState.COMPLETED || state == null && areAllRead;
    }

    private static void announce(Map<String, String> nextTypes, Collection<FileOnTest> files) {
        if (nextTypes == null) return;
        for (FileOnTest file : files) {
            String next = nextTypes.get(file.getFileType());
            if (next != null && !next.isEmpty()) file.announce(next);
        }
    }

    private static IllegalStateException noProgress(Collection<FileOnTest> files) {
        StringBuilder where = new StringBuilder();
        for (FileOnTest file : files) {
            where.append(where.length() == 0 ? " " : ", ").append(file.getFileType()).append(" at byte ").append(file.getOffsetBytes());
        }
        return new IllegalStateException("NO_PROGRESS: parseDocument of the reader neither read a record nor said COMPLETED:" + where);
    }
}
