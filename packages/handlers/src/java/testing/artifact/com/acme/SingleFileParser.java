package com.acme;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.documents.implementation.SkipDoc;
import com.resonance.letsdata.data.documents.interfaces.DocumentInterface;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import com.resonance.letsdata.data.readers.model.RecordHintType;
import com.resonance.letsdata.data.readers.model.RecordParseHint;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The record's text says what to do with it. */
public class SingleFileParser implements com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser {
    private final List<byte[]> kept = new ArrayList<>();

    @Override
    public String getS3FileType() {
        return "LOG";
    }

    @Override
    public String getResolvedS3FileName(String s3FileType, String fileName) {
        return "in/" + fileName;
    }

    @Override
    public RecordParseHint getRecordStartPattern(String s3FileType) {
        return new RecordParseHint(RecordHintType.PATTERN, "{", -1);
    }

    @Override
    public RecordParseHint getRecordEndPattern(String s3FileType) {
        return null;
    }

    @Override
    public ParseDocumentResult parseDocument(
            String s3FileType, String s3Filename, long offsetBytes, byte[] byteArr, int startIndex, int endIndex) {
        String text = new String(byteArr, startIndex, endIndex - startIndex, StandardCharsets.UTF_8);
        switch (text.split(" ")[0]) {
            case "skip":
                return result(new SkipDoc(null, null, text, null, "LOG", null, null, null), ParseDocumentResultStatus.SKIP);
            case "error":
                return result(
                        new ErrorDoc(Collections.singletonMap("LOG", "7"), null, text, null, "LOG", null, "the body", null),
                        ParseDocumentResultStatus.ERROR);
            case "parts":
                ErrorDoc part = new ErrorDoc(null, null, text, null, "LOG", null, null, null);
                return result(
                        Orders.failed(null, Collections.singletonList(part)),
                        text.endsWith("skip") ? ParseDocumentResultStatus.SKIP : ParseDocumentResultStatus.SUCCESS);
            case "throw":
                throw new IllegalArgumentException(text);
            case "mute":
                throw new Mute();
            case "recurse":
                return parseDocument(s3FileType, s3Filename, offsetBytes, byteArr, startIndex, endIndex);
            case "arguments":
                boolean isLonger = byteArr.length > endIndex;
                return document(text, ",\"arguments\":[\"" + s3FileType + "\",\"" + s3Filename + "\"," + offsetBytes + "," + isLonger + ","
                        + startIndex + "," + endIndex + "]");
            case "big":
                return document(text, ",\"big\":12345678901234567890,\"one\":1.0");
            case "null":
                return null;
            case "nobody":
                return result(new Doc(text, "LOG", text, null), ParseDocumentResultStatus.SUCCESS);
            case "words":
                return result(new Doc(text, "LOG", text, "no JSON \u00e9\ud83d\ude00\ud800"), ParseDocumentResultStatus.SUCCESS);
            case "where":
                System.out.println(where());
                return document(text, "");
            case "print":
                print();
                return document(text, "");
            case "exit":
                System.exit(3);
                return null;
            case "die":
            case "crash":
                die();
                return null;
            case "loop":
                for (;;) kept.clear();
            case "sleep":
                sleep();
                return null;
            case "hang":
                System.out.println("hangs from now on");
                sleep();
                return null;
            case "deaf":
                closeDescriptor(4);
                sleep();
                return null;
            case "memory":
                for (;;) kept.add(new byte[1 << 20]);
            case "escape":
                return document(text, ",\"refused\":[" + String.join(",", escapes()) + "],\"uuid\":\"" + UUID.randomUUID() + "\"");
            case "truncate":
                return document(text, ",\"refused\":" + Truncation.tried(text.split(" ", 2)[1]));
            default:
                return document(text, "");
        }
    }

    private static final class Mute extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no text");
        }
    }

    private static ParseDocumentResult document(String text, String more) {
        return result(new Doc(text, "LOG", text, "{\"text\":" + Doc.quoted(text) + more + "}"), ParseDocumentResultStatus.SUCCESS);
    }

    private static ParseDocumentResult result(DocumentInterface document, ParseDocumentResultStatus status) {
        return new ParseDocumentResult(null, document, status);
    }

    /** What a handler reaches by relative paths. */
    private static String where() {
        try {
            int bytes = Files.readAllBytes(Paths.get("artifact.jar")).length;
            String root = System.getenv("LAMBDA_TASK_ROOT");
            return (bytes > 0 ? "reads" : "empty") + " in " + root + " of " + System.getenv("LETS_DATA_STAGE") + ": " + written();
        } catch (IOException | SecurityException refused) {
            return refused.toString();
        }
    }

    private static String written() {
        try {
            new FileOutputStream("written").close();
            return "writes";
        } catch (Exception thrown) {
            return isRefusal(thrown) ? "writes nothing" : thrown.toString();
        }
    }

    private static void print() {
        System.out.println("a stray print");
        try {
            new FileOutputStream(FileDescriptor.out).write("written to descriptor 1\n".getBytes(StandardCharsets.UTF_8));
        } catch (java.io.IOException closed) {
            throw new IllegalStateException(closed);
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(3_600_000);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static void closeDescriptor(int number) {
        try {
            FileDescriptor descriptor = new FileDescriptor();
            Field field = FileDescriptor.class.getDeclaredField("fd");
            field.setAccessible(true);
            field.setInt(descriptor, number);
            new FileOutputStream(descriptor).close();
        } catch (ReflectiveOperationException | IOException refused) {
            throw new IllegalStateException(refused);
        }
    }

    private static void die() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            Field field = unsafe.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            unsafe.getMethod("putAddress", long.class, long.class).invoke(field.get(null), 0L, 0L);
        } catch (ReflectiveOperationException unknown) {
            throw new IllegalStateException(unknown);
        }
    }

    private static List<String> escapes() {
        List<Callable<?>> deeds = new ArrayList<>();
        deeds.add(() -> Files.readAllBytes(Paths.get("/etc/passwd")));
        deeds.add(() -> Files.readAllBytes(Paths.get("/usr/lib/../../etc/passwd")));
        deeds.add(() -> new FileOutputStream(new File(System.getProperty("java.io.tmpdir"), "written")));
        deeds.add(() -> Files.readAllBytes(Paths.get("/proc/self/environ")));
        deeds.add(() -> new ProcessBuilder("/bin/true").start());
        deeds.add(SingleFileParser::killEngine);
        deeds.add(ReadByFinalizer::tried);
        deeds.add(() -> {
            System.setSecurityManager(null);
            return null;
        });
        List<String> answers = new ArrayList<>();
        for (Callable<?> deed : deeds) {
            try {
                answers.add(Boolean.FALSE.equals(deed.call()) ? "\"refused\"" : "\"allowed\"");
            } catch (Exception thrown) {
                answers.add(isRefusal(thrown) ? "\"refused\"" : Doc.quoted(thrown.toString()));
            }
        }
        return answers;
    }

    /** By reflection: Java 8 has no ProcessHandle. False where the system refuses, or does not even show the process. */
    private static Object killEngine() throws Exception {
        Class<?> handle = Class.forName("java.lang.ProcessHandle");
        try {
            Object own = handle.getMethod("current").invoke(null);
            Optional<?> engine = (Optional<?>) handle.getMethod("parent").invoke(own);
            return engine.isPresent() && (Boolean) handle.getMethod("destroyForcibly").invoke(engine.get());
        } catch (InvocationTargetException thrown) {
            throw (Exception) thrown.getCause();
        }
    }

    /** A thread that was there before any customer code. */
    private static final class ReadByFinalizer {
        private static final CountDownLatch DONE = new CountDownLatch(1);
        private static volatile boolean isRead;

        static Object tried() throws Exception {
            for (int i = 0; i < 50; i++) {
                new ReadByFinalizer();
                System.gc();
                if (DONE.await(100, TimeUnit.MILLISECONDS)) return isRead;
            }
            throw new IllegalStateException("no finalizer ran");
        }

        @Override
        @SuppressWarnings({"deprecation", "removal"})
        protected void finalize() throws Exception {
            try {
                isRead = Files.readAllBytes(Paths.get("/etc/passwd")).length > 0;
            } finally {
                DONE.countDown();
            }
        }
    }

    /** What the SecurityManager says, or the kernel through the JDK; Java 24 and newer have no SecurityManager to lift. */
    static boolean isRefusal(Exception thrown) {
        return thrown instanceof SecurityException
                || thrown instanceof AccessDeniedException
                || thrown instanceof UnsupportedOperationException
                || thrown instanceof IOException && String.valueOf(thrown.getMessage()).contains("Permission denied");
    }
}
