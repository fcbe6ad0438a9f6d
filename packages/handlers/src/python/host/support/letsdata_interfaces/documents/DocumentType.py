from enum import Enum


class DocumentType(Enum):
    Document = "Document"
    ErrorDoc = "ErrorDoc"
    SkipDoc = "SkipDoc"
    CompositeDoc = "CompositeDoc"
