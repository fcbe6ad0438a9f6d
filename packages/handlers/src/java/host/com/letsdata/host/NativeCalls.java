package com.letsdata.host;

import java.lang.invoke.MethodHandle;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Calls of the C library through java.lang.foreign, which is there from Java 22 on: by reflection, because the host is compiled for
 * Java 8. Arguments and answers are longs; pointers are addresses.
 */
final class NativeCalls {
    private final Object linker = of("Linker").getMethod("nativeLinker").invoke(null);
    private final Object libraries = of("Linker").getMethod("defaultLookup").invoke(linker);
    private final Object arena = of("Arena").getMethod("global").invoke(null);
    private final Object longLayout = of("ValueLayout").getField("JAVA_LONG").get(null);

    NativeCalls() throws ReflectiveOperationException {}

    /** `fixed`: how many arguments the C declaration names; the rest are variadic. Throws what the linker says. */
    long call(String function, int fixed, long... arguments) throws Throwable {
        Optional<?> symbol = (Optional<?>) of("SymbolLookup").getMethod("find", String.class).invoke(libraries, function);
        Object parameters = Array.newInstance(of("MemoryLayout"), arguments.length);
        Arrays.fill((Object[]) parameters, longLayout);
        Object type = of("FunctionDescriptor").getMethod("of", of("MemoryLayout"), parameters.getClass()).invoke(null, longLayout, parameters);
        Class<?> option = of("Linker$Option");
        Object options = Array.newInstance(option, fixed < arguments.length ? 1 : 0);
        if (fixed < arguments.length) Array.set(options, 0, option.getMethod("firstVariadicArg", int.class).invoke(null, fixed));
        MethodHandle handle = (MethodHandle) of("Linker")
                .getMethod("downcallHandle", of("MemorySegment"), of("FunctionDescriptor"), options.getClass())
                .invoke(linker, symbol.get(), type, options);
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < values.length; i++) values[i] = arguments[i];
        return (Long) handle.invokeWithArguments(values);
    }

    /** Memory that is never freed, in the byte order of the machine. */
    Memory allocate(int bytes) throws ReflectiveOperationException {
        Object segment = of("Arena").getMethod("allocate", long.class, long.class).invoke(arena, (long) bytes, 8L);
        ByteBuffer buffer = (ByteBuffer) of("MemorySegment").getMethod("asByteBuffer").invoke(segment);
        return new Memory((Long) of("MemorySegment").getMethod("address").invoke(segment), buffer.order(ByteOrder.nativeOrder()));
    }

    /** The address of a text that ends with a zero byte. */
    long text(String text) throws ReflectiveOperationException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Memory memory = allocate(bytes.length + 1);
        memory.bytes.put(bytes).put((byte) 0);
        return memory.address;
    }

    private static Class<?> of(String name) throws ClassNotFoundException {
        return Class.forName("java.lang.foreign." + name);
    }

    static final class Memory {
        final long address;
        final ByteBuffer bytes;

        Memory(long address, ByteBuffer bytes) {
            this.address = address;
            this.bytes = bytes;
        }
    }
}
