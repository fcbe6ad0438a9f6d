package com.resonance.letsdata.data.readers.interfaces.spark;

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
}
