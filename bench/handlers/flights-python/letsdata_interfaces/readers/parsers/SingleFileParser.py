"""Flights as JSON lines: the same work as the JavaScript handler of the bench."""

import json


class SingleFileParser:
    def getS3FileType(self):
        return "LOG"

    def getResolvedS3FileName(self, s3FileType, fileName):
        return fileName

    def getRecordStartPattern(self, s3FileType):
        return {"recordHintType": "PATTERN", "pattern": "{", "offset": -1}

    def getRecordEndPattern(self, s3FileType):
        return {"recordHintType": "PATTERN", "pattern": "\n", "offset": -1}

    def parseDocument(self, s3FileType, s3Filename, offsetBytes, byteArr, startIndex, endIndex):
        flight = json.loads(byteArr[startIndex:endIndex])
        if flight["destination"] is None:
            return {"nextRecordType": None, "status": "SKIP", "document": None}
        delay = flight["delay"]
        if not isinstance(delay, int):
            document = {"documentType": "ErrorDoc", "documentId": str(offsetBytes), "errorMessage": "delay is no number"}
            return {"nextRecordType": None, "status": "ERROR", "document": document}
        document = {
            "documentType": "Document",
            "documentId": "%s-%s" % (flight["date"], flight["number"]),
            "recordType": "Flight",
            "partitionKey": flight["origin"],
            "documentMetadata": {},
            "documentKeyValuesMap": {**flight, "late": delay > 15},
        }
        return {"nextRecordType": None, "status": "SUCCESS", "document": document}
