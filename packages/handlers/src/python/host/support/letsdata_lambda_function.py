"""The function of a Lambda image: answers LetsData's requests with the classes in letsdata_interfaces.

Single records, batches, and windows of state machines.
"""

import importlib
import importlib.util
import json

from letsdata_lambda.calls import bytes_of, exception_body, settled, success_body
from letsdata_lambda.read_windows import plain, read_windows_of_one, read_windows_of_several

HEADERS = {"Content-Type": "application/json"}
BATCH = 500
"""Records one request may carry."""

MODULES = {
    "SingleFileParser": "parsers.SingleFileParser",
    "SingleFileStateMachineParser": "parsers.SingleFileStateMachineParser",
    "SingleFileStateMachineReader": "SingleFileStateMachineReader",
    "MultipleFileStateMachineReader": "MultipleFileStateMachineReader",
    "QueueMessageReader": "sqs.QueueMessageReader",
    "KinesisRecordReader": "kinesis.KinesisRecordReader",
    "DynamoDBStreamsRecordReader": "dynamodbstreams.DynamoDBStreamsRecordReader",
    "DynamoDBTableItemReader": "dynamodb.DynamoDBTableItemReader",
    "SagemakerVectorsInterface": "sagemaker.SagemakerVectorsInterface",
    "SparkMapperInterface": "spark.SparkMapperInterface",
    "SparkReducerInterface": "spark.SparkReducerInterface",
}


def lambda_handler(event, context):
    try:
        return {"StatusCode": 200, "headers": HEADERS, "body": success_body(_answer(event, context))}
    except Exception as error:
        return {"StatusCode": 500, "headers": HEADERS, "body": exception_body(error)}


def _answer(event, context):
    interface, method = event["interface"], event["function"]
    if interface == "LetsDataHost" and method == "describe":
        return {"protocol": 2, "batch": BATCH, "interfaces": [name for name in MODULES if _is_here(name)]}
    machine = _STATE_MACHINES.get((interface, method))
    if machine is not None:
        return _plain(machine(_class_of(interface)(), event["data"], context))
    arguments_of = _ARGUMENTS.get((interface, method))
    if arguments_of is None:
        raise Exception(f"this function has no {interface}.{method}")
    call = getattr(_class_of(interface)(), method)
    if not event.get("batchedData"):
        return _plain(settled(call(*arguments_of(event["data"]))))
    bodies = []
    for item in event["batchedData"]:
        try:
            bodies.append(success_body(_plain(settled(call(*arguments_of(item))))))
        except Exception as error:
            bodies.append(exception_body(error))
    return bodies


def _class_of(interface):
    return getattr(importlib.import_module(f"letsdata_interfaces.readers.{MODULES[interface]}"), interface)


def _is_here(interface):
    try:
        return importlib.util.find_spec(f"letsdata_interfaces.readers.{MODULES[interface]}") is not None
    except ModuleNotFoundError:
        return False


def _parser_class():
    return _class_of("SingleFileStateMachineParser")


def _plain(returned):
    return json.loads(json.dumps(returned, default=plain))


_STATE_MACHINES = {
    ("SingleFileStateMachineReader", "getS3FileType"): lambda reader, data, context: settled(reader.getS3FileType()),
    ("SingleFileStateMachineReader", "getResolvedS3FileName"): lambda reader, data, context: settled(
        reader.getResolvedS3FileName(data["s3FileType"], data["fileName"])
    ),
    ("SingleFileStateMachineReader", "parseDocument"): lambda reader, data, context: read_windows_of_one(
        reader, _parser_class, data, context
    ),
    ("MultipleFileStateMachineReader", "getS3FileTypes"): lambda reader, data, context: list(settled(reader.getS3FileTypes())),
    ("MultipleFileStateMachineReader", "getResolvedS3FileNames"): lambda reader, data, context: dict(
        settled(reader.getResolvedS3FileNames(data["fileNames"]))
    ),
    ("MultipleFileStateMachineReader", "parseDocument"): lambda reader, data, context: read_windows_of_several(
        reader, _parser_class, data, context
    ),
}


def _file_record(data):
    body = bytes_of(data["content"], data)
    return data["s3FileType"], data["fileName"], data["offsetBytes"], body, 0, len(body)


def _message(data):
    body = data["messageBody"]
    text = bytes_of(body, data).decode("utf-8", "replace") if data.get("contentEncoding") == "base64" else body
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

_SPARK_SHARED = (
    "readFormat",
    "readOptions",
    "writeDestination",
    "writeUri",
    "writeFormat",
    "writeMode",
    "writeOptions",
    "sparkCredentialsSecretArn",
)

_ARGUMENTS = {
    ("SingleFileParser", "getS3FileType"): _named(),
    ("SingleFileParser", "getResolvedS3FileName"): _named("s3FileType", "fileName"),
    ("SingleFileParser", "getRecordStartPattern"): _named("s3FileType"),
    ("SingleFileParser", "getRecordEndPattern"): _named("s3FileType"),
    ("SingleFileParser", "parseDocument"): _file_record,
    ("QueueMessageReader", "parseMessage"): _message,
    ("KinesisRecordReader", "parseMessage"): lambda data: (*_KINESIS_RECORD(data), bytes_of(data["data"], data)),
    ("DynamoDBStreamsRecordReader", "parseRecord"): lambda data: (
        *_STREAM_RECORD(data),
        *_named("keys", "oldImage", "newImage")(data["data"]),
    ),
    ("DynamoDBTableItemReader", "parseDynamoDBItem"): lambda data: (
        data["tableName"],
        data["segmentNumber"],
        *_named("keys", "item")(data["data"]),
    ),
    ("SagemakerVectorsInterface", "extractDocumentElementsForVectorization"): _named("document"),
    ("SagemakerVectorsInterface", "constructVectorDoc"): _named("documentInterface", "vectorsMap"),
    ("SparkMapperInterface", "mapper"): _named("appName", "readDestination", "readUri", *_SPARK_SHARED),
    ("SparkReducerInterface", "reducer"): _named("appName", "readDestination", "readUris", *_SPARK_SHARED),
}
