from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.readers.model.ParseCompositeDocumentResult import ParseCompositeDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus as Status
from letsdata_interfaces.readers.model.RecordHintType import RecordHintType
from letsdata_interfaces.readers.model.RecordParseHint import RecordParseHint
from letsdata_interfaces.readers.model.SingleFileReaderState import SingleFileReaderState


class LineParser:
    def getNextExpectedRecordType(self, s3FileType, lastProcessedRecordType):
        return s3FileType

    def getNextRecordStartPattern(self, s3FileType, nextExpectedRecordType, lastProcessedDoc):
        return None

    def getNextRecordEndPattern(self, s3FileType, nextExpectedRecordType, lastProcessedDoc):
        return RecordParseHint(RecordHintType.PATTERN, "\n", -1)

    async def parseDocument(self, s3FileType, s3Filename, offsetBytes, lastProcessedRecordType, lastProcessedDoc, byteArr, startIndex, endIndex):
        identifier, value = byteArr.decode().strip().split(",")
        return ParseDocumentResult(None, Document(DocumentType.Document, identifier, s3FileType, identifier, None, {"value": value}), Status.SUCCESS)


class MultipleFileStateMachineReader:
    """Heads and lines of orders in two files: a line belongs to the head in front."""

    def getS3FileTypes(self):
        return {"HEAD", "LINE"}

    def getResolvedS3FileNames(self, names):
        return {name: f"{key}.txt" for name, key in names.items()}

    def getParserInterfacesForS3FileTypes(self, fileTypes):
        return {name: LineParser() for name in fileTypes}

    def getNextExpectedRecordType(self, lastProcessedRecordTypes):
        return {"HEAD": "HEAD", "LINE": "LINE"}

    async def parseDocument(self, lastProcessedRecordTypes, lastProcessedDoc, fileReaders):
        head = fileReaders["HEAD"].nextRecord(False)
        state = SingleFileReaderState.COMPLETED if head is None else SingleFileReaderState.PROCESSING
        if head is None:
            return ParseCompositeDocumentResult(None, None, None, None, state, Status.SUCCESS)
        lines = []
        while True:
            line = fileReaders["LINE"].nextRecord(True)
            if line is None or line.documentId != head.documentId:
                break
            lines.append(line.documentKeyValuesMap["value"])
            fileReaders["LINE"].nextRecord(False)
        order = Document(DocumentType.Document, head.documentId, "ORDER", None, None, {**head.documentKeyValuesMap, "lines": lines})
        return ParseCompositeDocumentResult(None, order, None, None, state, Status.SUCCESS)
