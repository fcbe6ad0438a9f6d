package com.resonance.letsdata.data.readers.interfaces.dynamodb;

import com.resonance.letsdata.data.readers.model.ParseDocumentResult;
import java.util.Map;

public interface DynamoDBTableItemReader {
    /** Plain values without type tags; numbers are BigDecimal. */
    ParseDocumentResult parseDynamoDBItem(String tableName, int segmentNumber, Map<String, Object> keys, Map<String, Object> item);
}
