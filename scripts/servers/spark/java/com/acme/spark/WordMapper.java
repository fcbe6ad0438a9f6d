package com.acme.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.split;

import com.amazonaws.auth.AWSSessionCredentials;
import com.google.gson.Gson;
import com.resonance.letsdata.data.readers.interfaces.spark.SparkMapperInterface;
import com.resonance.letsdata.data.util.SparkUtils;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

public class WordMapper implements SparkMapperInterface {
    @Override
    public void mapper(
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
            String sparkCredentialsSecretArn) {
        String region = System.getenv("AWS_REGION");
        AWSSessionCredentials reading = getReadDestinationCredentials(new Gson(), region, sparkCredentialsSecretArn);
        AWSSessionCredentials writing = getWriteDestinationCredentials(new Gson(), region, sparkCredentialsSecretArn);
        SparkSession spark =
                SparkUtils.createSparkSession(appName, readDestination, writeDestination, readUri, writeUri, reading, writing);
        Dataset<Row> words = SparkUtils.readSparkDataframe(spark, readDestination, readUri, readFormat, readOptions)
                .select(explode(split(col("value"), " ")).alias("word"))
                .where(length(col("word")).gt(0))
                .select(lower(col("word")).alias("word"));
        SparkUtils.writeSparkDataframe(spark, writeDestination, writeUri, writeFormat, writeMode, writeOptions, words);
    }
}
