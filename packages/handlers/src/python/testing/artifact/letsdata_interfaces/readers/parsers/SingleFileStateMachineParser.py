from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus
from letsdata_interfaces.readers.model.RecordHintType import RecordHintType
from letsdata_interfaces.readers.model.RecordParseHint import RecordParseHint


class SingleFileStateMachineParser:
    """Lines `TYPE,id,text` of the types H (a new order), I (an item of it) and E (the order's end); `x` fails, `s` is skipped."""

    def getS3FileType(self):
        return "ORDERS"

    def getResolvedS3FileName(self, s3FileType, fileName):
        return "in/" + fileName

    def getNextExpectedRecordType(self, s3FileType, lastProcessedRecordType):
        return "HEAD" if lastProcessedRecordType in (None, "END") else "ITEM"

    def getNextRecordStartPattern(self, s3FileType, nextExpectedRecordType, lastProcessedDoc):
        return RecordParseHint(RecordHintType.PATTERN, "\nH," if nextExpectedRecordType == "HEAD" else "\n", -1)

    def getNextRecordEndPattern(self, s3FileType, nextExpectedRecordType, lastProcessedDoc):
        return RecordParseHint(RecordHintType.PATTERN, "\n", -1)

    def parseDocument(self, s3FileType, s3Filename, offsetBytes, lastProcessedRecordType, lastProcessedDoc, byteArr, startIndex, endIndex):
        kind, identifier, value, *_ = [*byteArr[startIndex:endIndex].decode().strip().split(","), "", ""]
        if value.startswith("throw"):
            raise ValueError(value)
        if value.startswith("x"):
            return ParseDocumentResult(None, ErrorDoc(identifier, kind, identifier, None, None, None, None, "bad " + value), ParseDocumentResultStatus.ERROR)
        if value.startswith("s"):
            return ParseDocumentResult(None, None, ParseDocumentResultStatus.SKIP)
        document = Document(DocumentType.Document, identifier, kind, identifier, None, {"kind": kind, "value": value, "offset": offsetBytes})
        return ParseDocumentResult("HEAD" if kind == "E" else "ITEM", document, ParseDocumentResultStatus.SUCCESS)
