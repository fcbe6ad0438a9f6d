import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { RecordSource, SourceRecord } from "@letsdata/plugin-kit/reader";

/** A message as a handler gets it. Its receipt handle is nobody's business but the reader's. */
export function sourceRecord(source: RecordSource, message: Message): SourceRecord {
  const { MessageId = "", Attributes = {}, MessageAttributes = {} } = message;
  const { MessageGroupId, MessageDeduplicationId } = Attributes;
  return {
    source,
    start: MessageId,
    end: MessageId,
    body: Buffer.from(message.Body ?? ""),
    attributes: {
      messageId: MessageId,
      ...(MessageGroupId === undefined ? {} : { messageGroupId: MessageGroupId }),
      ...(MessageDeduplicationId === undefined ? {} : { messageDeduplicationId: MessageDeduplicationId }),
      messageAttributes: JSON.stringify(
        Object.fromEntries(Object.entries(MessageAttributes).map(([name, value]) => [name, textOf(value)])),
      ),
    },
  };
}

/** Binary values as base64. */
function textOf({ StringValue, BinaryValue }: MessageAttributeValue): string {
  return BinaryValue === undefined ? (StringValue ?? "") : Buffer.from(BinaryValue).toString("base64");
}
