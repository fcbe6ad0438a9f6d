package com.letsdata.host;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/** What customer code threw, as the engine is told it: without the host's own part of the stack. */
final class Thrown {
    private static final int STACK_LENGTH_MAX = 8000;
    private static final int MESSAGE_LENGTH_MAX = 1000;
    private static final String OURS = Thrown.class.getPackage().getName() + ".";

    private Thrown() {}

    /** `text` null: the exception's own words and the customer's line. `index`: place in the batch, or null. */
    static Map<String, Object> describe(Throwable thrown, String code, String text, Integer index) {
        String message = text != null ? text : textOf(thrown) + placeOf(thrown);
        String stack = stackOf(thrown);
        Map<String, Object> answer = new HashMap<>();
        answer.put("code", code);
        answer.put("message", message.substring(0, Math.min(message.length(), MESSAGE_LENGTH_MAX)));
        answer.put("stack", stack.substring(0, Math.min(stack.length(), STACK_LENGTH_MAX)));
        answer.put("index", index);
        return answer;
    }

    /** Its class and own words; an exception of customer code may throw whatever it is asked. */
    static String textOf(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (Throwable another) {
            return thrown.getClass().getName() + ", which cannot tell its text";
        }
    }

    private static String stackOf(Throwable thrown) {
        try {
            Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Throwable each = thrown; each != null && seen.add(each); each = each.getCause()) cutOurs(each);
            StringWriter stack = new StringWriter();
            thrown.printStackTrace(new PrintWriter(stack, true));
            return stack.toString();
        } catch (Throwable another) {
            StringBuilder stack = new StringBuilder(thrown.getClass().getName());
            for (StackTraceElement frame : framesOf(thrown)) stack.append("\n\tat ").append(frame);
            return stack.toString();
        }
    }

    private static StackTraceElement[] framesOf(Throwable thrown) {
        try {
            return aboveOurs(thrown.getStackTrace());
        } catch (Throwable another) {
            return new StackTraceElement[0];
        }
    }

    private static void cutOurs(Throwable thrown) {
        StackTraceElement[] theirs = aboveOurs(thrown.getStackTrace());
        if (theirs.length > 0) thrown.setStackTrace(theirs);
    }

    /** The most recent calls down to the first one of the host. */
    static StackTraceElement[] aboveOurs(StackTraceElement[] frames) {
        int theirs = 0;
        while (theirs < frames.length && !frames[theirs].getClassName().startsWith(OURS)) theirs++;
        return Arrays.copyOf(frames, theirs);
    }

    private static String placeOf(Throwable thrown) {
        String place = placeIn(framesOf(thrown));
        return place == null ? "" : " (" + place + ")";
    }

    /** Such as "line 12 of Orders.java": the most recent one outside of Java itself, or null. */
    static String placeIn(StackTraceElement[] frames) {
        for (StackTraceElement frame : frames) {
            if (!isOfJava(frame) && frame.getLineNumber() > 0) return "line " + frame.getLineNumber() + " of " + frame.getFileName();
        }
        return null;
    }

    static boolean isOfJava(StackTraceElement frame) {
        return frame.getClassName().matches("(java|javax|jdk|sun)\\..*");
    }
}
