package com.resonance.letsdata.data.documents.interfaces;

import java.util.Map;

/** A record that is of no interest: counted, not written. */
public interface SkipDocInterface extends SingleDocInterface {
    Map<String, String> getErrorStartOffsetMap();

    Map<String, String> getErrorEndOffsetMap();

    String getSkipMessage();
}
