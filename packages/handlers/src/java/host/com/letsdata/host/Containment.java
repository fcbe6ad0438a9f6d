package com.letsdata.host;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FilePermission;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.LinkPermission;
import java.security.Permission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What customer code may reach: its artifact, Java itself and what Java needs of the system, to read; nothing to write, start, signal
 * or exit; Spark has one folder of its own to write into. It holds for the whole process, whoever calls.
 *
 * Java 8 to 23 have it. There it guards against accidents and not against an adversary: reflection on these very fields,
 * sun.misc.Unsafe and native libraries undo it, and Spark opens more of Java. Java 24 took it away, and the kernel holds the process
 * instead (Landlock), which nothing inside can undo: that is for tenants who do not trust each other.
 */
@SuppressWarnings({"removal", "deprecation"})
final class Containment extends SecurityManager {
    static final String PIPE_THREAD = "letsdata-pipe";
    private static final String[] SYSTEM = {
        "/usr/lib", "/usr/local/lib", "/lib", "/lib64", "/usr/share/zoneinfo", "/usr/share/javazi", "/etc/localtime", "/etc/timezone",
        "/etc/ssl", "/etc/pki", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/mime.types", "/proc/cpuinfo",
        "/proc/meminfo", "/proc/stat", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"
    };
    private static final Set<String> WRITABLE = new HashSet<>(Arrays.asList("/dev/null", "/dev/zero"));
    private static final Set<String> REFUSED = new HashSet<>(Arrays.asList(
            "setSecurityManager", "manageProcess", "accessUnixDomainSocket", "attachVirtualMachine", "accessFlightRecorder"));
    private static final int FIRST_WITHOUT = 24;
    private final String[] readable;
    private final String[] writable;
    private final Set<String> seen;

    private Containment(Set<String> readable, Set<String> writable, Set<String> seen) {
        this.seen = seen;
        this.readable = readable.toArray(new String[0]);
        this.writable = writable.toArray(new String[0]);
    }

    /**
     * Returns null, or why this system cannot contain anything. From Java 24 on the process may begin again: call it first of all.
     * `seen`: folders that are seen to be there, without what is in them.
     */
    static String install(File scratch, List<File> folders, List<File> seen) throws Exception {
        if (Landlock.holds()) return null;
        List<String> paths = new ArrayList<>(Arrays.asList(SYSTEM));
        paths.add(System.getProperty("java.home"));
        for (File folder : folders) paths.add(folder.getPath());
        Set<String> writable = scratch == null ? new HashSet<>() : everyName(Arrays.asList(scratch.getPath()));
        Set<String> readable = everyName(paths);
        readable.addAll(writable);
        if (javaVersion() >= FIRST_WITHOUT) return Landlock.beginAgain(readable, writable);
        List<String> seenPaths = new ArrayList<>();
        for (File folder : seen) seenPaths.add(folder.getPath());
        return install(new Containment(readable, writable, everyName(seenPaths)));
    }

    private static Set<String> everyName(List<String> paths) throws IOException {
        Set<String> names = new HashSet<>();
        for (String path : paths) {
            names.add(new File(path).getAbsolutePath());
            names.add(new File(path).getCanonicalPath());
        }
        return names;
    }

    private static int javaVersion() {
        String version = System.getProperty("java.specification.version");
        return Integer.parseInt(version.startsWith("1.") ? version.substring(2) : version);
    }

    private static String install(Containment containment) throws Exception {
        allow();
        // Java 17 and newer warn of its end on standard error, which is the customer's log.
        Descriptors.pointTo(FileDescriptor.err, Descriptors.ofNull());
        try {
            System.setSecurityManager(containment);
            return null;
        } finally {
            System.err.flush();
            Descriptors.pointTo(FileDescriptor.err, 2);
        }
    }

    /** Java 18 to 23 want -Djava.security.manager=allow, which Java 8 to 11 take for a class name. */
    private static void allow() {
        try {
            Field field = System.class.getDeclaredField("allowSecurityManager");
            field.setAccessible(true);
            field.setInt(null, 2);
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            // An older or newer Java; setSecurityManager says what it can do.
        }
    }

    @Override
    public void checkRead(String file) {
        if (!isIn(readable, file) && !seen.contains(plain(file))) throw refusal("read", file);
    }

    private static boolean isIn(String[] folders, String file) {
        String path = plain(file);
        for (String known : folders) {
            if (path.startsWith(known) && (path.length() == known.length() || path.charAt(known.length()) == '/')) return true;
        }
        return false;
    }

    @Override
    public void checkRead(String file, Object context) {
        checkRead(file);
    }

    @Override
    public void checkWrite(String file) {
        if (!WRITABLE.contains(file) && !isIn(writable, file)) throw refusal("write", file);
    }

    @Override
    public void checkDelete(String file) {
        if (!isIn(writable, file)) throw refusal("delete", file);
    }

    @Override
    public void checkExec(String command) {
        throw refusal("start", command);
    }

    @Override
    public void checkExit(int status) {
        if (!Thread.currentThread().getName().equals(PIPE_THREAD)) throw new ProcessEnding();
    }

    @Override
    public void checkPermission(Permission permission) {
        if (permission instanceof FilePermission) {
            boolean isReading = permission.getActions().equals("read");
            if (!isReading && !isIn(writable, permission.getName())) throw refusal(permission.getActions(), permission.getName());
            checkRead(permission.getName());
        } else if (permission instanceof LinkPermission) {
            // A link in the one folder it may write into would lead out of it.
            throw refusal("link", permission.getName());
        } else if (REFUSED.contains(permission.getName())) {
            throw refusal("do", permission.getName());
        }
    }

    @Override
    public void checkPermission(Permission permission, Object context) {
        checkPermission(permission);
    }

    @Override
    public void checkPackageAccess(String name) {}

    private static String plain(String file) {
        String path = new File(file).getAbsolutePath();
        if (!path.contains("/.")) return path;
        try {
            return new File(path).getCanonicalPath();
        } catch (IOException unknown) {
            throw refusal("read", file);
        }
    }

    private static SecurityException refusal(String deed, String what) {
        return new SecurityException("A handler may not " + deed + " " + what);
    }
}
