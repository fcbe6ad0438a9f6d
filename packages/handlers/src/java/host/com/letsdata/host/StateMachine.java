package com.letsdata.host;

import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.interfaces.MultipleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.SingleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.SystemFileReader;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser;
import com.resonance.letsdata.data.readers.model.HandedOutDocument;
import com.resonance.letsdata.data.readers.model.ParseCompositeDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** The customer's reader and parser objects of one attempt at a state machine. The engine cuts the files; this calls customer code. */
final class StateMachine {
    /** Asks the engine and serves its calls until it answers. */
    interface Engine {
        Object ask(Map<String, ?> question) throws Exception;
    }

    private final SingleFileStateMachineReader single;
    private final MultipleFileStateMachineReader multiple;
    private final Engine engine;
    private final Map<String, SingleFileStateMachineParser> parsers = new HashMap<>();
    private final Map<Long, DocumentInterface> documents = new HashMap<>();
    private long lastDocument;

    StateMachine(Object reader, boolean isSingle, Engine engine) {
        this.single = isSingle ? (SingleFileStateMachineReader) reader : null;
        this.multiple = isSingle ? null : (MultipleFileStateMachineReader) reader;
        this.engine = engine;
    }

    /** The types, and those for which the reader gives no parser of its own. */
    Map<String, Object> fileTypes() {
        List<String> types = new ArrayList<>();
        Map<String, SingleFileStateMachineParser> given = new HashMap<>();
        if (single != null) {
            String type = single.getS3FileType();
            types.add(type);
            given.put(type, single.getReaderParserInterfacesForS3FileType(type));
        } else {
            types.addAll(multiple.getS3FileTypes());
            Map<String, SingleFileStateMachineParser> found = multiple.getParserInterfacesForS3FileTypes(new LinkedHashSet<>(types));
            if (found != null) given.putAll(found);
        }
        given.values().removeIf(parser -> parser == null);
        parsers.putAll(given);
        List<String> missing = new ArrayList<>(types);
        missing.removeAll(given.keySet());
        Map<String, Object> answer = new HashMap<>();
        answer.put("types", types);
        answer.put("missing", missing);
        return answer;
    }

    void addParser(String fileType, Object parser) {
        parsers.put(fileType, (SingleFileStateMachineParser) parser);
    }

    Map<String, String> resolveNames(Map<String, String> names) {
        if (single == null) return multiple.getResolvedS3FileNames(new LinkedHashMap<>(names));
        Map.Entry<String, String> only = names.entrySet().iterator().next();
        return Collections.singletonMap(only.getKey(), single.getResolvedS3FileName(only.getKey(), only.getValue()));
    }

    Map<String, Object> expect(String fileType, String announced, String lastType, Long document) {
        SingleFileStateMachineParser parser = parsers.get(fileType);
        DocumentInterface last = documents.get(document);
        String expected = announced != null ? announced : parser.getNextExpectedRecordType(fileType, lastType);
        Map<String, Object> answer = new HashMap<>();
        answer.put("recordType", expected);
        answer.put("start", Host.hint(parser.getNextRecordStartPattern(fileType, expected, last)));
        answer.put("end", Host.hint(parser.getNextRecordEndPattern(fileType, expected, last)));
        return answer;
    }

    Map<String, Object> parse(Map<String, Object> place, String lastType, Long document, Pipe.Frame frame) {
        String fileType = (String) place.get("fileType");
        int from = frame.jsonLength;
        int end = frame.bytes.length;
        long offset = ((Number) place.get("offset")).longValue();
        byte[] bytes = RecordMethods.longer(frame.bytes, from, end);
        ParseDocumentResult returned = parsers.get(fileType).parseDocument(
                fileType, (String) place.get("fileName"), offset, lastType, documents.get(document), bytes, 0, end - from);
        if (returned == null) throw new NullPointerException("parseDocument returned null instead of a ParseDocumentResult");
        Map<String, Object> answer = new HashMap<>();
        answer.put("document", keep(HandedOutDocument.of(returned, fileType, offset, ((Number) place.get("end")).longValue())));
        answer.put("nextRecordType", returned.getNextRecordType());
        return answer;
    }

    Map<String, Object> combine(Long document, List<Map<String, Object>> files) {
        Map<String, FileView> views = new LinkedHashMap<>();
        Map<String, String> lastTypes = new LinkedHashMap<>();
        for (Map<String, Object> file : files) {
            FileView view = new FileView(this, file);
            views.put(view.getFileType(), view);
            lastTypes.put(view.getFileType(), view.getLastRecordType());
        }
        DocumentInterface last = documents.get(document);
        ParseCompositeDocumentResult returned;
        if (single != null) {
            FileView view = views.values().iterator().next();
            returned = single.parseDocument(view.getFileType(), view.getLastRecordType(), last, view);
        } else {
            returned = multiple.parseDocument(lastTypes, last, new LinkedHashMap<String, SystemFileReader>(views));
        }
        for (FileView view : views.values()) view.end();
        if (returned == null) throw new NullPointerException("parseDocument returned null instead of a ParseCompositeDocumentResult");
        ParseDocumentResultStatus status = returned.getParseDocumentResultStatus();
        Map<String, Object> answer = new HashMap<>();
        answer.put("document", returned.getDocument() == null ? null : keep(returned.getDocument()));
        answer.put("status", status == null ? ParseDocumentResultStatus.SUCCESS : status);
        answer.put("state", returned.getFileReaderState());
        answer.put("nextRecordTypes", returned.getS3FileTypeNextRecordTypeMap());
        answer.put("row", Results.row(returned.getDocument(), status));
        return answer;
    }

    /** Null where it has none of the number. */
    DocumentInterface document(Long number) {
        return documents.get(number);
    }

    void forget(Collection<Long> unused) {
        documents.keySet().removeAll(unused);
    }

    /** The next document of a file; `file` is brought up to date. */
    DocumentInterface nextRecord(Map<String, Object> file, boolean peek) throws Exception {
        Map<String, Object> question = new HashMap<>();
        question.put("op", "nextRecord");
        question.put("fileType", file.get("fileType"));
        question.put("peek", peek);
        @SuppressWarnings("unchecked")
        Map<String, Object> now = (Map<String, Object>) engine.ask(question);
        file.putAll(now);
        return documents.get(now.get("document"));
    }

    private long keep(DocumentInterface document) {
        documents.put(++lastDocument, document);
        return lastDocument;
    }
}
