package com.resonance.letsdata.data.util;

import com.amazonaws.auth.AWSSessionCredentials;
import java.util.Map;

/** One side's keys. A class of its own, so that handlers without the AWS SDK can use the rest. */
final class SessionKeys implements AWSSessionCredentials {
    private final Map<String, String> keys;

    private SessionKeys(Map<String, String> keys) {
        this.keys = keys;
    }

    static AWSSessionCredentials of(Map<String, String> keys) {
        return new SessionKeys(keys);
    }

    @Override
    public String getAWSAccessKeyId() {
        return keys.get("AWS_ACCESS_KEY_ID");
    }

    @Override
    public String getAWSSecretKey() {
        return keys.get("AWS_SECRET_ACCESS_KEY");
    }

    @Override
    public String getSessionToken() {
        return keys.get("AWS_SESSION_TOKEN");
    }
}
