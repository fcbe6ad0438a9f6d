package com.resonance.letsdata.data.readers.model;

public enum RecordHintType {
    OFFSET,
    PATTERN
}
