import gc

from letsdata_interfaces.documents.CompositeDoc import CompositeDoc
from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.readers.model.ParseCompositeDocumentResult import ParseCompositeDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus as Status


class SingleFileStateMachineReader:
    """An order is a head and all up to its end; failed items are its part errors, a failed head fails the whole."""

    def getS3FileType(self):
        return "ORDERS"

    def getResolvedS3FileName(self, s3FileType, fileName):
        return "in/" + fileName

    def parseDocument(self, s3FileType, lastProcessedRecordType, lastProcessedDoc, fileReader):
        def result(document, status):
            return ParseCompositeDocumentResult(None, document, None, None, fileReader.getState(), status)

        ahead = fileReader.nextRecord(True)
        if ahead is not None and (ahead.documentKeyValuesMap or {}).get("value") == "wait":
            return result(None, Status.SKIP)
        head = fileReader.nextRecord(False)
        if head is not ahead:
            raise ValueError("a record was parsed twice")
        if head is None:
            return result(None, Status.SUCCESS)
        items, errors = [], []
        if (head.documentKeyValuesMap or {}).get("value") == "count":
            items.append(str(sum(isinstance(living, Document) for living in gc.get_objects())))
        while True:
            following = fileReader.nextRecord(True)
            if following is None or following.recordType == "H":
                break
            fileReader.nextRecord(False)
            if following.documentType == DocumentType.ErrorDoc:
                errors.append(following)
            elif following.documentType != DocumentType.SkipDoc and following.recordType == "I":
                items.append(following.documentKeyValuesMap["value"])
            if following.recordType == "E":
                break
        if head.documentType == DocumentType.ErrorDoc:
            return result(CompositeDoc(head, errors), Status.ERROR)
        if head.documentType == DocumentType.SkipDoc:
            return result(None, Status.SKIP)
        previous = lastProcessedDoc.documentId if lastProcessedDoc else None
        order = Document(DocumentType.Document, head.documentId, "ORDER", None, None, {"items": items, "previous": previous})
        return result(CompositeDoc(order, errors), Status.SUCCESS)
