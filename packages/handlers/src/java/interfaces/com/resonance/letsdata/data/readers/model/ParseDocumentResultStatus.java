package com.resonance.letsdata.data.readers.model;

public enum ParseDocumentResultStatus {
    SUCCESS,
    ERROR,
    SKIP
}
