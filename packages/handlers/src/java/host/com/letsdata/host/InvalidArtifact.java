package com.letsdata.host;

/** The artifact cannot be used. */
final class InvalidArtifact extends Exception {
    private static final long serialVersionUID = 1;

    final String code;

    InvalidArtifact(String message, Throwable cause) {
        this(message, cause, "ARTIFACT_INVALID");
    }

    InvalidArtifact(String message, Throwable cause, String code) {
        super(message, cause);
        this.code = code;
    }
}
