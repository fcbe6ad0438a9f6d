package com.acme;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SkipDocInterface;
import com.resonance.letsdata.data.readers.interfaces.SingleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.SystemFileReader;
import com.resonance.letsdata.data.readers.model.ParseCompositeDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import java.util.ArrayList;
import java.util.List;

/** An order is a head and all up to its end; failed items are its part errors, a failed head fails the whole. */
public class OrdersReader implements SingleFileStateMachineReader {
    @Override
    public String getS3FileType() {
        return "ORDERS";
    }

    @Override
    public String getResolvedS3FileName(String s3FileType, String fileName) {
        return "in/" + fileName;
    }

    @Override
    public com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser getReaderParserInterfacesForS3FileType(
            String s3FileType) {
        return null;
    }

    @Override
    public String getNextExpectedRecordType(String s3FileType, String lastProcessedRecordType) {
        return null;
    }

    @Override
    public ParseCompositeDocumentResult parseDocument(
            String s3FileType, String lastProcessedRecordType, DocumentInterface lastProcessedDoc, SystemFileReader fileReader) {
        try {
            return parse(fileReader, lastProcessedDoc);
        } catch (Exception thrown) {
            throw new IllegalStateException(thrown);
        }
    }

    private static ParseCompositeDocumentResult parse(SystemFileReader file, DocumentInterface previous) throws Exception {
        DocumentInterface ahead = file.nextRecord(true);
        if (ahead instanceof Doc && "wait".equals(((Doc) ahead).value)) return result(file, null, ParseDocumentResultStatus.SKIP);
        DocumentInterface head = file.nextRecord(false);
        if (head != ahead) throw new IllegalStateException("a record was parsed twice");
        if (head == null) return result(file, null, ParseDocumentResultStatus.SUCCESS);
        List<String> items = new ArrayList<>();
        List<ErrorDocInterface> errors = new ArrayList<>();
        if (head instanceof Doc && "count".equals(((Doc) head).value)) items.add(String.valueOf(Doc.living()));
        for (DocumentInterface next = file.nextRecord(true); next != null && !"H".equals(next.getRecordType()); next = file.nextRecord(true)) {
            file.nextRecord(false);
            if (next instanceof ErrorDocInterface) errors.add((ErrorDocInterface) next);
            else if (!(next instanceof SkipDocInterface) && next.getRecordType().equals("I")) items.add(((Doc) next).value);
            if ("E".equals(next.getRecordType())) break;
        }
        if (head instanceof ErrorDocInterface) {
            return result(file, Orders.failed((ErrorDocInterface) head, errors), ParseDocumentResultStatus.ERROR);
        }
        if (head instanceof SkipDocInterface) return result(file, null, ParseDocumentResultStatus.SKIP);
        return result(file, Orders.of((Doc) head, errors, "items", items, previous), ParseDocumentResultStatus.SUCCESS);
    }

    private static ParseCompositeDocumentResult result(SystemFileReader file, Orders order, ParseDocumentResultStatus status) {
        return new ParseCompositeDocumentResult(null, order, null, null, file.getState(), status);
    }
}
