import json

from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
from letsdata_interfaces.documents.SkipDoc import SkipDoc
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus
from letsdata_interfaces.readers.model.RecordHintType import RecordHintType
from letsdata_interfaces.readers.model.RecordParseHint import RecordParseHint


class SingleFileParser:
    """One click a line, as JSON. Clicks of tests are skipped; clicks without id or page are errors."""

    def getS3FileType(self):
        return "CLICKS"

    def getResolvedS3FileName(self, s3FileType, fileName):
        return fileName

    def getRecordStartPattern(self, s3FileType):
        return RecordParseHint(RecordHintType.PATTERN, "{", -1)

    def getRecordEndPattern(self, s3FileType):
        return RecordParseHint(RecordHintType.PATTERN, "}\n", -1)

    def parseDocument(self, s3FileType, s3Filename, offsetBytes, byteArr, startIndex, endIndex):
        click = json.loads(byteArr[startIndex:endIndex])
        if click.get("test"):
            skip = SkipDoc(None, "Click", None, None, None, None, None, "a click of a test")
            return ParseDocumentResult(None, skip, ParseDocumentResultStatus.SKIP)
        if not click.get("id") or not click.get("page"):
            error = ErrorDoc(None, "Click", None, None, click, None, None, "a click needs id and page")
            return ParseDocumentResult(None, error, ParseDocumentResultStatus.ERROR)
        document = Document(DocumentType.Document, click["id"], "Click", click["page"], None, {"page": click["page"]})
        return ParseDocumentResult(None, document, ParseDocumentResultStatus.SUCCESS)
