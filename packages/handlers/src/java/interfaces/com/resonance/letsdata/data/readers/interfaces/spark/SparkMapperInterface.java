package com.resonance.letsdata.data.readers.interfaces.spark;

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
}
