"""A Lambda image as strict as the published templates: it counts the keys of every request and takes no batches."""

import os
import sys
import traceback

COUNTS = {
    ("SingleFileParser", "getS3FileType"): {0},
    ("SingleFileParser", "getResolvedS3FileName"): {2},
    ("SingleFileParser", "getRecordStartPattern"): {1},
    ("SingleFileParser", "getRecordEndPattern"): {1},
    ("SingleFileParser", "parseDocument"): {6},
    ("QueueMessageReader", "parseMessage"): {3, 4, 5},
    ("KinesisRecordReader", "parseMessage"): {6},
    ("DynamoDBStreamsRecordReader", "parseRecord"): {11},
    ("DynamoDBTableItemReader", "parseDynamoDBItem"): {3},
    ("SagemakerVectorsInterface", "extractDocumentElementsForVectorization"): {1},
    ("SagemakerVectorsInterface", "constructVectorDoc"): {2},
}


def lambda_handler(event, context):
    try:
        if os.getenv("LETS_DATA_STAGE") not in ("Test", "Prod") or not context.invoked_function_arn:
            raise Exception("no stage or context")
        headers = {"Content-Type": "application/json"}
        return {"StatusCode": 200, "headers": headers, "body": {"statusCode": "SUCCESS", "data": execute(event)}}
    except Exception as err:
        exception = {
            "errorMessage": str(err),
            "errorType": err.__class__.__name__,
            "stackTrace": "".join(traceback.format_exception(*sys.exc_info())),
        }
        return {"StatusCode": 500, "headers": {}, "body": {"statusCode": "EXCEPTION", "errorMessage": str(err), "exception": exception}}


def execute(event):
    for key in ("tenantId", "userId", "datasetName", "datasetId"):
        assert isinstance(event["letsdataAuth"][key], str)
    data = event["data"]
    name = event["function"]
    counts = COUNTS.get((event["interface"], name))
    if counts is None:
        raise Exception("interfaceName not yet supported " + event["interface"])
    if len(event["batchedData"]) != 0 or len(data) not in counts:
        raise Exception("invalid data keys " + str(list(data)))
    if name == "getS3FileType":
        return "LOG"
    if name == "getResolvedS3FileName":
        return "in/" + data["fileName"]
    if name == "getRecordStartPattern":
        return {"recordHintType": "PATTERN", "pattern": "{", "offset": -1}
    if name == "getRecordEndPattern":
        return None
    if name == "parseDocument":
        if data["startIndex"] != 0 or data["endIndex"] != len(data["content"].encode("utf-8")):
            raise Exception("invalid endIndex")
        return parse(data["content"])
    if name == "extractDocumentElementsForVectorization":
        return extract(data["document"]["text"])
    if name == "constructVectorDoc":
        return construct(data["documentInterface"], data["vectorsMap"])
    return result("Document", {"documentId": "1", "documentKeyValuesMap": {"got": data}}, "SUCCESS")


def parse(text):
    if text.startswith("skip"):
        return result("SkipDoc", {"skipMessage": text}, "SKIP")
    if text.startswith("error"):
        return result("ErrorDoc", {"errorMessage": text}, "ERROR")
    if text.startswith("throw"):
        raise TypeError(text)
    if text == "numbers":
        return result("Document", {"documentId": text, "documentKeyValuesMap": {"big": 12345678901234567890, "one": 1.0}}, "SUCCESS")
    return result("Document", {"documentId": text, "documentKeyValuesMap": {"text": text}}, "SUCCESS")


def extract(text):
    if text.startswith("none"):
        return {}
    if text.startswith("number"):
        return {"title": 7}
    if text.startswith("refuse"):
        raise TypeError(text)
    return {"title": text}


def construct(document, vectors):
    text = document["text"]
    if text.startswith("drop"):
        return {"documentType": "SkipDoc", "skipMessage": text}
    if text.startswith("fail"):
        return {"documentType": "ErrorDoc", "errorMessage": text}
    if text.startswith("burst"):
        raise TypeError(text)
    return {"documentType": "Document", "documentId": document["documentId"], "documentKeyValuesMap": {"text": text, "vectors": vectors}}


def result(document_type, fields, status):
    return {"nextRecordType": None, "document": {"documentType": document_type, **fields}, "status": status}
