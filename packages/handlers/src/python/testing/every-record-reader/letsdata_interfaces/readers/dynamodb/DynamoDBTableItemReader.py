from told import result_of


class DynamoDBTableItemReader:
    def parseDynamoDBItem(self, tableName, segmentNumber, keys, item):
        return result_of(item["text"], [tableName, segmentNumber, keys, item])
