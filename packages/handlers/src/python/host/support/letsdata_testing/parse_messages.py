"""Handlers of queues, streams and tables over single records."""

import json

from letsdata_lambda.calls import settled


class _Messages:
    def __init__(self, method, body, made_up, taken=lambda value: value):
        self.method = method
        self.body = body
        """The parameter that a record is which is no dict of arguments."""
        self.made_up = made_up
        """All arguments in their order, for the record of a number."""
        self.taken = taken
        """What the body's parameter gets."""


def _text(value):
    return value.decode("utf-8", "replace") if isinstance(value, (bytes, bytearray)) else value if isinstance(value, str) else json.dumps(value)


def _bytes(value):
    return bytearray(value if isinstance(value, (bytes, bytearray)) else _text(value).encode("utf-8"))


MESSAGES = {
    "QueueMessageReader": _Messages(
        "parseMessage",
        "messageBody",
        lambda index: {
            "messageId": "message-%d" % index,
            "messageGroupId": None,
            "messageDeduplicationId": None,
            "messageAttributes": {},
            "messageBody": "",
        },
        _text,
    ),
    "KinesisRecordReader": _Messages(
        "parseMessage",
        "data",
        lambda index: {
            "streamArn": "arn:aws:kinesis:us-east-1:000000000000:stream/test",
            "shardId": "shardId-000000000000",
            "partitionKey": str(index),
            "sequenceNumber": str(index),
            "approximateArrivalTimestamp": 0,
            "data": "",
        },
        _bytes,
    ),
    "DynamoDBStreamsRecordReader": _Messages(
        "parseRecord",
        "newImage",
        lambda index: {
            "streamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/test/stream/2026-01-01T00:00:00.000",
            "shardId": "shardId-00000000000000000000-00000000",
            "eventId": "event-%d" % index,
            "eventName": "INSERT",
            "identityPrincipalId": None,
            "identityType": None,
            "sequenceNumber": str(index),
            "sizeBytes": None,
            "streamViewType": "NEW_AND_OLD_IMAGES",
            "approximateCreationDateTime": None,
            "keys": {},
            "oldImage": {},
            "newImage": {},
        },
    ),
    "DynamoDBTableItemReader": _Messages(
        "parseDynamoDBItem",
        "item",
        lambda index: {"tableName": "test", "segmentNumber": 0, "keys": {}, "item": {}},
    ),
}


def parse_messages(run, handler, interface, content, records):
    if (content is None) == (records is None):
        raise ValueError("A handler of %s takes either content, as JSON lines, or records." % interface)
    messages = MESSAGES[interface]
    given = records if content is None else _lines(_text(content), messages)
    for index, record in enumerate(given):
        run.add(settled(getattr(handler, messages.method)(*_arguments(messages, index, record))))


def _lines(text, messages):
    """A line is as it would be as a record, but for messages and data that are JSON themselves: those stay text."""
    for line in text.split("\n"):
        if line.strip():
            value = _json(line)
            is_text = messages.taken in (_text, _bytes)
            yield line if is_text and not _is_call(value, messages.made_up(0)) else value


def _json(line):
    try:
        return json.loads(line)
    except ValueError:
        return line


def _arguments(messages, index, record):
    made_up = messages.made_up(index)
    call = {**made_up, **(record if _is_call(record, made_up) else {messages.body: record})}
    call[messages.body] = messages.taken(call[messages.body])
    return list(call.values())


def _is_call(record, made_up):
    return isinstance(record, dict) and len(record) > 0 and all(name in made_up for name in record)
