from told import result_of


class QueueMessageReader:
    def parseMessage(self, messageId, messageGroupId, messageDeduplicationId, messageAttributes, messageBody):
        return result_of(messageBody, [messageId, messageGroupId, messageDeduplicationId, messageAttributes, messageBody])
