from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus as Status


def result_of(text, arguments):
    """What the text says; a document tells the call's arguments."""
    if text.startswith("throw"):
        raise ValueError(text)
    if text.startswith("skip"):
        return ParseDocumentResult(None, None, Status.SKIP)
    if text.startswith("error"):
        return ParseDocumentResult(None, ErrorDoc(None, None, None, None, None, None, None, text), Status.ERROR)
    values = {"text": text, "arguments": [{"bytes": list(each)} if type(each) is bytearray else each for each in arguments]}
    return ParseDocumentResult(None, Document(DocumentType.Document, text, "ROW", None, None, values), Status.SUCCESS)
