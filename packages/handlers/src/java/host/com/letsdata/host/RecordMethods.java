package com.letsdata.host;

import com.resonance.letsdata.data.readers.interfaces.dynamodb.DynamoDBTableItemReader;
import com.resonance.letsdata.data.readers.interfaces.dynamodbstreams.DynamoDBStreamsRecordReader;
import com.resonance.letsdata.data.readers.interfaces.kinesis.KinesisRecordReader;
import com.resonance.letsdata.data.readers.interfaces.parsers.SingleFileParser;
import com.resonance.letsdata.data.readers.interfaces.sqs.QueueMessageReader;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.Map;

/** How a record becomes the arguments of a published method. */
final class RecordMethods {
    /** One record: what precedes its bytes in the method's parameters, and where its bytes are in a frame. */
    interface RecordMethod {
        ParseDocumentResult call(RecordHeads head, byte[] bytes, int from, int end);
    }

    private RecordMethods() {}

    static RecordMethod of(Object handler, String interfaceName) {
        switch (interfaceName) {
            case "SingleFileParser":
                SingleFileParser parser = (SingleFileParser) handler;
                return (head, bytes, from, end) ->
                        parser.parseDocument(text(head, 0), text(head, 1), number(head, 2), longer(bytes, from, end), 0, end - from);
            case "QueueMessageReader":
                QueueMessageReader queue = (QueueMessageReader) handler;
                return (head, bytes, from, end) ->
                        queue.parseMessage(text(head, 0), text(head, 1), text(head, 2), map(head.get(3)), utf8(bytes, from, end));
            case "KinesisRecordReader":
                KinesisRecordReader stream = (KinesisRecordReader) handler;
                return (head, bytes, from, end) -> stream.parseMessage(
                        text(head, 0), text(head, 1), text(head, 2), text(head, 3), date(head.get(4), 1),
                        ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, end)));
            case "DynamoDBStreamsRecordReader":
                DynamoDBStreamsRecordReader changes = (DynamoDBStreamsRecordReader) handler;
                return (head, bytes, from, end) -> {
                    Map<String, Object> images = json(bytes, from, end);
                    return changes.parseRecord(
                            text(head, 0), text(head, 1), text(head, 2), text(head, 3), text(head, 4), text(head, 5), text(head, 6),
                            (Long) head.get(7), text(head, 8), date(head.get(9), 1000),
                            values(images, "keys"), values(images, "oldImage"), values(images, "newImage"));
                };
            case "DynamoDBTableItemReader":
                DynamoDBTableItemReader table = (DynamoDBTableItemReader) handler;
                return (head, bytes, from, end) -> {
                    Map<String, Object> row = json(bytes, from, end);
                    return table.parseDynamoDBItem(text(head, 0), (int) number(head, 1), values(row, "keys"), values(row, "item"));
                };
            default:
                throw new IllegalArgumentException(interfaceName + " takes no single records");
        }
    }

    /** Published handlers may check that the array goes on behind the record. */
    static byte[] longer(byte[] bytes, int from, int end) {
        byte[] copy = new byte[end - from + 1];
        System.arraycopy(bytes, from, copy, 0, end - from);
        return copy;
    }

    private static String text(RecordHeads head, int index) {
        return (String) head.get(index);
    }

    private static long number(RecordHeads head, int index) {
        return ((Number) head.get(index)).longValue();
    }

    private static Date date(Object value, int milliseconds) {
        return value == null ? null : new Date(((Number) value).longValue() * milliseconds);
    }

    private static String utf8(byte[] bytes, int from, int end) {
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    private static Map<String, Object> json(byte[] bytes, int from, int end) {
        return map(JsonReader.read(bytes, from, end, true));
    }

    private static Map<String, Object> values(Map<String, Object> record, String member) {
        Object found = record.get(member);
        return found == null ? Collections.emptyMap() : map(found);
    }

    @SuppressWarnings("unchecked")
    private static <T> Map<String, T> map(Object value) {
        return (Map<String, T>) value;
    }
}
