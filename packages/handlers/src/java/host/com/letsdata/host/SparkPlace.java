package com.letsdata.host;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * Spark for handlers that start it: where it is on this machine and what it may reach. What it is told are system properties
 * (`spark.*`) of the command line, as spark-submit makes them.
 */
final class SparkPlace {
    private static final String SPARK_PACKAGE = "org.apache.spark.";
    /** Users by number, and the limits of the process, which Java's own management asks for. */
    private static final String[] SYSTEM = {
        "/etc/passwd", "/etc/group", "/proc/cgroups", "/proc/self/cgroup", "/proc/self/mountinfo", "/sys/fs/cgroup"
    };
    /** Folders of an installation where its operator keeps passwords, such as those of hive-site.xml: none of a handler's business. */
    private static final Set<String> CONFIGURATION = new HashSet<>(Arrays.asList("conf", "etc"));
    private static final String HADOOP_S3 = "org.apache.hadoop.fs.s3a.S3AFileSystem";

    private SparkPlace() {}

    /** The folder this process may write into, or null. */
    static File scratch() {
        String folder = System.getProperty("letsdata.scratch");
        return folder == null ? null : new File(folder).getAbsoluteFile();
    }

    /** Whether the code to run may start Spark. */
    static boolean isWanted() {
        return Boolean.getBoolean("letsdata.spark");
    }

    private static File home() {
        return isWanted() ? folderOf("SPARK_HOME") : null;
    }

    private static File folderOf(String variable) {
        String folder = System.getenv(variable);
        return folder == null || folder.isEmpty() ? null : new File(folder).getAbsoluteFile();
    }

    /** To read, beside what every handler may. */
    static List<File> readable() {
        if (!isWanted()) return Collections.emptyList();
        List<File> readable = new ArrayList<>();
        for (String file : SYSTEM) readable.add(new File(file));
        for (File home : homes()) {
            File[] parts = home.listFiles((folder, name) -> !CONFIGURATION.contains(name));
            if (parts != null) readable.addAll(Arrays.asList(parts));
        }
        // Only there says Hadoop's configuration where the cluster is.
        if (System.getProperty("spark.master", "").startsWith("yarn")) {
            for (String variable : new String[] {"HADOOP_CONF_DIR", "YARN_CONF_DIR"}) {
                if (folderOf(variable) != null) readable.add(folderOf(variable));
            }
        }
        if (home() != null) readable.add(defaults());
        return readable;
    }

    /** Installations of the operator, whose folders may be looked at, which is not to read what is in them. */
    static List<File> homes() {
        List<File> homes = new ArrayList<>();
        for (File home : new File[] {home(), isWanted() ? folderOf("HADOOP_HOME") : null}) if (home != null) homes.add(home);
        return homes;
    }

    /** Spark's own JARs, behind the artifact: one that brings its Spark runs with that. */
    static List<URL> jars() throws IOException {
        File[] found = home() == null ? null : new File(home(), "jars").listFiles((folder, name) -> name.endsWith(".jar"));
        List<URL> jars = new ArrayList<>();
        if (found == null) return jars;
        Arrays.sort(found);
        for (File jar : found) jars.add(jar.toURI().toURL());
        return jars;
    }

    /** The operator's own configuration of Spark, where the command line does not say otherwise. */
    static void takeDefaults() throws IOException {
        if (home() == null) return;
        File file = defaults();
        if (!file.isFile()) return;
        Properties defaults = new Properties();
        try (Reader reader = new InputStreamReader(new FileInputStream(file), StandardCharsets.UTF_8)) {
            defaults.load(reader);
        }
        for (String name : defaults.stringPropertyNames()) {
            if (name.startsWith("spark.") && System.getProperty(name) == null) System.setProperty(name, defaults.getProperty(name).trim());
        }
    }

    private static File defaults() {
        File configured = folderOf("SPARK_CONF_DIR");
        return new File(configured == null ? new File(home(), "conf") : configured, "spark-defaults.conf");
    }

    /** What this machine lacks for the handler, with the fix, or null where the failure is the handler's own. */
    static String whatIsMissing(Throwable thrown) {
        try {
            return missingIn(thrown);
        } catch (Throwable another) {
            // An exception of customer code may throw whatever it is asked.
            return null;
        }
    }

    private static String missingIn(Throwable thrown) {
        int depth = 0;
        for (Throwable each = thrown; each != null && depth < 20; each = each.getCause(), depth++) {
            boolean isClass = each instanceof NoClassDefFoundError || each instanceof ClassNotFoundException;
            String text = String.valueOf(each.getMessage());
            String name = text.replace('/', '.');
            if (isClass && name.startsWith(SPARK_PACKAGE)) {
                return "The handler needs " + name + ", which neither its JAR nor this machine has. Set SPARK_HOME to a Spark"
                        + " installation and start the product again, or pack Spark into the JAR.";
            }
            if (text.contains(HADOOP_S3) && (isClass || text.contains("not found"))) {
                return "This machine's Spark cannot read s3a:// addresses. Put hadoop-aws and the AWS SDK bundle of Spark's own Hadoop"
                        + " version into the folder jars of SPARK_HOME, or into the handler's JAR.";
            }
        }
        return null;
    }
}
