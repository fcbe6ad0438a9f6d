package com.letsdata.host;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Tells the engine where customer code is, when the engine asks because it takes too long: one line of JSON for each byte. */
final class StackReports {
    private static final int REPORTS_DESCRIPTOR = 4;
    private static final int STACK_LENGTH_MAX = 8000;

    private StackReports() {}

    /** Answers for one thread from now on, in a thread of its own. */
    static void of(Thread handlers) throws ReflectiveOperationException {
        InputStream questions = new FileInputStream(Descriptors.of(REPORTS_DESCRIPTOR));
        OutputStream answers = new FileOutputStream(Descriptors.of(REPORTS_DESCRIPTOR));
        Thread answering = new Thread(() -> answer(questions, answers, handlers), "letsdata-stacks");
        answering.setDaemon(true);
        answering.setPriority(Thread.MAX_PRIORITY);
        answering.start();
    }

    private static void answer(InputStream questions, OutputStream answers, Thread handlers) {
        try {
            while (questions.read() >= 0) answers.write((JsonWriter.write(report(handlers)) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (Throwable gone) {
            // Nobody asks any more, or there is no memory to answer with: then the engine goes without.
        }
    }

    private static Map<String, Object> report(Thread handlers) {
        Thread.State state = handlers.getState();
        StackTraceElement[] frames = Thrown.aboveOurs(handlers.getStackTrace());
        StringBuilder stack = new StringBuilder("Stack of the handler (" + state + "):\n");
        boolean isTheirs = false;
        for (StackTraceElement frame : frames) {
            isTheirs |= !Thrown.isOfJava(frame);
            if (stack.length() < STACK_LENGTH_MAX) stack.append("\tat ").append(frame).append('\n');
        }
        Map<String, Object> report = new HashMap<>();
        report.put("place", Thrown.placeIn(frames));
        report.put("stack", isTheirs ? stack.toString() : null);
        return report;
    }
}
