package com.resonance.letsdata.data.testing;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The arguments of one call, by name: those a test states, and made-up ones for what it leaves out. */
final class TestRecord {
    private final Map<String, Object> arguments;

    private TestRecord(Object record, String body, Map<String, Object> madeUp) {
        arguments = madeUp;
        if (record instanceof Map && !((Map<?, ?>) record).isEmpty() && madeUp.keySet().containsAll(((Map<?, ?>) record).keySet())) {
            for (Map.Entry<?, ?> stated : ((Map<?, ?>) record).entrySet()) arguments.put((String) stated.getKey(), stated.getValue());
        } else {
            arguments.put(body, record);
        }
    }

    static TestRecord message(Object record, int index) {
        Map<String, Object> madeUp = new LinkedHashMap<>();
        madeUp.put("messageId", "message-" + index);
        madeUp.put("messageGroupId", null);
        madeUp.put("messageDeduplicationId", null);
        madeUp.put("messageAttributes", Collections.emptyMap());
        madeUp.put("messageBody", "");
        return new TestRecord(record, "messageBody", madeUp);
    }

    static TestRecord ofStream(Object record, int index) {
        Map<String, Object> madeUp = new LinkedHashMap<>();
        madeUp.put("streamArn", "arn:aws:kinesis:us-east-1:000000000000:stream/test");
        madeUp.put("shardId", "shardId-000000000000");
        madeUp.put("partitionKey", String.valueOf(index));
        madeUp.put("sequenceNumber", String.valueOf(index));
        madeUp.put("approximateArrivalTimestamp", new Date(0));
        madeUp.put("data", "");
        return new TestRecord(record, "data", madeUp);
    }

    static TestRecord change(Object record, int index) {
        Map<String, Object> madeUp = new LinkedHashMap<>();
        madeUp.put("streamArn", "arn:aws:dynamodb:us-east-1:000000000000:table/test/stream/2026-01-01T00:00:00.000");
        madeUp.put("shardId", "shardId-00000000000000000000-00000000");
        madeUp.put("eventId", "event-" + index);
        madeUp.put("eventName", "INSERT");
        madeUp.put("identityPrincipalId", null);
        madeUp.put("identityType", null);
        madeUp.put("sequenceNumber", String.valueOf(index));
        madeUp.put("sizeBytes", null);
        madeUp.put("streamViewType", "NEW_AND_OLD_IMAGES");
        madeUp.put("approximateCreationDateTime", null);
        madeUp.put("keys", Collections.emptyMap());
        madeUp.put("oldImage", Collections.emptyMap());
        madeUp.put("newImage", Collections.emptyMap());
        return new TestRecord(record, "newImage", madeUp);
    }

    static TestRecord item(Object record) {
        Map<String, Object> madeUp = new LinkedHashMap<>();
        madeUp.put("tableName", "test");
        madeUp.put("segmentNumber", 0);
        madeUp.put("keys", Collections.emptyMap());
        madeUp.put("item", Collections.emptyMap());
        return new TestRecord(record, "item", madeUp);
    }

    String text(String name) {
        return get(name, String.class);
    }

    Date date(String name) {
        return get(name, Date.class);
    }

    Long number(String name) {
        Number number = get(name, Number.class);
        return number == null ? null : number.longValue();
    }

    @SuppressWarnings("unchecked")
    Map<String, String> texts(String name) {
        return get(name, Map.class);
    }

    /** Numbers become BigDecimal, as they are in a task. */
    @SuppressWarnings("unchecked")
    Map<String, Object> values(String name) {
        return (Map<String, Object>) plain(get(name, Map.class));
    }

    ByteBuffer bytes(String name) {
        Object value = arguments.get(name);
        if (value instanceof String) return ByteBuffer.wrap(((String) value).getBytes(StandardCharsets.UTF_8));
        if (value instanceof byte[]) return ByteBuffer.wrap(((byte[]) value).clone());
        return get(name, ByteBuffer.class);
    }

    private <T> T get(String name, Class<T> type) {
        Object value = arguments.get(name);
        if (value == null || type.isInstance(value)) return type.cast(value);
        throw new IllegalArgumentException(name + " must be a " + type.getSimpleName() + ", but is a " + value.getClass().getName());
    }

    private static Object plain(Object value) {
        if (value instanceof Map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) copy.put(entry.getKey(), plain(entry.getValue()));
            return copy;
        }
        if (value instanceof List) {
            List<Object> copy = new ArrayList<>();
            for (Object each : (List<?>) value) copy.add(plain(each));
            return copy;
        }
        return value instanceof Number && !(value instanceof BigDecimal) ? new BigDecimal(value.toString()) : value;
    }
}
