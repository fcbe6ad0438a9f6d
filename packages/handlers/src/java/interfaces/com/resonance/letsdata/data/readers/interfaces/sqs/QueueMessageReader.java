package com.resonance.letsdata.data.readers.interfaces.sqs;

import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import java.util.Map;

public interface QueueMessageReader {
    /** Group and deduplication id are null for standard queues; binary attributes are base64. */
    ParseDocumentResult parseMessage(
            String messageId, String messageGroupId, String messageDeduplicationId, Map<String, String> messageAttributes, String messageBody);
}
