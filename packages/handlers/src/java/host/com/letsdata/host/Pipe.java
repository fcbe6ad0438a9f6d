package com.letsdata.host;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.LinkedTransferQueue;

/**
 * Frames over the pipe to the engine: uint32 length of all that follows, uint32 length of the JSON, the JSON, raw bytes. A thread of its
 * own reads, so that the process ends with the engine also in the middle of customer code.
 */
final class Pipe {
    private final LinkedTransferQueue<Frame> received = new LinkedTransferQueue<>();
    private final OutputStream out;

    Pipe(InputStream in, OutputStream out) {
        this.out = out;
        Thread reading = new Thread(() -> read(new DataInputStream(new BufferedInputStream(in, 1 << 16))), Containment.PIPE_THREAD);
        reading.setDaemon(true);
        reading.start();
    }

    Frame receive() throws InterruptedException {
        return received.take();
    }

    /** Whole: a handler's other thread may end the process while an answer is being sent. */
    synchronized void send(byte[] frame) throws IOException {
        out.write(frame);
    }

    static byte[] encode(Map<String, ?> message) {
        return encode(message, new byte[0]);
    }

    static byte[] encode(Map<String, ?> message, byte[] blob) {
        byte[] text = JsonWriter.write(message).getBytes(StandardCharsets.UTF_8);
        int rest = 4 + text.length + blob.length;
        return ByteBuffer.allocate(4 + rest).putInt(rest).putInt(text.length).put(text).put(blob).array();
    }

    private void read(DataInputStream in) {
        try {
            for (;;) {
                int rest = in.readInt() - 4;
                int jsonLength = in.readInt();
                received.add(frame(in, rest, jsonLength));
            }
        } catch (IOException end) {
            // Without the engine there is nothing to work for.
        } finally {
            Runtime.getRuntime().halt(0);
        }
    }

    private static Frame frame(DataInputStream in, int length, int jsonLength) throws IOException {
        byte[] bytes;
        try {
            bytes = new byte[length];
        } catch (OutOfMemoryError tooLarge) {
            for (long left = length; left > 0; left -= in.skip(left)) {
                in.readByte();
                left--;
            }
            return new Frame(null, 0);
        }
        in.readFully(bytes);
        return new Frame(bytes, jsonLength);
    }

    /** JSON up to `jsonLength`, then raw bytes; `bytes` is null when there was no memory for them. */
    static final class Frame {
        final byte[] bytes;
        final int jsonLength;

        Frame(byte[] bytes, int jsonLength) {
            this.bytes = bytes;
            this.jsonLength = jsonLength;
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> message() {
            if (bytes == null) throw new OutOfMemoryError("a batch of records does not fit");
            return (Map<String, Object>) JsonReader.read(bytes, 0, jsonLength, false);
        }
    }
}
