package com.letsdata.host;

/** What customer code gets, or is told to have thrown, that would end the process it runs in. */
final class ProcessEnding extends SecurityException {
    private static final long serialVersionUID = 1;

    ProcessEnding() {
        super("A handler may not end its process");
    }

    /** The thread that is in the middle of ending this process by System.exit, as an exception thrown there; null when none is. */
    static ProcessEnding underWay() {
        for (StackTraceElement[] frames : Thread.getAllStackTraces().values()) {
            for (StackTraceElement frame : frames) {
                if (!frame.getClassName().equals("java.lang.Runtime") || !frame.getMethodName().equals("exit")) continue;
                ProcessEnding ending = new ProcessEnding();
                ending.setStackTrace(frames);
                return ending;
            }
        }
        return null;
    }
}
