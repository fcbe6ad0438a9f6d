package com.acme;

import com.resonance.letsdata.data.documents.implementation.ErrorDoc;
import com.resonance.letsdata.data.readers.interfaces.dynamodb.DynamoDBTableItemReader;
import com.resonance.letsdata.data.readers.interfaces.dynamodbstreams.DynamoDBStreamsRecordReader;
import com.resonance.letsdata.data.readers.interfaces.kinesis.KinesisRecordReader;
import com.resonance.letsdata.data.readers.interfaces.sqs.QueueMessageReader;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Does what the text of a record says; a document tells the call's arguments. */
public class EveryRecordReader
        implements QueueMessageReader, KinesisRecordReader, DynamoDBStreamsRecordReader, DynamoDBTableItemReader {
    @Override
    public ParseDocumentResult parseMessage(
            String messageId, String messageGroupId, String messageDeduplicationId, Map<String, String> messageAttributes, String messageBody) {
        return result(messageBody, messageId, messageGroupId, messageDeduplicationId, messageAttributes, messageBody);
    }

    @Override
    public ParseDocumentResult parseMessage(
            String streamArn, String shardId, String partitionKey, String sequenceNumber, Date approximateArrivalTimestamp, ByteBuffer data) {
        String text = new String(data.array(), StandardCharsets.UTF_8);
        return result(text, streamArn, shardId, partitionKey, sequenceNumber, approximateArrivalTimestamp.getTime(), data.array());
    }

    @Override
    public ParseDocumentResult parseRecord(
            String streamArn,
            String shardId,
            String eventId,
            String eventName,
            String identityPrincipalId,
            String identityType,
            String sequenceNumber,
            Long sizeBytes,
            String streamViewType,
            Date approximateCreationDateTime,
            Map<String, Object> keys,
            Map<String, Object> oldImage,
            Map<String, Object> newImage) {
        Long seconds = approximateCreationDateTime == null ? null : approximateCreationDateTime.getTime() / 1000;
        return result(
                textOf(newImage), streamArn, shardId, eventId, eventName, identityPrincipalId, identityType, sequenceNumber,
                sizeBytes, streamViewType, seconds, keys, oldImage, newImage);
    }

    @Override
    public ParseDocumentResult parseDynamoDBItem(
            String tableName, int segmentNumber, Map<String, Object> keys, Map<String, Object> item) {
        return result(textOf(item), tableName, segmentNumber, keys, item);
    }

    private static String textOf(Map<String, Object> values) {
        return String.valueOf(values.get("text"));
    }

    private static ParseDocumentResult result(String text, Object... arguments) {
        if (text.startsWith("throw")) throw new IllegalArgumentException(text);
        if (text.startsWith("skip")) return new ParseDocumentResult(null, null, ParseDocumentResultStatus.SKIP);
        if (text.startsWith("error")) {
            ErrorDoc error = new ErrorDoc(null, null, text, null, null, null, null, null);
            return new ParseDocumentResult(null, error, ParseDocumentResultStatus.ERROR);
        }
        StringJoiner told = new StringJoiner(",", "[", "]");
        for (Object argument : arguments) told.add(json(argument));
        String body = "{\"text\":" + Doc.quoted(text) + ",\"arguments\":" + told + "}";
        return new ParseDocumentResult(null, new Doc(text, "ROW", text, body), ParseDocumentResultStatus.SUCCESS);
    }

    /** A number of a map that is no BigDecimal is told as its class. */
    private static String json(Object value) {
        if (value instanceof byte[]) {
            StringJoiner bytes = new StringJoiner(",", "{\"bytes\":[", "]}");
            for (byte each : (byte[]) value) bytes.add(String.valueOf(each & 0xff));
            return bytes.toString();
        }
        if (value instanceof Map) {
            StringJoiner members = new StringJoiner(",", "{", "}");
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                Object member = entry.getValue();
                boolean isExact = !(member instanceof Number) || member instanceof BigDecimal;
                members.add(Doc.quoted((String) entry.getKey()) + ":" + json(isExact ? member : member.getClass().getName()));
            }
            return members.toString();
        }
        if (value instanceof List) {
            StringJoiner items = new StringJoiner(",", "[", "]");
            for (Object item : (List<?>) value) items.add(json(item));
            return items.toString();
        }
        return value instanceof String ? Doc.quoted((String) value) : String.valueOf(value);
    }
}
