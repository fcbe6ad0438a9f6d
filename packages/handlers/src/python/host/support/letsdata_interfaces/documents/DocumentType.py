from enum import Enum


class DocumentType(str, Enum):
    Document = "Document"
    SingleDoc = "SingleDoc"
    ErrorDoc = "ErrorDoc"
    SkipDoc = "SkipDoc"
    CompositeDoc = "CompositeDoc"

    @classmethod
    def fromValue(cls, text):
        """Raises ValueError for what is no document type."""
        return cls(text)
