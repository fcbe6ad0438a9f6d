"""The function of a Lambda image: answers LetsData's requests with the classes in letsdata_interfaces, single records and batches."""

import asyncio
import base64
import importlib
import inspect
import json
import traceback
from enum import Enum

HEADERS = {"Content-Type": "application/json"}
BATCH = 500
"""Records one request may carry."""

MODULES = {
    "SingleFileParser": "parsers",
    "QueueMessageReader": "sqs",
    "KinesisRecordReader": "kinesis",
    "DynamoDBStreamsRecordReader": "dynamodbstreams",
    "DynamoDBTableItemReader": "dynamodb",
}


def lambda_handler(event, context):
    try:
        return {"StatusCode": 200, "headers": HEADERS, "body": _success(_answer(event))}
    except Exception as error:
        return {"StatusCode": 500, "headers": HEADERS, "body": _exception(error)}


def _answer(event):
    interface, method = event["interface"], event["function"]
    if interface == "LetsDataHost" and method == "describe":
        return {"protocol": 2, "batch": BATCH}
    arguments_of = _ARGUMENTS.get((interface, method))
    if arguments_of is None:
        raise Exception(f"this function has no {interface}.{method}")
    module = importlib.import_module(f"letsdata_interfaces.readers.{MODULES[interface]}.{interface}")
    call = getattr(getattr(module, interface)(), method)
    if not event.get("batchedData"):
        return _settled(call(*arguments_of(event["data"])))
    bodies = []
    for item in event["batchedData"]:
        try:
            bodies.append(_success(_settled(call(*arguments_of(item)))))
        except Exception as error:
            bodies.append(_exception(error))
    return bodies


def _settled(returned):
    if inspect.isawaitable(returned):
        returned = asyncio.run(_await(returned))
    return json.loads(json.dumps(returned, default=_plain))


async def _await(awaitable):
    return await awaitable


def _plain(value):
    return value.value if isinstance(value, Enum) else vars(value)


def _success(data):
    return {"statusCode": "SUCCESS", "data": data}


def _exception(error):
    return {
        "statusCode": "EXCEPTION",
        "errorMessage": str(error),
        "exception": {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "stackTrace": "".join(traceback.format_exception(type(error), error, error.__traceback__)),
        },
    }


def _bytes_of(content, data):
    return bytearray(base64.b64decode(content) if data.get("contentEncoding") == "base64" else content.encode("utf-8"))


def _file_record(data):
    body = _bytes_of(data["content"], data)
    return data["s3FileType"], data["fileName"], data["offsetBytes"], body, 0, len(body)


def _message(data):
    body = data["messageBody"]
    text = _bytes_of(body, data).decode("utf-8", "replace") if data.get("contentEncoding") == "base64" else body
    return data["messageId"], data.get("messageGroupId"), data.get("messageDeduplicationId"), data["messageAttributes"], text


def _named(*names):
    return lambda data: tuple(data[name] for name in names)


_STREAM_RECORD = _named(
    "streamArn",
    "shardId",
    "eventId",
    "eventName",
    "identityPrincipalId",
    "identityType",
    "sequenceNumber",
    "sizeBytes",
    "streamViewType",
    "approximateCreationDateTime",
)
_KINESIS_RECORD = _named("streamArn", "shardId", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp")

_ARGUMENTS = {
    ("SingleFileParser", "getS3FileType"): _named(),
    ("SingleFileParser", "getResolvedS3FileName"): _named("s3FileType", "fileName"),
    ("SingleFileParser", "getRecordStartPattern"): _named("s3FileType"),
    ("SingleFileParser", "getRecordEndPattern"): _named("s3FileType"),
    ("SingleFileParser", "parseDocument"): _file_record,
    ("QueueMessageReader", "parseMessage"): _message,
    ("KinesisRecordReader", "parseMessage"): lambda data: (*_KINESIS_RECORD(data), _bytes_of(data["data"], data)),
    ("DynamoDBStreamsRecordReader", "parseRecord"): lambda data: (
        *_STREAM_RECORD(data),
        *_named("keys", "oldImage", "newImage")(data["data"]),
    ),
    ("DynamoDBTableItemReader", "parseDynamoDBItem"): lambda data: (
        data["tableName"],
        data["segmentNumber"],
        *_named("keys", "item")(data["data"]),
    ),
}
