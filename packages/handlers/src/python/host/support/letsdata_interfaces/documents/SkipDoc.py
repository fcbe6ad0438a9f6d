from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.SingleDoc import SingleDoc


class SkipDoc(SingleDoc):
    """A record the handler chose not to write: counted, not stored."""

    def __init__(self, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap, errorStartoffsetMap, errorEndoffsetMap, skipMessage):
        super().__init__(DocumentType.SkipDoc, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap)
        self.errorStartoffsetMap = errorStartoffsetMap
        self.errorEndoffsetMap = errorEndoffsetMap
        self.skipMessage = skipMessage

    def getErrorStartOffsetMap(self):
        return self.errorStartoffsetMap

    def getErrorEndOffsetMap(self):
        return self.errorEndoffsetMap

    def getSkipMessage(self):
        return self.skipMessage
