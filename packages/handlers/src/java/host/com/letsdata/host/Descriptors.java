package com.letsdata.host;

import java.io.FileDescriptor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Field;

/**
 * The JDK names only descriptors 0 to 2. The host needs the pipe for itself and everything customer code writes on another one, also
 * what it writes past System.out, so it sets the numbers within FileDescriptor (opened to it by the manifest's Add-Opens).
 */
final class Descriptors {
    private static RandomAccessFile nothing;

    private Descriptors() {}

    static FileDescriptor of(int number) throws ReflectiveOperationException {
        FileDescriptor descriptor = new FileDescriptor();
        pointTo(descriptor, number);
        return descriptor;
    }

    static void pointTo(FileDescriptor descriptor, int number) throws ReflectiveOperationException {
        number().setInt(descriptor, number);
    }

    static synchronized int ofNull() throws ReflectiveOperationException, IOException {
        if (nothing == null) nothing = new RandomAccessFile("/dev/null", "rw");
        return number().getInt(nothing.getFD());
    }

    private static Field number() throws ReflectiveOperationException {
        Field field = FileDescriptor.class.getDeclaredField("fd");
        field.setAccessible(true);
        return field;
    }
}
