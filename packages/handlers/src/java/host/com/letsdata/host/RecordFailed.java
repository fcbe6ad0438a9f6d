package com.letsdata.host;

/** Customer code threw at the record `index` of a batch. */
final class RecordFailed extends Exception {
    private static final long serialVersionUID = 1;
    final int index;

    RecordFailed(Throwable cause, int index) {
        // Without a message of its own it would ask the cause for its text, which may throw.
        super(null, cause);
        this.index = index;
    }
}
