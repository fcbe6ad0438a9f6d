"""What a handler returned, as rows of the pipe (product specification, results and documents)."""

import json

from letsdata_lambda.documents import has_values, is_document, is_result, no_result, read, unwritten, word

MESSAGE_LENGTH_MAX = 8000


def _not_json(value):
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _make_encoder():
    """`JSONEncoder.encode` makes this encoder anew for every document, which takes nearly as long as the document."""
    if json.encoder.c_make_encoder is None:
        return json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
    encode = json.encoder.c_make_encoder(None, _not_json, json.encoder.encode_basestring, None, ":", ",", False, False, False)
    return lambda value: "".join(encode(value, 0))


_encode = _make_encoder()


class UnusableDocument(Exception):
    """The document cannot be written: it becomes an error record, not a failed task."""


def result_row(returned):
    """['d', documentId, recordType, partitionKey, body, errors of parts?] | ['s', reason, errors of parts?] | ['e', error] | ['i', message]"""
    try:
        status = word(read(returned, "status", "getStatus", "getParseDocumentResultStatus"))
        if status is None and not is_result(returned):
            return ["i", f"The handler {no_result(returned)}."]
        document = read(returned, "document", "getDocument")
        kind = _kind(document)
        parts = []
        if kind == "CompositeDoc":
            document, failed = taken_apart(document)
            parts = [error_fields(part) for part in failed]
            kind = _kind(document)
        if status == "ERROR" or kind == "ErrorDoc":
            error = error_fields(document)
            return ["e", {**error, "parts": parts} if parts else error]
        if status == "SKIP" or kind == "SkipDoc":
            reason = _skip_reason(document)
            return ["s", reason, parts] if parts else ["s", reason]
        if document is None:
            return ["s", None, parts] if parts else ["s", None]
        row = _document_row(document)
        if row[4] == "{}" and not is_document(document):
            return ["i", f"The handler's document is a {type(document).__name__}, not a Document."]
        lost = unwritten(document)
        if lost:
            return ["i", _lost_attributes(lost)]
        return [*row, parts] if parts else row
    except UnusableDocument as error:
        return ["i", f"The document cannot be serialised: {error}"]


def _lost_attributes(names):
    shown = ", ".join(map(str, names[:5])) + (", …" if len(names) > 5 else "")
    return f"The handler's document has no documentKeyValuesMap, and only what is in that is written: it would lose {shown}. Return a Document whose documentKeyValuesMap has them."


def texts_row(returned):
    """['t', texts by name] | ['i', message]"""
    name = "extractDocumentElementsForVectorization"
    if not isinstance(returned, dict):
        return ["i", f"{name} returned {type(returned).__name__} instead of a dict of texts by name."]
    for key, text in returned.items():
        if not isinstance(text, str):
            return ["i", f"{name} returned {type(text).__name__} for {key}; only texts become vectors."]
    return ["t", {str(key): text for key, text in returned.items()}]


def _kind(document):
    return None if document is None else word(read(document, "documentType", "getDocumentType"))


def taken_apart(returned):
    """A composite is its document, None where it has none, and the errors of its parts; any other document has none."""
    if _kind(returned) != "CompositeDoc":
        return returned, []
    listed = read(returned, "documentList", "getDocumentList") or (None, [])
    document = read(returned, "document")
    errors = read(returned, "errorDocs")
    if document is None:
        document = listed[0]
    if document is None and has_values(returned):
        document = returned
    return document, [part for part in (errors if errors is not None else listed[1]) or [] if part is not None]


def _document_row(document):
    document_id, record_type, partition_key, metadata, values = _envelope(document)
    document_id = _text(document_id, "documentId") or None
    record_type = _text(record_type, "recordType")
    partition_key = _text(partition_key, "partitionKey") or None
    return ["d", document_id, record_type, partition_key, _flat_body(document_id, record_type, partition_key, metadata, values)]


def _envelope(document):
    """Id, record type, partition key, metadata and values: read at once, because a document is read for every record."""
    if type(document) is dict:
        get = document.get
        return get("documentId"), get("recordType"), get("partitionKey"), get("documentMetadata"), get("documentKeyValuesMap")
    return (
        read(document, "documentId", "getDocumentId"),
        read(document, "recordType", "getRecordType"),
        read(document, "partitionKey", "getPartitionKey"),
        read(document, "documentMetadata", "getDocumentMetadata"),
        read(document, "documentKeyValuesMap", "getDocumentKeyValuesMap"),
    )


def error_fields(document):
    """Archived whatever its fields are."""
    document_id, record_type, partition_key, metadata, values = _envelope(document)
    document_id = _lenient(document_id)
    record_type = _lenient(record_type)
    partition_key = _lenient(partition_key)
    parts = read(document, "errorDocs") or []
    try:
        body = _flat_body(document_id, record_type, partition_key, metadata, values) if values else None
    except UnusableDocument:
        body = None
    message = _lenient(read(document, "errorMessage", "getErrorMessage"))
    return {
        "message": (message or "The handler returned ERROR without a message.")[:MESSAGE_LENGTH_MAX],
        "documentId": document_id,
        "recordType": record_type,
        "partitionKey": partition_key,
        "documentMetadata": _plain_map(metadata),
        "startOffsets": _offsets(read(document, "errorStartoffsetMap", "getErrorStartOffsetMap")),
        "endOffsets": _offsets(read(document, "errorEndoffsetMap", "getErrorEndOffsetMap")),
        "document": body,
        "parts": [error_fields(part) for part in parts if part is not None],
    }


def _skip_reason(document):
    reason = read(document, "skipMessage", "getSkipMessage")
    if reason is None:
        reason = read(document, "errorMessage", "getErrorMessage")
    text = _lenient(reason)
    return None if text is None else text[:MESSAGE_LENGTH_MAX]


def _flat_body(document_id, record_type, partition_key, metadata, values):
    """One flat JSON object; on a clash the map wins, null envelope fields are left out."""
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise UnusableDocument("documentKeyValuesMap is no dict")
    flat = {}
    if document_id is not None and "documentId" not in values:
        flat["documentId"] = document_id
    if record_type is not None and "recordType" not in values:
        flat["recordType"] = record_type
    if partition_key is not None and "partitionKey" not in values:
        flat["partitionKey"] = partition_key
    if metadata is not None and "documentMetadata" not in values:
        flat["documentMetadata"] = metadata
    flat.update(values)
    try:
        return _encode(flat)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnusableDocument(str(error)) from None


def _text(value, name):
    if type(value) is str:
        return value
    value = word(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    raise UnusableDocument(f"the document's {name} is no text")


def _lenient(value):
    value = word(value)
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
