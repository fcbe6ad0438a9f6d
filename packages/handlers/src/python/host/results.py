"""What a handler returned, as rows of the pipe (product specification, results and documents)."""

import json
from enum import Enum

MESSAGE_LENGTH_MAX = 8000


class UnusableDocument(Exception):
    """The document cannot be written: it becomes an error record, not a failed task."""


def result_row(returned):
    """['d', documentId, recordType, partitionKey, body] | ['s', reason] | ['e', error] | ['i', message]"""
    if returned is None:
        return ["i", "The handler returned None instead of a ParseDocumentResult."]
    try:
        status = _word(_read(returned, "status", "getStatus", "getParseDocumentResultStatus"))
        document = _read(returned, "document", "getDocument")
        kind = _word(_read(document, "documentType", "getDocumentType")) if document is not None else None
        if status == "ERROR" or kind == "ErrorDoc":
            return ["e", error_fields(document)]
        if status == "SKIP" or kind == "SkipDoc":
            return ["s", _skip_reason(document)]
        if document is None:
            return ["s", None]
        inner = _read(document, "document") if kind == "CompositeDoc" else None
        return _document_row(inner if inner is not None else document)
    except UnusableDocument as error:
        return ["i", f"The document cannot be serialised: {error}"]


def _document_row(document):
    document_id = _text(_read(document, "documentId", "getDocumentId"), "documentId")
    record_type = _text(_read(document, "recordType", "getRecordType"), "recordType")
    partition_key = _text(_read(document, "partitionKey", "getPartitionKey"), "partitionKey")
    return ["d", document_id or None, record_type, partition_key or None, _flat_body(document, document_id or None, record_type, partition_key or None)]


def error_fields(document):
    """Archived whatever its fields are."""
    document_id = _lenient(_read(document, "documentId", "getDocumentId"))
    record_type = _lenient(_read(document, "recordType", "getRecordType"))
    partition_key = _lenient(_read(document, "partitionKey", "getPartitionKey"))
    parts = _read(document, "errorDocs") or []
    try:
        has_values = bool(_read(document, "documentKeyValuesMap", "getDocumentKeyValuesMap"))
        body = _flat_body(document, document_id, record_type, partition_key) if has_values else None
    except UnusableDocument:
        body = None
    message = _lenient(_read(document, "errorMessage", "getErrorMessage"))
    return {
        "message": (message or "The handler returned ERROR without a message.")[:MESSAGE_LENGTH_MAX],
        "documentId": document_id,
        "recordType": record_type,
        "partitionKey": partition_key,
        "documentMetadata": _plain_map(_read(document, "documentMetadata", "getDocumentMetadata")),
        "startOffsets": _offsets(_read(document, "errorStartoffsetMap", "getErrorStartOffsetMap")),
        "endOffsets": _offsets(_read(document, "errorEndoffsetMap", "getErrorEndOffsetMap")),
        "document": body,
        "parts": [error_fields(part) for part in parts if part is not None],
    }


def _skip_reason(document):
    reason = _read(document, "skipMessage", "getSkipMessage")
    if reason is None:
        reason = _read(document, "errorMessage", "getErrorMessage")
    text = _lenient(reason)
    return None if text is None else text[:MESSAGE_LENGTH_MAX]


def _flat_body(document, document_id, record_type, partition_key):
    """One flat JSON object; on a clash the map wins, null envelope fields are left out."""
    values = _read(document, "documentKeyValuesMap", "getDocumentKeyValuesMap")
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise UnusableDocument("documentKeyValuesMap is no dict")
    metadata = _read(document, "documentMetadata", "getDocumentMetadata")
    flat = {}
    for name, value in (
        ("documentId", document_id),
        ("recordType", record_type),
        ("partitionKey", partition_key),
        ("documentMetadata", metadata),
    ):
        if value is not None and name not in values:
            flat[name] = value
    flat.update(values)
    try:
        return json.dumps(flat, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnusableDocument(str(error)) from None


def _read(owner, field, *getters):
    """Hosts read fields; an own class may have only the getter."""
    if owner is None:
        return None
    if isinstance(owner, dict):
        return owner.get(field)
    if hasattr(owner, field):
        return getattr(owner, field)
    for getter in getters:
        method = getattr(owner, getter, None)
        if callable(method):
            return method()
    return None


def _word(value):
    return value.value if isinstance(value, Enum) else value


def _text(value, name):
    value = _word(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise UnusableDocument(f"the document's {name} is no text")


def _lenient(value):
    value = _word(value)
    if value is None or isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def _plain_map(value):
    try:
        return json.loads(json.dumps(value, default=str, allow_nan=False)) if isinstance(value, dict) else {}
    except (TypeError, ValueError, RecursionError):
        return {}


def _offsets(value):
    if not isinstance(value, dict):
        return None
    return {str(key): str(offset) for key, offset in value.items() if offset is not None}
