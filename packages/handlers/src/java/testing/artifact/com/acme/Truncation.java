package com.acme;

import java.io.RandomAccessFile;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Empties a file: by the C library where Java can call it, which needs no open file; else as Java does. */
final class Truncation {
    private Truncation() {}

    static String tried(String path) {
        try {
            if (!hasForeign()) new RandomAccessFile(path, "rw").setLength(0);
            else if (truncate(path) != 0) return "\"refused\"";
            return "\"allowed\"";
        } catch (Exception thrown) {
            return SingleFileParser.isRefusal(thrown) ? "\"refused\"" : Doc.quoted(thrown.toString());
        } catch (Throwable thrown) {
            return Doc.quoted(thrown.toString());
        }
    }

    private static boolean hasForeign() {
        String version = System.getProperty("java.specification.version");
        return !version.startsWith("1.") && Integer.parseInt(version) >= 22;
    }

    /** By reflection: the artifact is compiled for Java 8. */
    private static int truncate(String path) throws Throwable {
        Object linker = of("Linker").getMethod("nativeLinker").invoke(null);
        Object libraries = of("Linker").getMethod("defaultLookup").invoke(linker);
        Optional<?> symbol = (Optional<?>) of("SymbolLookup").getMethod("find", String.class).invoke(libraries, "truncate");
        Object layouts = Array.newInstance(of("MemoryLayout"), 2);
        Array.set(layouts, 0, of("ValueLayout").getField("ADDRESS").get(null));
        Array.set(layouts, 1, of("ValueLayout").getField("JAVA_LONG").get(null));
        Object type = of("FunctionDescriptor")
                .getMethod("of", of("MemoryLayout"), layouts.getClass())
                .invoke(null, of("ValueLayout").getField("JAVA_INT").get(null), layouts);
        Object options = Array.newInstance(of("Linker$Option"), 0);
        MethodHandle handle = (MethodHandle) of("Linker")
                .getMethod("downcallHandle", of("MemorySegment"), of("FunctionDescriptor"), options.getClass())
                .invoke(linker, symbol.get(), type, options);
        byte[] bytes = (path + "\0").getBytes(StandardCharsets.UTF_8);
        Object arena = of("Arena").getMethod("global").invoke(null);
        Object text = of("Arena").getMethod("allocate", long.class, long.class).invoke(arena, (long) bytes.length, 1L);
        ((java.nio.ByteBuffer) of("MemorySegment").getMethod("asByteBuffer").invoke(text)).put(bytes);
        return (Integer) handle.invokeWithArguments(text, 0L);
    }

    private static Class<?> of(String name) throws ClassNotFoundException {
        return Class.forName("java.lang.foreign." + name);
    }
}
