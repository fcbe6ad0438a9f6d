package com.letsdata.host;

import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers the engine, one call at a time. */
public final class Host {
    private static final byte[] LAST_RESORT = Pipe.encode(Collections.singletonMap(
            "throw", Thrown.describe(new IllegalStateException(), "HANDLER_EXCEPTION", "The handler threw what cannot be told.", null)));
    private final Pipe pipe;
    private final CustomerCode code;
    private final Map<Long, Object> objects = new HashMap<>();
    private long lastObject;
    private volatile boolean isCalling;
    /** Place in its batch, or null. */
    private volatile Integer recordInHand;

    private Host(Pipe pipe, CustomerCode code) {
        this.pipe = pipe;
        this.code = code;
    }

    public static void serve(InputStream in, OutputStream out, File artifact) throws Exception {
        Host host = new Host(new Pipe(in, out), new CustomerCode(artifact));
        // Where no SecurityManager refuses System.exit: the call under way is answered before the process ends.
        Runtime.getRuntime().addShutdownHook(new Thread(host::answerBeforeTheEnd));
        StackReports.of(Thread.currentThread());
        for (;;) {
            Pipe.Frame frame = host.pipe.receive();
            host.isCalling = true;
            host.answer(frame);
            host.isCalling = false;
        }
    }

    private void answerBeforeTheEnd() {
        ProcessEnding ending = ProcessEnding.underWay();
        if (ending == null || !isCalling) return;
        Map<String, Object> thrown = Thrown.describe(ending, "HANDLER_EXCEPTION", null, recordInHand);
        thrown.put("endsProcess", true);
        try {
            pipe.send(Pipe.encode(Collections.singletonMap("throw", thrown)));
        } catch (IOException gone) {
            // Nobody waits for the answer any more.
        }
    }

    private void answer(Pipe.Frame frame) throws Exception {
        byte[] answer;
        try {
            answer = answerOf(perform(frame.message(), frame));
        } catch (OutOfMemoryError full) {
            objects.clear();
            answer = refusal(full, "OUT_OF_MEMORY", "The handler needed more memory than its task has: " + Thrown.textOf(full), null);
        } catch (InvalidArtifact invalid) {
            Throwable cause = invalid.getCause() == null ? invalid : invalid.getCause();
            answer = refusal(cause, invalid.code, invalid.getMessage(), null);
        } catch (RecordFailed failed) {
            answer = refusal(failed.getCause(), "HANDLER_EXCEPTION", null, failed.index);
        } catch (Throwable thrown) {
            String missing = SparkPlace.whatIsMissing(thrown);
            answer = refusal(thrown, missing == null ? "HANDLER_EXCEPTION" : "NOT_AVAILABLE_LOCALLY", missing, null);
        }
        pipe.send(answer);
    }

    private static byte[] answerOf(Object returned) {
        if (!(returned instanceof RowsWithBodies)) return Pipe.encode(Collections.singletonMap("return", returned));
        RowsWithBodies rows = (RowsWithBodies) returned;
        return Pipe.encode(Collections.singletonMap("return", rows.rows), rows.bodies());
    }

    private static byte[] refusal(Throwable thrown, String code, String text, Integer index) {
        try {
            return Pipe.encode(Collections.singletonMap("throw", Thrown.describe(thrown, code, text, index)));
        } catch (Throwable another) {
            // Such as no memory to tell it with: the engine waits for an answer.
            return LAST_RESORT;
        }
    }

    private Object perform(Map<String, Object> message, Pipe.Frame frame) throws Exception {
        switch (text(message, "op")) {
            case "load":
                return keep(load(text(message, "interface"), text(message, "class")));
            case "implementations":
                return code.implementations();
            case "forget":
                return objects.remove(message.get("object")) == null;
            case "ask":
                return ask((SingleFileParser) handler(message).object, text(message, "method"), list(message, "args"));
            case "handle":
                return handle(handler(message), message, frame);
            case "extract":
                return vectors(message, "object").extract(Host.<Long>list(message, "documents"));
            case "construct":
                return vectors(message, "object")
                        .construct(Host.<Long>list(message, "documents"), Host.<Map<String, List<Number>>>list(message, "vectors"));
            case "runStep":
                SparkSteps.run(handler(message).object, handler(message).interfaceName, list(message, "args"));
                return null;
            case "openMachine":
                return openMachine((Boolean) message.get("isSingle"), map(message, "reader"));
            case "fileTypes":
                return machine(message).fileTypes();
            case "addParser":
                String parser = text(map(message, "parser"), "class");
                machine(message).addParser(text(message, "fileType"), code.construct(parser, "SingleFileStateMachineParser"));
                return null;
            case "resolveNames":
                return machine(message).resolveNames(Host.<String>map(message, "names"));
            case "expect":
                return machine(message).expect(
                        text(message, "fileType"), text(message, "announced"), text(message, "lastRecordType"), document(message));
            case "parse":
                return machine(message).parse(map(message, "place"), text(message, "lastRecordType"), document(message), frame);
            case "combine":
                return combine(machine(message), message);
            default:
                throw new IllegalArgumentException("The host knows no " + message.get("op"));
        }
    }

    private Object load(String interfaceName, String className) throws InvalidArtifact {
        Object object = code.construct(className, interfaceName);
        if (!interfaceName.equals("SagemakerVectorsInterface")) return new Handler(interfaceName, object);
        return new Vectors(object, index -> recordInHand = index);
    }

    private long keep(Object object) {
        objects.put(++lastObject, object);
        return lastObject;
    }

    private Handler handler(Map<String, Object> message) {
        return (Handler) objects.get(message.get("object"));
    }

    /** Null where the message names none. */
    private Vectors vectors(Map<String, Object> message, String name) {
        return (Vectors) objects.get(message.get(name));
    }

    /** A question about files and patterns: text, hint or null comes back. */
    private static Object ask(SingleFileParser parser, String method, List<String> arguments) {
        switch (method) {
            case "getS3FileType":
                return parser.getS3FileType();
            case "getResolvedS3FileName":
                return parser.getResolvedS3FileName(arguments.get(0), arguments.get(1));
            case "getRecordStartPattern":
                return hint(parser.getRecordStartPattern(arguments.get(0)));
            case "getRecordEndPattern":
                return hint(parser.getRecordEndPattern(arguments.get(0)));
            default:
                throw new IllegalArgumentException("SingleFileParser has no question " + method);
        }
    }

    static Map<String, Object> hint(RecordParseHint hint) {
        if (hint == null) return null;
        RecordHintType type = hint.getRecordHintType();
        Map<String, Object> answer = new HashMap<>();
        answer.put("recordHintType", type);
        answer.put("pattern", type == RecordHintType.PATTERN ? hint.getPattern() : null);
        answer.put("offset", type == RecordHintType.OFFSET ? hint.getOffset() : -1);
        return answer;
    }

    private RowsWithBodies handle(Handler handler, Map<String, Object> message, Pipe.Frame frame) throws RecordFailed {
        RecordMethods.RecordMethod method = RecordMethods.of(handler.object, handler.interfaceName);
        RecordHeads heads = new RecordHeads(Host.<List<Object>>list(message, "heads"));
        List<Long> lengths = list(message, "lengths");
        Vectors vectors = vectors(message, "keepFor");
        RowsWithBodies rows = new RowsWithBodies(lengths.size());
        int from = frame.jsonLength;
        for (int i = 0; i < lengths.size(); i++) {
            int end = from + lengths.get(i).intValue();
            ParseDocumentResult returned;
            recordInHand = i;
            try {
                returned = method.call(heads.of(i), frame.bytes, from, end);
            } catch (OutOfMemoryError full) {
                throw full;
            } catch (Throwable thrown) {
                throw new RecordFailed(thrown, i);
            }
            List<Object> row = returned == null
                    ? Results.invalid("The handler returned null instead of a ParseDocumentResult.")
                    : Results.row(returned.getDocument(), returned.getStatus());
            if (vectors != null) vectors.keep(row, returned == null ? null : returned.getDocument());
            rows.add(row);
            from = end;
        }
        recordInHand = null;
        return rows;
    }

    private long openMachine(boolean isSingle, Map<String, Object> reader) throws InvalidArtifact {
        String expected = isSingle ? "SingleFileStateMachineReader" : "MultipleFileStateMachineReader";
        return keep(new StateMachine(code.construct(text(reader, "class"), expected), isSingle, this::askEngine));
    }

    private Map<String, Object> combine(StateMachine machine, Map<String, Object> message) {
        Map<String, Object> combined = machine.combine(document(message), Host.<Map<String, Object>>list(message, "files"));
        Vectors vectors = vectors(message, "keepFor");
        if (vectors != null) vectors.keep(Host.<Object>list(combined, "row"), machine.document((Long) combined.get("document")));
        return combined;
    }

    private StateMachine machine(Map<String, Object> message) {
        StateMachine machine = (StateMachine) objects.get(message.get("object"));
        if (message.get("forget") != null) machine.forget(list(message, "forget"));
        return machine;
    }

    /** While the engine works on the answer it may call back: those calls are served here. */
    private Object askEngine(Map<String, ?> question) throws Exception {
        pipe.send(Pipe.encode(question));
        for (;;) {
            Pipe.Frame frame = pipe.receive();
            Map<String, Object> message = frame.message();
            if (message.containsKey("return")) return message.get("return");
            if (message.containsKey("throw")) throw new EngineException(text(map(message, "throw"), "message"));
            answer(frame);
        }
    }

    private static String text(Map<String, Object> message, String name) {
        return (String) message.get(name);
    }

    private static Long document(Map<String, Object> message) {
        return (Long) message.get("lastDocument");
    }

    @SuppressWarnings("unchecked")
    private static <T> Map<String, T> map(Map<String, Object> message, String name) {
        return (Map<String, T>) message.get(name);
    }

    @SuppressWarnings("unchecked")
    private static <T> List<T> list(Map<String, Object> message, String name) {
        return (List<T>) message.get(name);
    }

    private static final class Handler {
        final String interfaceName;
        final Object object;

        Handler(String interfaceName, Object object) {
            this.interfaceName = interfaceName;
            this.object = object;
        }
    }

    /** Reading failed in the engine, or in a parser it called; the task fails with the real cause whatever is done about this. */
    private static final class EngineException extends Exception {
        private static final long serialVersionUID = 1;

        EngineException(String message) {
            super(message);
        }
    }
}
