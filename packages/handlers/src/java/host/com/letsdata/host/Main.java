package com.letsdata.host;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs customer handlers in Java for the engine at the other end of the pipe.
 *
 * One process serves one code version and stays warm; each attempt gets its own handler object. The engine asks, this answers, strictly
 * in turns: a call that comes while an answer is awaited (the records of a state machine) is served inside it.
 */
public final class Main {
    /** `args`: the artifact's JAR, then that of the published interfaces. */
    public static void main(String[] args) throws Exception {
        File artifact = new File(args[0]).getAbsoluteFile();
        File interfaces = new File(args[1]).getAbsoluteFile();
        File own = new File(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<File> readable = new ArrayList<>(SparkPlace.readable());
        readable.addAll(Arrays.asList(artifact.getParentFile(), own.getParentFile(), interfaces.getParentFile()));
        String whyOpen = Containment.install(SparkPlace.scratch(), readable, SparkPlace.homes());
        SparkPlace.takeDefaults();
        InputStream in = new FileInputStream(Descriptors.of(0));
        OutputStream out = new FileOutputStream(Descriptors.of(1));
        Descriptors.pointTo(java.io.FileDescriptor.in, Descriptors.ofNull());
        Descriptors.pointTo(java.io.FileDescriptor.out, 3);
        System.setOut(new PrintStream(new FileOutputStream(java.io.FileDescriptor.out), true, "UTF-8"));

        // One loader for host, interfaces and artifact, so that interfaces can name types that only the artifact has; ours come first.
        List<URL> path = new ArrayList<>(Arrays.asList(own.toURI().toURL(), interfaces.toURI().toURL(), artifact.toURI().toURL()));
        path.addAll(SparkPlace.jars());
        ClassLoader loader = new URLClassLoader(path.toArray(new URL[0]), ClassLoader.getSystemClassLoader().getParent());
        Thread.currentThread().setContextClassLoader(loader);
        System.setErr(new PrintStream(new FileOutputStream(java.io.FileDescriptor.err), true, "UTF-8"));
        if (whyOpen != null) System.err.println("The handler is not contained: " + whyOpen + "; Java 17 and 21 need none.");
        Class<?> host = Class.forName(Main.class.getPackage().getName() + ".Host", true, loader);
        host.getMethod("serve", InputStream.class, OutputStream.class, File.class).invoke(null, in, out, artifact);
    }
}
