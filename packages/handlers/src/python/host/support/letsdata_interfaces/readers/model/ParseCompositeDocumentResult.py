class ParseCompositeDocumentResult:
    def __init__(self, s3FileTypeNextRecordTypeMap, document, s3FileTypeLastProcessedRecordType, s3FileTypeOffsets, fileReaderState, status):
        self.s3FileTypeNextRecordTypeMap = s3FileTypeNextRecordTypeMap
        self.document = document
        self.s3FileTypeLastProcessedRecordType = s3FileTypeLastProcessedRecordType
        self.s3FileTypeOffsets = s3FileTypeOffsets
        self.fileReaderState = fileReaderState
        self.status = status

    def getS3FileTypeNextRecordTypeMap(self):
        return self.s3FileTypeNextRecordTypeMap

    def getDocument(self):
        return self.document

    def getS3FileTypeLastProcessedRecordType(self):
        return self.s3FileTypeLastProcessedRecordType

    def getS3FileTypeOffsets(self):
        return self.s3FileTypeOffsets

    def getFileReaderState(self):
        return self.fileReaderState

    def getParseDocumentResultStatus(self):
        return self.status
