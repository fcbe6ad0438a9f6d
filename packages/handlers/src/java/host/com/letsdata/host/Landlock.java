package com.letsdata.host;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What keeps customer code from the machine where Java has no SecurityManager any more: the same kernel rules as the Python host's.
 * They hold for the thread that asks for them and what it starts, and a Java process has threads before its first line runs: so the
 * process asks for them and then begins again as a new program, whose every thread has them. It keeps its process id and descriptors.
 */
final class Landlock {
    private static final String CONTAINED = "letsdata.contained";
    // https://docs.kernel.org/userspace-api/landlock.html: the numbers are the same on every architecture.
    private static final long CREATE_RULESET = 444;
    private static final long ADD_RULE = 445;
    private static final long RESTRICT_SELF = 446;
    private static final long RULE_PATH_BENEATH = 1;
    private static final long EXECUTE = 1;
    private static final long WRITE_FILE = 1 << 1;
    private static final long READ_FILE = 1 << 2;
    private static final long READ_DIR = 1 << 3;
    private static final long FILE_RIGHTS = (1 << 13) - 1;
    /** Renaming from one folder to another: before the rules know it, it is always refused. */
    private static final long REFER = 1 << 13;
    private static final int REFER_SINCE = 2;
    private static final long TRUNCATE = 1 << 14;
    private static final int TRUNCATE_SINCE = 3;
    private static final long IOCTL_DEV = 1 << 15;
    private static final int IOCTL_DEV_SINCE = 5;
    private static final long SCOPES = 1 | 2; // abstract sockets, signals
    private static final int SCOPES_SINCE = 6;
    private static final long NO_NEW_PRIVILEGES = 38;
    private static final long PATH_ONLY = 010000000;
    private static final long CLOSE_ON_EXEC = 02000000;
    private static final long ONLY_TO_READ = READ_FILE | READ_DIR;

    private final NativeCalls calls;
    private final long ruleset;

    private Landlock(NativeCalls calls, long ruleset) {
        this.calls = calls;
        this.ruleset = ruleset;
    }

    static boolean holds() {
        return System.getProperty(CONTAINED) != null;
    }

    /** Begins this process again with the rules; returns only to say why this system cannot. */
    static String beginAgain(Collection<String> readable, Collection<String> writable) {
        if (!System.getProperty("os.name").equals("Linux")) return "this system has no Landlock";
        try {
            NativeCalls calls = new NativeCalls();
            long version = calls.call("syscall", 1, CREATE_RULESET, 0, 0, 1);
            if (version < 1) return "this kernel has no Landlock";
            NativeCalls.Memory rights = calls.allocate(24);
            long fileRights = fileRights(version);
            rights.bytes.putLong(fileRights).putLong(0).putLong(SCOPES);
            long ruleset = calls.call("syscall", 1, CREATE_RULESET, rights.address, version >= SCOPES_SINCE ? 24 : 8, 0);
            if (ruleset < 0) return "Landlock refused a ruleset";
            String program = Files.readSymbolicLink(Paths.get("/proc/self/exe")).toString();
            Landlock rules = new Landlock(calls, ruleset);
            for (String path : readable) rules.allow(path, ONLY_TO_READ);
            for (String path : writable) rules.allow(path, fileRights & ~EXECUTE);
            for (String path : Arrays.asList("/dev/null", "/dev/zero")) rules.allow(path, READ_FILE | WRITE_FILE);
            // Without the right to run Java and what loads it there is no beginning again; what it starts has the same rules.
            rules.allow(program, READ_FILE | EXECUTE);
            for (String path : loaders()) rules.allow(path, READ_FILE | EXECUTE);
            return rules.enter(program, commandLine());
        } catch (Throwable failed) {
            return "the C library cannot be called (" + failed + ")";
        }
    }

    private static long fileRights(long version) {
        long rights = FILE_RIGHTS;
        if (version >= REFER_SINCE) rights |= REFER;
        if (version >= TRUNCATE_SINCE) rights |= TRUNCATE;
        if (version >= IOCTL_DEV_SINCE) rights |= IOCTL_DEV;
        return rights;
    }

    private String enter(String program, List<String> arguments) throws Throwable {
        arguments.add(1, "-D" + CONTAINED + "=true");
        NativeCalls.Memory pointers = calls.allocate(8 * (arguments.size() + 1));
        for (String argument : arguments) pointers.bytes.putLong(calls.text(argument));
        pointers.bytes.putLong(0);
        long path = calls.text(program);
        calls.call("prctl", 1, NO_NEW_PRIVILEGES, 1, 0, 0, 0);
        if (calls.call("syscall", 1, RESTRICT_SELF, ruleset, 0) != 0) return "Landlock refused";
        calls.call("execv", 2, path, pointers.address);
        return "Java could not begin again";
    }

    private void allow(String path, long rights) throws Throwable {
        // An int comes back, and this reads a long: only its lower half counts.
        int descriptor = (int) calls.call("open", 2, calls.text(path), PATH_ONLY | CLOSE_ON_EXEC);
        if (descriptor < 0) return;
        NativeCalls.Memory rule = calls.allocate(12);
        rule.bytes.putLong(new File(path).isDirectory() ? rights : rights & ~READ_DIR).putInt(descriptor);
        calls.call("syscall", 1, ADD_RULE, ruleset, RULE_PATH_BENEATH, rule.address, 0);
        calls.call("close", 1, descriptor);
    }

    /** What the kernel loaded Java with: it wants the right to run that, too. */
    private static Set<String> loaders() throws IOException {
        Set<String> found = new HashSet<>();
        for (String line : Files.readAllLines(Paths.get("/proc/self/maps"), StandardCharsets.UTF_8)) {
            int path = line.indexOf('/');
            if (path >= 0 && new File(line.substring(path)).getName().matches("ld[-.].*")) found.add(line.substring(path));
        }
        return found;
    }

    private static List<String> commandLine() throws IOException {
        String line = new String(Files.readAllBytes(Paths.get("/proc/self/cmdline")), StandardCharsets.UTF_8);
        return new ArrayList<>(Arrays.asList(line.split("\0")));
    }
}
