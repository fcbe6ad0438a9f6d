package com.resonance.letsdata.data.readers.interfaces.spark;

import com.amazonaws.auth.AWSSessionCredentials;
import com.google.gson.Gson;
import com.resonance.letsdata.data.util.SecretManagerUtil;
import java.util.List;
import java.util.Map;

/** A Spark step over the mappers' files: reads, transforms and writes by itself. */
public interface SparkReducerInterface {
    void reducer(
            String appName,
            String readDestination,
            List<String> readUris,
            String readFormat,
            Map<String, String> readOptions,
            String writeDestination,
            String writeUri,
            String writeFormat,
            String writeMode,
            Map<String, String> writeOptions,
            String sparkCredentialsSecretArn);

    /** Keys for what the step reads, from its secret; `gson` and the result's type are those of your JAR. */
    default AWSSessionCredentials getReadDestinationCredentials(Gson gson, String region, String sparkCredentialsSecretArn) {
        return SecretManagerUtil.getSparkAwsCredentials(gson, region, sparkCredentialsSecretArn, "reducer", "read");
    }

    /** Keys for what the step writes. */
    default AWSSessionCredentials getWriteDestinationCredentials(Gson gson, String region, String sparkCredentialsSecretArn) {
        return SecretManagerUtil.getSparkAwsCredentials(gson, region, sparkCredentialsSecretArn, "reducer", "write");
    }
}
