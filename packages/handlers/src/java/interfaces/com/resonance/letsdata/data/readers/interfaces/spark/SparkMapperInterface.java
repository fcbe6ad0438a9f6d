package com.resonance.letsdata.data.readers.interfaces.spark;

import com.amazonaws.auth.AWSSessionCredentials;
import com.google.gson.Gson;
import com.resonance.letsdata.data.util.SecretManagerUtil;
import java.util.Map;

/** A Spark step over one file of the manifest: reads, transforms and writes by itself. */
public interface SparkMapperInterface {
    void mapper(
            String appName,
            String readDestination,
            String readUri,
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
        return SecretManagerUtil.getSparkAwsCredentials(gson, region, sparkCredentialsSecretArn, "mapper", "read");
    }

    /** Keys for what the step writes. */
    default AWSSessionCredentials getWriteDestinationCredentials(Gson gson, String region, String sparkCredentialsSecretArn) {
        return SecretManagerUtil.getSparkAwsCredentials(gson, region, sparkCredentialsSecretArn, "mapper", "write");
    }
}
