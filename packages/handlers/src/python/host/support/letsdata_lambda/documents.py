"""Documents of customer code: read whatever class they have, told as plain values and made again from them."""

from enum import Enum

ENVELOPE = (
    ("documentId", "getDocumentId"),
    ("recordType", "getRecordType"),
    ("partitionKey", "getPartitionKey"),
    ("documentMetadata", "getDocumentMetadata"),
    ("documentKeyValuesMap", "getDocumentKeyValuesMap"),
)
_MORE = (
    ("documentType", "getDocumentType"),
    ("errorStartoffsetMap", "getErrorStartOffsetMap"),
    ("errorEndoffsetMap", "getErrorEndOffsetMap"),
    ("errorMessage", "getErrorMessage"),
    ("skipMessage", "getSkipMessage"),
)
_FIELDS = (*ENVELOPE, ("documentType", "getDocumentType"))
_KNOWN = {*(field for field, _ in (*ENVELOPE, *_MORE)), "document", "documentList", "errorDocs", "errorDocList"}


def read(owner, field, *getters):
    """Hosts read fields; an own class may have only the getter."""
    if isinstance(owner, dict):
        return owner.get(field)
    if owner is None:
        return None
    if hasattr(owner, field):
        return getattr(owner, field)
    for getter in getters:
        method = getattr(owner, getter, None)
        if callable(method):
            return method()
    return None


def is_result(returned, *more):
    """Whether it has a status, or a document without being one itself. `more`: fields that are enough, too.

    Anything else, such as the document without its result, would pass for a result without a document: a record left out in silence.
    """
    has = returned.__contains__ if isinstance(returned, dict) else lambda name: hasattr(returned, name)
    if any(map(has, ("status", "getStatus", "getParseDocumentResultStatus", *more))):
        return True
    return any(map(has, ("document", "getDocument"))) and not any(map(has, ("documentType", "getDocumentType")))


def no_result(returned, expected="ParseDocumentResult"):
    """What is said of it."""
    return f"returned {'None' if returned is None else type(returned).__name__} instead of a {expected}"


def has_values(document):
    return any(read(document, field, getter) is not None for field, getter in ENVELOPE)


def is_document(value):
    """Whether it has any of a document's fields."""
    if isinstance(value, dict):
        return any(field in value for field, _ in _FIELDS)
    return any(hasattr(value, name) for names in _FIELDS for name in names)


def unwritten(document):
    """Names of a plain map's attributes that are none of a document's, where it has no documentKeyValuesMap: a flat map was returned."""
    if not isinstance(document, dict) or "documentKeyValuesMap" in document:
        return []
    return [name for name in document if name not in _KNOWN]


def word(value):
    return value if type(value) is str or not isinstance(value, Enum) else value.value


def document_of_result(returned, file_type, start, end):
    """What nextRecord hands out: the result's document, or an ErrorDoc or SkipDoc where status or document say so."""
    from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
    from letsdata_interfaces.documents.SkipDoc import SkipDoc

    status = word(read(returned, "status", "getStatus"))
    document = read(returned, "document", "getDocument")
    kind = word(read(document, "documentType", "getDocumentType")) if document is not None else None
    offsets = {file_type: str(start)}, {file_type: str(end)}
    if kind in ("ErrorDoc", "SkipDoc"):
        for field, value in zip(("errorStartoffsetMap", "errorEndoffsetMap"), offsets):
            if getattr(document, field, None) is None:
                setattr(document, field, value)
        return document
    if status not in ("ERROR", "SKIP") and document is not None:
        return document
    fields = [read(document, field, getter) for field, getter in ENVELOPE]
    if status == "ERROR":
        return ErrorDoc(*fields, *offsets, "The parser returned ERROR without a message.")
    return SkipDoc(*fields, *offsets, None)


def plain_document(document):
    """A document's fields, to be sent. A composite is its document and the errors of its parts."""
    if document is None:
        return None
    kind = word(read(document, "documentType", "getDocumentType"))
    if kind == "CompositeDoc":
        listed = read(document, "documentList", "getDocumentList") or (None, None)
        main = read(document, "document")
        errors = read(document, "errorDocs")
        errors = errors if errors is not None else listed[1] or []
        return {
            "documentType": kind,
            "document": plain_document(main if main is not None else listed[0]),
            "errorDocs": [plain_document(error) for error in errors],
        }
    plain = {field: word(read(document, field, getter)) for field, getter in (*ENVELOPE, *_MORE)}
    # What a plain map has beside goes along: the engine refuses it.
    beside = {name: document[name] for name in unwritten(document)}
    return {**beside, **{field: value for field, value in plain.items() if value is not None}}


def document_of(plain):
    """A document that was sent, as an object of its class again."""
    from letsdata_interfaces.documents.CompositeDoc import CompositeDoc
    from letsdata_interfaces.documents.Document import Document
    from letsdata_interfaces.documents.DocumentType import DocumentType
    from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
    from letsdata_interfaces.documents.SkipDoc import SkipDoc

    if plain is None:
        return None
    kind = plain.get("documentType", "Document")
    fields = [plain.get(field) for field, _ in ENVELOPE]
    offsets = plain.get("errorStartoffsetMap"), plain.get("errorEndoffsetMap")
    if kind == "CompositeDoc":
        return CompositeDoc(document_of(plain["document"]), [document_of(error) for error in plain["errorDocs"]])
    if kind == "ErrorDoc":
        return ErrorDoc(*fields, *offsets, plain.get("errorMessage"))
    if kind == "SkipDoc":
        return SkipDoc(*fields, *offsets, plain.get("skipMessage"))
    return Document(DocumentType.Document, *fields)
