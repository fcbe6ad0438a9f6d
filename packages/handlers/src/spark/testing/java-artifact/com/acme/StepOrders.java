package com.acme;

import com.resonance.letsdata.data.readers.interfaces.spark.SparkMapperInterface;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The read format is an order; what it finds is the message of what it throws. */
public class StepOrders implements SparkMapperInterface {
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
        try {
            throw new IllegalStateException(readFormat.equals("rename") ? renamed() : configuration());
        } catch (IOException failed) {
            throw new RuntimeException(failed);
        }
    }

    /** As Hadoop commits: from the folder of the attempt into that of the output. */
    private static String renamed() throws IOException {
        Path scratch = Paths.get(System.getProperty("java.io.tmpdir"));
        Path from = Files.createDirectories(scratch.resolve("_temporary")).resolve("part");
        Path to = Files.createDirectories(scratch.resolve("output")).resolve("part");
        Files.write(from, "words".getBytes(StandardCharsets.UTF_8));
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        return "moved " + new String(Files.readAllBytes(to), StandardCharsets.UTF_8);
    }

    private static String configuration() {
        String home = System.getenv("SPARK_HOME");
        List<String> found = new ArrayList<>();
        found.add(System.getProperty("spark.eventLog.enabled"));
        found.add(System.getProperty("spark.master"));
        // As Hadoop asks before it runs its programs.
        found.add(String.valueOf(new File(System.getenv("HADOOP_HOME")).exists()));
        for (String file : new String[] {
            home + "/jars/notes.txt", home + "/conf/hive-site.xml", System.getenv("HADOOP_HOME") + "/etc/core-site.xml",
            System.getenv("HADOOP_CONF_DIR") + "/core-site.xml"
        }) {
            if (canRead(file)) found.add(file);
        }
        return String.join(" ", found);
    }

    private static boolean canRead(String file) {
        try {
            Files.readAllBytes(Paths.get(file));
            return true;
        } catch (IOException | SecurityException refused) {
            return false;
        }
    }
}
