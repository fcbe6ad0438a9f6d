package com.acme.spark;

import com.amazonaws.auth.AWSSessionCredentials;
import com.google.gson.Gson;
import com.resonance.letsdata.data.readers.interfaces.spark.SparkReducerInterface;
import com.resonance.letsdata.data.util.SparkUtils;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

public class WordReducer implements SparkReducerInterface {
    @Override
    public void reducer(
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
            String sparkCredentialsSecretArn) {
        String region = System.getenv("AWS_REGION");
        AWSSessionCredentials reading = getReadDestinationCredentials(new Gson(), region, sparkCredentialsSecretArn);
        AWSSessionCredentials writing = getWriteDestinationCredentials(new Gson(), region, sparkCredentialsSecretArn);
        SparkSession spark = SparkUtils.createSparkSession(
                appName, readDestination, writeDestination, readUris.get(0), writeUri, reading, writing);
        Dataset<Row> words = null;
        for (String uri : readUris) {
            Dataset<Row> read = SparkUtils.readSparkDataframe(spark, readDestination, uri, readFormat, readOptions);
            words = words == null ? read : words.union(read);
        }
        Dataset<Row> counts = words.groupBy("word").count().orderBy("word");
        SparkUtils.writeSparkDataframe(spark, writeDestination, writeUri, writeFormat, writeMode, writeOptions, counts);
    }
}
