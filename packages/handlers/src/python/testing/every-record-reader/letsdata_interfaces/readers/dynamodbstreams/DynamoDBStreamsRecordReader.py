from told import result_of


class DynamoDBStreamsRecordReader:
    async def parseRecord(
        self,
        streamArn,
        shardId,
        eventId,
        eventName,
        identityPrincipalId,
        identityType,
        sequenceNumber,
        sizeBytes,
        streamViewType,
        approximateCreationDateTime,
        keys,
        oldImage,
        newImage,
    ):
        place = [streamArn, shardId, eventId, eventName, identityPrincipalId, identityType, sequenceNumber]
        rest = [sizeBytes, streamViewType, approximateCreationDateTime, keys, oldImage, newImage]
        return result_of(newImage["text"], place + rest)
