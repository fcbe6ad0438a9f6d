package com.resonance.letsdata.data.readers.interfaces.kinesis;

import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import java.nio.ByteBuffer;
import java.util.Date;

public interface KinesisRecordReader {
    /** data.array() is the exact payload. */
    ParseDocumentResult parseMessage(
            String streamArn, String shardId, String partitionKey, String sequenceNumber, Date approximateArrivalTimestamp, ByteBuffer data);
}
