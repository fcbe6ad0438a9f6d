package com.resonance.letsdata.data.util;

import com.amazonaws.auth.AWSSessionCredentials;
import com.amazonaws.regions.Regions;
import com.google.gson.Gson;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Reads the secret of a Spark step with the credentials in the environment. It needs no AWS SDK. */
public class SecretManagerUtil {
    private static final Map<String, SecretManagerUtil> INSTANCES = new HashMap<>();
    private final SecretRequest request;
    private final Map<String, String> cache = new ConcurrentHashMap<>();

    private SecretManagerUtil(String region) {
        request = new SecretRequest(region, System.getenv());
    }

    public static synchronized SecretManagerUtil getInstance(String region) {
        return INSTANCES.computeIfAbsent(region, SecretManagerUtil::new);
    }

    public static SecretManagerUtil getInstance(Regions region) {
        return getInstance(region.getName());
    }

    public static String getSecretValueString(String region, String secretArn) {
        return getInstance(region).getSecretsValue(secretArn);
    }

    /** Fetched once. Throws RuntimeException with what Secrets Manager says. */
    public String getSecretsValue(String secretArn) {
        return cache.computeIfAbsent(secretArn, request::fetch);
    }

    /** `methodName`: mapper or reducer; `destinationType`: read or write. */
    public static AWSSessionCredentials getSparkAwsCredentials(
            Gson gson, String region, String sparkCredentialsSecretArn, String methodName, String destinationType) {
        Map<String, Map<String, Map<String, String>>> secret =
                gson.fromJson(getSecretValueString(region, sparkCredentialsSecretArn), (Type) Map.class);
        return SessionKeys.of(secret.get(methodName).get(destinationType));
    }
}
