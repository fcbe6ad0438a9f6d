package com.resonance.letsdata.data.readers.model;

/** Forward only. */
public enum SingleFileReaderState {
    CREATED,
    FILE_DOWNLOADED,
    PROCESSING,
    COMPLETED,
    CLOSED
}
