from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
from letsdata_interfaces.documents.SkipDoc import SkipDoc


class SagemakerVectorsInterface:
    """The document's text says what to do with it."""

    async def extractDocumentElementsForVectorization(self, document):
        text = document.pop("text")
        if text.startswith("none"):
            return {}
        if text.startswith("number"):
            return {"title": 7}
        if text.startswith("refuse"):
            raise ValueError(text)
        return {"title": text}

    def constructVectorDoc(self, documentInterface, vectorsMap):
        text = documentInterface["text"]
        if text.startswith("drop"):
            return SkipDoc(None, "LOG", None, None, None, None, None, text)
        if text.startswith("fail"):
            return ErrorDoc(None, "LOG", None, None, None, None, None, text)
        if text.startswith("burst"):
            raise ValueError(text)
        values = {"text": text, "vectors": vectorsMap}
        return Document(DocumentType.Document, documentInterface["documentId"], "LOG", None, None, values)
