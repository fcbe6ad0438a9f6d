package com.acme;

import com.resonance.letsdata.data.readers.interfaces.dynamodb.DynamoDBTableItemReader;
import com.resonance.letsdata.data.readers.interfaces.dynamodbstreams.DynamoDBStreamsRecordReader;
import com.resonance.letsdata.data.readers.interfaces.kinesis.KinesisRecordReader;
import com.resonance.letsdata.data.readers.interfaces.sqs.QueueMessageReader;
import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import com.resonance.letsdata.data.readers.model.ParseDocumentResultStatus;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;

/** Writes its arguments with their types. */
public class EveryRecordReader
        implements QueueMessageReader, KinesisRecordReader, DynamoDBStreamsRecordReader, DynamoDBTableItemReader {
    @Override
    public ParseDocumentResult parseMessage(
            String messageId, String messageGroupId, String messageDeduplicationId, Map<String, String> messageAttributes, String messageBody) {
        return told(messageId, messageGroupId, messageDeduplicationId, messageAttributes, messageBody);
    }

    @Override
    public ParseDocumentResult parseMessage(
            String streamArn, String shardId, String partitionKey, String sequenceNumber, Date approximateArrivalTimestamp, ByteBuffer data) {
        return told(streamArn, shardId, partitionKey, sequenceNumber, approximateArrivalTimestamp.getTime(), Arrays.toString(data.array()));
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
        return told(eventId, eventName, identityType, sizeBytes, approximateCreationDateTime.getTime(), keys, oldImage, newImage);
    }

    @Override
    public ParseDocumentResult parseDynamoDBItem(
            String tableName, int segmentNumber, Map<String, Object> keys, Map<String, Object> item) {
        return told(tableName, segmentNumber, keys, item, item.get("n").getClass().getSimpleName());
    }

    private static ParseDocumentResult told(Object... arguments) {
        String text = Arrays.toString(arguments);
        return new ParseDocumentResult(null, new Doc(null, "ROW", text, text), ParseDocumentResultStatus.SUCCESS);
    }
}
