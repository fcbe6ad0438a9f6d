package com.letsdata.host;

import com.resonance.letsdata.data.readers.interfaces.MultipleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.SingleFileStateMachineReader;
import com.resonance.letsdata.data.readers.interfaces.dynamodb.DynamoDBTableItemReader;
import com.resonance.letsdata.data.readers.interfaces.dynamodbstreams.DynamoDBStreamsRecordReader;
import com.resonance.letsdata.data.readers.interfaces.kinesis.KinesisRecordReader;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileStateMachineParser;
import com.resonance.letsdata.data.readers.interfaces.sagemaker.SagemakerVectorsInterface;
import com.resonance.letsdata.data.readers.interfaces.spark.SparkMapperInterface;
import com.resonance.letsdata.data.readers.interfaces.spark.SparkReducerInterface;
import com.resonance.letsdata.data.readers.interfaces.sqs.QueueMessageReader;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** Finds, loads and constructs the customer's class. */
final class CustomerCode {
    private static final Map<String, Class<?>> INTERFACES = new TreeMap<>();
    /** Packed together with the customer's classes, they are no handlers of theirs. */
    private static final String PUBLISHED = "com/resonance/letsdata/";

    static {
        for (Class<?> known : new Class<?>[] {
            SingleFileParser.class, SingleFileStateMachineParser.class, SingleFileStateMachineReader.class,
            MultipleFileStateMachineReader.class, QueueMessageReader.class, KinesisRecordReader.class,
            DynamoDBStreamsRecordReader.class, DynamoDBTableItemReader.class, SagemakerVectorsInterface.class,
            SparkMapperInterface.class, SparkReducerInterface.class
        }) INTERFACES.put(known.getSimpleName(), known);
    }

    private final File jar;

    CustomerCode(File jar) {
        this.jar = jar;
    }

    Object construct(String className, String interfaceName) throws InvalidArtifact {
        Class<?> expected = INTERFACES.get(interfaceName);
        if (expected == null) throw new InvalidArtifact("Java handlers of the interface " + interfaceName + " cannot run here.", null);
        Class<?> found = load(className);
        if (!expected.isAssignableFrom(found)) {
            throw new InvalidArtifact("The class " + className + " does not implement " + expected.getName() + ".", null);
        }
        if (Modifier.isAbstract(found.getModifiers())) throw new InvalidArtifact("The class " + className + " is abstract.", null);
        try {
            return found.getConstructor().newInstance();
        } catch (NoSuchMethodException missing) {
            String need = "must be public and have a public constructor without parameters";
            throw new InvalidArtifact("The class " + className + " " + need + ".", missing);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof OutOfMemoryError) throw (OutOfMemoryError) thrown.getCause();
            String missing = SparkPlace.whatIsMissing(thrown.getCause());
            if (missing != null) throw new InvalidArtifact(missing, thrown.getCause(), "NOT_AVAILABLE_LOCALLY");
            throw new InvalidArtifact("The constructor of " + className + " threw " + Thrown.textOf(thrown.getCause()), thrown.getCause());
        } catch (IllegalAccessException | InstantiationException hidden) {
            throw new InvalidArtifact("The class " + className + " must be public with a public constructor.", hidden);
        } catch (LinkageError broken) {
            throw unloadable(className, broken);
        }
    }

    /** Which of the published interfaces each public class of the artifact implements. Runs no customer code; skips what cannot be loaded. */
    Map<String, List<String>> implementations() throws InvalidArtifact {
        Map<String, List<String>> found = new TreeMap<>();
        try (JarFile opened = new JarFile(jar)) {
            for (JarEntry entry : Collections.list(opened.entries())) {
                String name = entry.getName();
                if (!name.endsWith(".class") || name.startsWith("META-INF/") || name.startsWith(PUBLISHED)) continue;
                String className = name.substring(0, name.length() - ".class".length()).replace('/', '.');
                List<String> interfaces = implementedBy(className);
                if (!interfaces.isEmpty()) found.put(className, interfaces);
            }
        } catch (IOException damaged) {
            throw new InvalidArtifact("The artifact is no JAR that Java can open: " + damaged.getMessage() + ".", damaged);
        }
        return found;
    }

    private static List<String> implementedBy(String className) {
        List<String> interfaces = new ArrayList<>();
        try {
            Class<?> type = Class.forName(className, false, CustomerCode.class.getClassLoader());
            if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) return interfaces;
            for (Map.Entry<String, Class<?>> known : INTERFACES.entrySet()) {
                if (known.getValue().isAssignableFrom(type)) interfaces.add(known.getKey());
            }
        } catch (ClassNotFoundException | LinkageError unusable) {
            // Libraries in a JAR have classes for what is not there.
        }
        return interfaces;
    }

    private Class<?> load(String className) throws InvalidArtifact {
        try {
            return Class.forName(className, true, CustomerCode.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new InvalidArtifact(explainMissing(className), null);
        } catch (LinkageError broken) {
            throw unloadable(className, broken);
        }
    }

    private String explainMissing(String className) {
        try {
            new JarFile(jar).close();
            return "The artifact has no class " + className + ".";
        } catch (IOException damaged) {
            return "The artifact is no JAR that Java can open: " + damaged.getMessage() + ".";
        }
    }

    private static InvalidArtifact unloadable(String className, LinkageError error) {
        Throwable cause = error instanceof ExceptionInInitializerError && error.getCause() != null ? error.getCause() : error;
        String missing = SparkPlace.whatIsMissing(error);
        if (missing != null) return new InvalidArtifact(missing, cause, "NOT_AVAILABLE_LOCALLY");
        if (error instanceof UnsupportedClassVersionError) {
            String have = "this machine's Java is " + System.getProperty("java.version");
            return new InvalidArtifact("The class " + className + " is compiled for a newer Java: " + have + ".", error);
        }
        if (error instanceof NoClassDefFoundError && error.getMessage() != null) {
            String needed = error.getMessage().replace('/', '.');
            return new InvalidArtifact("The class " + className + " needs " + needed + ", which the artifact does not have.", error);
        }
        return new InvalidArtifact("The class " + className + " cannot be loaded: " + Thrown.textOf(cause), cause);
    }
}
