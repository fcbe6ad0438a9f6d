package com.resonance.letsdata.data.testing;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.documents.interfaces.CompositeDocInterface;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.documents.interfaces.ErrorDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SingleDocInterface;
import com.resonance.letsdata.data.documents.interfaces.SkipDocInterface;
import com.resonance.letsdata.data.readers.interfaces.MultipleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.SingleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.SystemFileReader;
import com.resonance.letsdata.data.readers.interfaces.dynamodb.DynamoDBTableItemReader;
import com.resonance.letsdata.data.readers.interfaces.dynamodbstreams.DynamoDBStreamsRecordReader;
import com.resonance.letsdata.data.readers.interfaces.kinesis.KinesisRecordReader;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser;
import com.resonance.letsdata.data.readers.interfaces.sagemaker.SagemakerVectorsInterface;
import com.resonance.letsdata.data.readers.interfaces.sqs.QueueMessageReader;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * For unit tests: a handler over records as a task would run it, without LetsData. Each record is in one of the lists.
 *
 * `over` throws what fails a task: what the handler throws, and exceptions whose message begins with INVALID_HINT or NO_PROGRESS.
 *
 * `records` are messages, stream records or items. Each is a Map of the method's arguments by name, with made-up ones for what is missing,
 * or else the message (String), data (String, byte[] or ByteBuffer), or item or new image (Map) itself.
 */
public final class HandlerRun {
    private final List<DocumentInterface> documents = new ArrayList<>();
    private final List<DocumentInterface> errors = new ArrayList<>();
    private final List<ErrorDocInterface> partErrors = new ArrayList<>();
    private final List<DocumentInterface> skips = new ArrayList<>();
    private final List<Map<String, String>> texts = new ArrayList<>();

    private HandlerRun() {}

    public static HandlerRun over(SingleFileParser parser, String content) {
        return over(parser, "test.log", utf8(content));
    }

    public static HandlerRun over(SingleFileParser parser, String fileName, byte[] content) {
        HandlerRun run = new HandlerRun();
        String type = parser.getS3FileType();
        String name = parser.getResolvedS3FileName(type, fileName);
        RecordParseHint first = RecordCutter.checked(parser.getRecordStartPattern(type), "getRecordStartPattern", 0);
        RecordParseHint last = RecordCutter.checked(parser.getRecordEndPattern(type), "getRecordEndPattern", 1);
        RecordCutter cutter = new RecordCutter(content);
        while (cutter.next(first, last)) {
            run.add(parser.parseDocument(type, name, cutter.start(), cutter.bytes(), 0, cutter.end() - cutter.start()));
        }
        return run;
    }

    /** `parser`: null where the reader gives its own. */
    public static HandlerRun over(SingleFileStateMachineReader reader, SingleFileStateMachineParser parser, String content) {
        return over(reader, parser, "test.log", utf8(content));
    }

    public static HandlerRun over(
            SingleFileStateMachineReader reader, SingleFileStateMachineParser parser, String fileName, byte[] content) {
        HandlerRun run = new HandlerRun();
        String type = reader.getS3FileType();
        String name = reader.getResolvedS3FileName(type, fileName);
        SingleFileStateMachineParser given = reader.getReaderParserInterfacesForS3FileType(type);
        FileOnTest file = new FileOnTest(type, name, content, known(given != null ? given : parser, type));
        MachineRun.read(run, Collections.singleton(file), last -> reader.parseDocument(type, file.getLastRecordType(), last, file));
        return run;
    }

    /** Both maps are by file type; `parsers` has those the reader does not give itself. */
    public static HandlerRun over(
            MultipleFileStateMachineReader reader, Map<String, SingleFileStateMachineParser> parsers, Map<String, String> contents) {
        HandlerRun run = new HandlerRun();
        Set<String> types = new LinkedHashSet<>(reader.getS3FileTypes());
        if (!types.equals(contents.keySet())) {
            throw new IllegalArgumentException("Contents are given for " + contents.keySet() + "; the handler's file types are " + types);
        }
        Map<String, String> stated = new LinkedHashMap<>();
        for (String type : types) stated.put(type, type + ".log");
        Map<String, String> names = reader.getResolvedS3FileNames(stated);
        Map<String, SingleFileStateMachineParser> known = new HashMap<>(parsers);
        Map<String, SingleFileStateMachineParser> given = reader.getParserInterfacesForS3FileTypes(new LinkedHashSet<>(types));
        if (given != null) known.putAll(given);
        Map<String, FileOnTest> files = new LinkedHashMap<>();
        for (String type : types) {
            files.put(type, new FileOnTest(type, names.get(type), utf8(contents.get(type)), known(known.get(type), type)));
        }
        MachineRun.read(run, files.values(), last -> {
            Map<String, String> lastTypes = new LinkedHashMap<>();
            for (FileOnTest file : files.values()) lastTypes.put(file.getFileType(), file.getLastRecordType());
            return reader.parseDocument(lastTypes, last, new LinkedHashMap<String, SystemFileReader>(files));
        });
        return run;
    }

    public static HandlerRun over(QueueMessageReader reader, List<?> records) {
        HandlerRun run = new HandlerRun();
        for (int i = 0; i < records.size(); i++) {
            TestRecord given = TestRecord.message(records.get(i), i);
            run.add(reader.parseMessage(
                    given.text("messageId"), given.text("messageGroupId"), given.text("messageDeduplicationId"),
                    given.texts("messageAttributes"), given.text("messageBody")));
        }
        return run;
    }

    public static HandlerRun over(KinesisRecordReader reader, List<?> records) {
        HandlerRun run = new HandlerRun();
        for (int i = 0; i < records.size(); i++) {
            TestRecord given = TestRecord.ofStream(records.get(i), i);
            run.add(reader.parseMessage(
                    given.text("streamArn"), given.text("shardId"), given.text("partitionKey"), given.text("sequenceNumber"),
                    given.date("approximateArrivalTimestamp"), given.bytes("data")));
        }
        return run;
    }

    public static HandlerRun over(DynamoDBStreamsRecordReader reader, List<?> records) {
        HandlerRun run = new HandlerRun();
        for (int i = 0; i < records.size(); i++) {
            TestRecord given = TestRecord.change(records.get(i), i);
            run.add(reader.parseRecord(
                    given.text("streamArn"), given.text("shardId"), given.text("eventId"), given.text("eventName"),
                    given.text("identityPrincipalId"), given.text("identityType"), given.text("sequenceNumber"), given.number("sizeBytes"),
                    given.text("streamViewType"), given.date("approximateCreationDateTime"),
                    given.values("keys"), given.values("oldImage"), given.values("newImage")));
        }
        return run;
    }

    public static HandlerRun over(DynamoDBTableItemReader reader, List<?> records) {
        HandlerRun run = new HandlerRun();
        for (Object record : records) {
            TestRecord given = TestRecord.item(record);
            run.add(reader.parseDynamoDBItem(
                    given.text("tableName"), given.number("segmentNumber").intValue(), given.values("keys"), given.values("item")));
        }
        return run;
    }

    /** Every text gets the vector [1, 0, 0]. */
    public static HandlerRun over(SagemakerVectorsInterface handler, List<? extends DocumentInterface> documents) {
        return over(handler, documents, text -> new Double[] {1.0, 0.0, 0.0});
    }

    /** `documents`: of a read handler. `vectorOf` stands in for the model. */
    public static HandlerRun over(
            SagemakerVectorsInterface handler, List<? extends DocumentInterface> documents, Function<String, Double[]> vectorOf) {
        HandlerRun run = new HandlerRun();
        for (DocumentInterface document : documents) {
            Map<String, String> texts = handler.extractDocumentElementsForVectorization(document);
            if (texts == null || texts.containsValue(null)) {
                run.invalid("extractDocumentElementsForVectorization returned " + texts + " instead of a map of texts by name.");
                continue;
            }
            run.texts.add(texts);
            Map<String, Double[]> vectors = new LinkedHashMap<>();
            for (Map.Entry<String, String> text : texts.entrySet()) vectors.put(text.getKey(), vectorOf.apply(text.getValue()));
            run.add(handler.constructVectorDoc(document, vectors), ParseDocumentResultStatus.SUCCESS);
        }
        return run;
    }

    public List<DocumentInterface> documents() {
        return documents;
    }

    /**
     * Documents the handler called an error; an entry is null where it gave none. A document that cannot be written is an ErrorDoc here,
     * with a message that begins INVALID_DOCUMENT.
     */
    public List<DocumentInterface> errors() {
        return errors;
    }

    /** Of composite documents, whatever became of the whole: archived, but not counted as records. */
    public List<ErrorDocInterface> partErrors() {
        return partErrors;
    }

    /** An entry is null where the handler gave no document. */
    public List<DocumentInterface> skips() {
        return skips;
    }

    /** What would be sent to the model, of each document of a vectors handler that has texts that can be used. */
    public List<Map<String, String>> texts() {
        return texts;
    }

    private void add(ParseDocumentResult result) {
        if (result == null) invalid("The handler returned null instead of a ParseDocumentResult.");
        else add(result.getDocument(), result.getStatus());
    }

    /** Takes what a handler returned as a task takes it. */
    void add(DocumentInterface returned, ParseDocumentResultStatus status) {
        DocumentInterface document = returned;
        boolean isError = status == ParseDocumentResultStatus.ERROR;
        if (returned instanceof CompositeDocInterface) {
            Map.Entry<SingleDocInterface, List<ErrorDocInterface>> entry = ((CompositeDocInterface) returned).getDocumentList();
            DocumentInterface main = entry == null ? null : entry.getKey();
            if (entry != null && entry.getValue() != null) partErrors.addAll(entry.getValue());
            if (isError && main != null || main instanceof ErrorDocInterface || main instanceof SkipDocInterface) document = main;
        }
        if (isError || document instanceof ErrorDocInterface) errors.add(document);
        else if (status == ParseDocumentResultStatus.SKIP || document == null || document instanceof SkipDocInterface) skips.add(document);
        else if (isSerialised(document)) documents.add(document);
    }

    private boolean isSerialised(DocumentInterface document) {
        try {
            if (document.serialize() != null) return true;
            invalid("The document cannot be serialised: serialize() returned null");
        } catch (RuntimeException | StackOverflowError thrown) {
            invalid("The document cannot be serialised: " + thrown);
        }
        return false;
    }

    private void invalid(String message) {
        errors.add(new ErrorDoc(null, null, "INVALID_DOCUMENT: " + message, null, null, null, null, null));
    }

    private static SingleFileStateMachineParser known(SingleFileStateMachineParser parser, String type) {
        if (parser == null) throw new IllegalArgumentException("The reader gives no parser for the file type " + type + ": state it.");
        return parser;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
