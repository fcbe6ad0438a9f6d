package com.letsdata.host;

/** The artifact cannot be used. */
final class InvalidArtifact extends Exception {
    private static final long serialVersionUID = 1;

    InvalidArtifact(String message, Throwable cause) {
        super(message, cause);
    }
}
