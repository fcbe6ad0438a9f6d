from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType


class CompositeDoc(Document):
    """One document made of several records, with the errors of its parts."""

    def __init__(self, document, errorDocs=None):
        super().__init__(
            DocumentType.CompositeDoc,
            getattr(document, "documentId", None),
            getattr(document, "recordType", None),
            getattr(document, "partitionKey", None),
            getattr(document, "documentMetadata", None),
            getattr(document, "documentKeyValuesMap", None),
        )
        self.document = document
        self.errorDocs = errorDocs or []

    def getDocumentList(self):
        return self.document, self.errorDocs
