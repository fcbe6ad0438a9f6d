from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.SingleDoc import SingleDoc


class ErrorDoc(SingleDoc):
    """Offsets are strings by file type, such as {"LOG": "58965"}; the engine fills missing ones with the record's own."""

    def __init__(self, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap, errorStartoffsetMap, errorEndoffsetMap, errorMessage):
        super().__init__(DocumentType.ErrorDoc, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap)
        self.errorStartoffsetMap = errorStartoffsetMap
        self.errorEndoffsetMap = errorEndoffsetMap
        self.errorMessage = errorMessage

    def getErrorStartOffsetMap(self):
        return self.errorStartoffsetMap

    def getErrorEndOffsetMap(self):
        return self.errorEndoffsetMap

    def getErrorMessage(self):
        return self.errorMessage
