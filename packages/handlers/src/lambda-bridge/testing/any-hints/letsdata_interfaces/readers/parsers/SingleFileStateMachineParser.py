import json

from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus

hints = [None, None]


def use(text):
    hints[:] = json.loads(text)


class SingleFileStateMachineParser:
    def getNextExpectedRecordType(self, s3FileType, lastProcessedRecordType):
        return "LINE"

    def getNextRecordStartPattern(self, s3FileType, nextExpectedRecordType, lastProcessedDoc):
        return hints[0]

    def getNextRecordEndPattern(self, s3FileType, nextExpectedRecordType, lastProcessedDoc):
        return hints[1]

    async def parseDocument(self, s3FileType, s3Filename, offsetBytes, lastProcessedRecordType, lastProcessedDoc, byteArr, startIndex, endIndex):
        document = Document(DocumentType.Document, f"{offsetBytes}-{offsetBytes + endIndex}", "LINE", None, None, {"bytes": byteArr.hex()})
        return ParseDocumentResult(None, document, ParseDocumentResultStatus.SUCCESS)
