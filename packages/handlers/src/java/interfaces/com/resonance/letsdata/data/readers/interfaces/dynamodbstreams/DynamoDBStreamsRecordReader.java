package com.resonance.letsdata.data.readers.interfaces.dynamodbstreams;

import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import java.util.Date;
import java.util.Map;

public interface DynamoDBStreamsRecordReader {
    /** eventName is INSERT, MODIFY or REMOVE; an absent image is empty; numbers are BigDecimal. */
    ParseDocumentResult parseRecord(
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
            Map<String, Object> newImage);
}
