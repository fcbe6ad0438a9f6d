from told import result_of


class KinesisRecordReader:
    def parseMessage(self, streamArn, shardId, partitionKey, sequenceNumber, approximateArrivalTimestamp, data):
        return result_of(data.decode(), [streamArn, shardId, partitionKey, sequenceNumber, approximateArrivalTimestamp, data])
