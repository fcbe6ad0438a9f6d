class ParseDocumentResult:
    def __init__(self, nextRecordType, document, status):
        self.nextRecordType = nextRecordType
        self.document = document
        self.status = status

    def getNextRecordType(self):
        return self.nextRecordType

    def getDocument(self):
        return self.document

    def getStatus(self):
        return self.status
