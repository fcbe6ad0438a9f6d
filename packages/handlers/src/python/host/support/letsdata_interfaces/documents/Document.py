import json


class Document:
    """What a handler returns for writing. The written body is one flat JSON object of the envelope and documentKeyValuesMap."""

    def __init__(self, documentType, documentId, recordType, partitionKey, documentMetadata, documentKeyValuesMap):
        self.documentType = documentType
        self.documentId = documentId
        self.recordType = recordType
        self.partitionKey = partitionKey
        self.documentMetadata = documentMetadata
        self.documentKeyValuesMap = documentKeyValuesMap

    def getDocumentType(self):
        return self.documentType

    def getDocumentId(self):
        return self.documentId

    def getRecordType(self):
        return self.recordType

    def getPartitionKey(self):
        return self.partitionKey

    def getDocumentMetadata(self):
        return self.documentMetadata

    def getDocumentKeyValuesMap(self):
        return self.documentKeyValuesMap

    def serialize(self):
        return json.dumps(vars(self), default=lambda value: getattr(value, "value", None) or vars(value))
