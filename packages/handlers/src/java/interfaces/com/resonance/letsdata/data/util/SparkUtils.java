package com.resonance.letsdata.data.util;

import com.amazonaws.auth.AWSSessionCredentials;
import java.net.URI;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Sessions and data frames of a Spark step, from the step's arguments. Where Spark runs is in its configuration. */
public class SparkUtils {
    private static final List<String> READ_FORMATS = Arrays.asList("csv", "json", "parquet", "text");
    private static final List<String> WRITE_FORMATS = Arrays.asList("csv", "json", "parquet");

    /** A new session; each bucket is reached with the credentials of its side. In one bucket those for reading count. */
    public static SparkSession createSparkSession(
            String appName,
            String readDestination,
            String writeDestination,
            String readUri,
            String writeUri,
            AWSSessionCredentials readCredentials,
            AWSSessionCredentials writeCredentials) {
        if (!SparkSession.getActiveSession().isEmpty()) SparkSession.getActiveSession().get().stop();
        requireS3(readDestination, "readDestination");
        requireS3(writeDestination, "writeDestination");
        SparkSession.Builder builder = SparkSession.builder()
                .appName(appName)
                .config("spark.ui.enabled", "false")
                .config("spark.hadoop.fs.s3a.impl", "org.apache.hadoop.fs.s3a.S3AFileSystem");
        builder = withCredentials(builder, parseBucketNameFromS3Uri(writeUri), writeCredentials);
        builder = withCredentials(builder, parseBucketNameFromS3Uri(readUri), readCredentials);
        return builder.getOrCreate();
    }

    private static SparkSession.Builder withCredentials(
            SparkSession.Builder builder, String bucket, AWSSessionCredentials credentials) {
        String place = "spark.hadoop.fs.s3a.bucket." + bucket;
        return builder.config(place + ".access.key", credentials.getAWSAccessKeyId())
                .config(place + ".secret.key", credentials.getAWSSecretKey())
                .config(place + ".session.token", credentials.getSessionToken());
    }

    public static Dataset<Row> readSparkDataframe(
            SparkSession spark, String readDestination, String readUri, String readFormat, Map<String, String> readOptions) {
        requireS3(readDestination, "readDestination");
        requireFormat(readFormat, READ_FORMATS, "readFormat");
        return spark.read().options(named(readOptions)).format(readFormat).load(readUri);
    }

    public static void writeSparkDataframe(
            SparkSession spark,
            String writeDestination,
            String writeUri,
            String writeFormat,
            String writeMode,
            Map<String, String> writeOptions,
            Dataset<Row> df) {
        requireS3(writeDestination, "writeDestination");
        requireFormat(writeFormat, WRITE_FORMATS, "writeFormat");
        df.write().mode(writeMode).options(named(writeOptions)).format(writeFormat).save(writeUri);
    }

    /** Prints the names of the environment's variables; what they hold may be secret. */
    public static void dumpEnvironmentVariables() {
        for (String name : new TreeMap<>(System.getenv()).keySet()) System.out.println(name);
    }

    /** `data` of `s3a://data/in/a.csv`. */
    public static String parseBucketNameFromS3Uri(String s3Uri) {
        // The key of an object may hold what no URI can.
        String place = s3Uri.replaceFirst("(?s)^([a-z0-9]+://[^/]*).*$", "$1/");
        URI parsed = URI.create(place);
        if (!"s3a".equals(parsed.getScheme()) || parsed.getAuthority() == null) {
            throw new IllegalArgumentException(s3Uri + " is no address of an object in S3, such as s3a://bucket/key");
        }
        return parsed.getAuthority();
    }

    private static Map<String, String> named(Map<String, String> options) {
        return options == null ? Collections.<String, String>emptyMap() : options;
    }

    private static void requireS3(String destination, String name) {
        if (!"S3".equalsIgnoreCase(destination)) {
            throw new IllegalArgumentException(name + " " + destination + " is not supported; S3 is");
        }
    }

    private static void requireFormat(String given, List<String> known, String name) {
        if (!known.contains(given)) {
            throw new IllegalArgumentException(name + " " + given + " is not supported; " + String.join(", ", known) + " are");
        }
    }
}
