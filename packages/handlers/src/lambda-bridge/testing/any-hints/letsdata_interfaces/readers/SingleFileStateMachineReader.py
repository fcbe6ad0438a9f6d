import letsdata_interfaces.readers.parsers.SingleFileStateMachineParser as parser
from letsdata_interfaces.readers.model.ParseCompositeDocumentResult import ParseCompositeDocumentResult


class SingleFileStateMachineReader:
    """One document a record; the file's name says its hints and is remembered for the parser."""

    def getS3FileType(self):
        return "LOG"

    def getResolvedS3FileName(self, s3FileType, fileName):
        parser.use(fileName)
        return "a"

    async def parseDocument(self, s3FileType, lastProcessedRecordType, lastProcessedDoc, fileReader):
        record = fileReader.nextRecord(False)
        return ParseCompositeDocumentResult(None, record, None, None, None, "SUCCESS")
