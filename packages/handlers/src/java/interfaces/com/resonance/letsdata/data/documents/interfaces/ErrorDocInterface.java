package com.resonance.letsdata.data.documents.interfaces;

import java.util.Map;

/** A record that failed; it is archived. Anything but the message may be null. */
public interface ErrorDocInterface extends SingleDocInterface {
    /** By file type, shard id or key, such as HEAD to 58965; missing ones are filled in. */
    Map<String, String> getErrorStartOffsetMap();

    Map<String, String> getErrorEndOffsetMap();

    String getErrorMessage();
}
