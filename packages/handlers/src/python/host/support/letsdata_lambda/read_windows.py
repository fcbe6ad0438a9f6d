"""Has a state machine's reader combine the records of its files' windows."""

import json
from enum import Enum

from letsdata_lambda.calls import CustomerFailure, call, exception_body
from letsdata_lambda.cut_record import UnusableHints
from letsdata_lambda.documents import document_of, is_result, no_result, plain_document, read, word
from letsdata_lambda.window_file import SystemFileReader, WindowFile

ANSWER_BYTES_MAX = 4 * 1024 * 1024
"""Lambda answers with 6 MB at most; what the engine is told beside the results needs room, too."""
ANSWER_RESULTS_MAX = 500
DOCUMENT_BYTES_MAX = 96 * 1024


def read_windows_of_one(reader, parser_class, data, context):
    parsers = parsers_of(given_of_one(reader, data["files"]), data["files"], lambda file_type: parser_class()())
    return _read_windows(data, parsers, context, combine_one(reader))


def read_windows_of_several(reader, parser_class, data, context):
    parsers = parsers_of(given_of_several(reader, data["files"]), data["files"], lambda file_type: parser_class()())
    return _read_windows(data, parsers, context, combine_several(reader))


def given_of_one(reader, file_types):
    """Parsers the reader gives itself, by file type."""
    [file_type] = file_types
    return {file_type: call(reader, "getReaderParserInterfacesForS3FileType", "", file_type)}


def given_of_several(reader, file_types):
    return call(reader, "getParserInterfacesForS3FileTypes", "", set(file_types)) or {}


def parsers_of(given, file_types, usual):
    """`usual`: makes the parser of a file type for which the reader gives none."""
    return {
        file_type: given[file_type] if callable(getattr(given.get(file_type), "parseDocument", None)) else usual(file_type)
        for file_type in file_types
    }


def combine_one(reader):
    def combine(last_document, files, views):
        [file], [view] = files, views
        return call(reader, "parseDocument", places_of(files), file.file_type, file.last_type, last_document, view)

    return combine


def combine_several(reader):
    def combine(last_document, files, views):
        last_types = {file.file_type: file.last_type for file in files}
        readers = {view.getFileType(): view for view in views}
        return call(reader, "parseDocument", places_of(files), last_types, last_document, readers)

    return combine


def _read_windows(data, parsers, context, combine):
    """Goes on until one of the reader's calls needs bytes behind a window, nothing is left, or the answer is full.

    A call that was not finished is not in the answer: the engine repeats it with other windows.
    """
    files = [WindowFile(file_type, window, parsers[file_type]) for file_type, window in data["files"].items()]
    results = []
    out_of_time = _half_the_time(context)
    last_document = document_of(data.get("lastProcessedDoc"))
    size = 0
    kept = _kept(files)
    while len(results) < ANSWER_RESULTS_MAX and not (results and out_of_time()):
        changes = changes_of(files)
        combined, failure = call_reader(combine, last_document, files)
        waiting = [file for file in files if file.waiting is not None]
        if waiting:
            return {
                "results": results,
                **_stand(kept),
                "needMore": [file.file_type for file in waiting],
                "waiting": {file.file_type: file.waiting for file in waiting},
                "read": {file.file_type: file.read_to for file in files},
            }
        if failure is not None:
            return {"results": results, **_stand(kept), **_told(failure, files)}
        handed_out = {file.file_type: file.take_handed_out() for file in files}
        status = word(read(combined, "status", "getParseDocumentResultStatus"))
        document = read(combined, "document", "getDocument")
        if is_end(combined, status, document, files, handed_out):
            return {"results": results, **_stand(_kept(files)), "end": True}
        if changes_of(files) == changes:
            return {"results": results, **_stand(_kept(files)), "noProgress": True}
        announce(combined, files)
        positions = {file.file_type: file.position() for file in files}
        result = {**_outcome(status, document), "records": handed_out, "files": positions}
        result_size = _size(result)
        if results and size + result_size > ANSWER_BYTES_MAX:
            break
        size += result_size
        results.append(result)
        kept, last_document = _kept(files), document
    return {"results": results, **_stand(kept)}


def announce(combined, files):
    """What the reader says comes next in each file."""
    announced = read(combined, "s3FileTypeNextRecordTypeMap", "getS3FileTypeNextRecordTypeMap") or {}
    for file in files:
        if announced.get(file.file_type):
            file.announce(announced[file.file_type])


def call_reader(combine, last_document, files):
    """What it returned, or what failed. What failed inside a file comes first: the handler saw it as an exception of nextRecord."""
    views = [SystemFileReader(file) for file in files]
    combined = failure = None
    try:
        combined = combine(last_document, files, views)
        if not is_result(combined, "fileReaderState", "getFileReaderState"):
            failure = TypeError(f"parseDocument {no_result(combined, 'ParseCompositeDocumentResult')}")
    except BaseException as error:
        failure = error
    for view in views:
        view.end()
    inside = [file.failure for file in files if file.failure is not None]
    return combined, inside[0] if inside else failure


def _half_the_time(context):
    left = getattr(context, "get_remaining_time_in_millis", lambda: float("inf"))
    half = left() / 2
    return lambda: left() < half


def _kept(files):
    return {file.file_type: (file.position(), file.last_document) for file in files}


def _stand(kept):
    return {
        "files": {file_type: position for file_type, (position, _) in kept.items()},
        "lastProcessedDocs": {file_type: _told_again(document) for file_type, (_, document) in kept.items()},
    }


def _told_again(document):
    """What the next request tells the parser of; None, as behind a checkpoint, where it is too large for that or no JSON."""
    try:
        told = plain_document(document)
        return told if _size(told) <= DOCUMENT_BYTES_MAX else None
    except (TypeError, ValueError, RecursionError):
        return None


def changes_of(files):
    return sum(file.changes for file in files)


def places_of(files):
    return "at " + ", ".join(f"byte {file.offset} of {file.file_name}" for file in files)


def is_end(combined, status, document, files, handed_out):
    """The reader is called until COMPLETED with null document: records read in front of a skip still count as one."""
    if document is not None or status == "ERROR":
        return False
    if status == "SKIP" and any(handed_out.values()):
        return False
    state = word(read(combined, "fileReaderState", "getFileReaderState"))
    return state == "COMPLETED" or state is None and all(file.state == "COMPLETED" for file in files)


def _outcome(status, document):
    try:
        outcome = {"result": {"status": status if status in ("ERROR", "SKIP") else "SUCCESS", "document": plain_document(document)}}
        size = _size(outcome)
    except (TypeError, ValueError, RecursionError) as error:
        return {"invalid": f"The document cannot be serialised: {error}"}
    return {"tooLarge": size} if size > ANSWER_BYTES_MAX else outcome


def _size(value):
    """Bytes of it in an answer; a runtime may escape what is no ASCII."""
    return len(json.dumps(value, default=plain, allow_nan=False))


def plain(value):
    """For `json.dumps`."""
    return value.value if isinstance(value, Enum) else vars(value)


def _told(failure, files):
    if isinstance(failure, UnusableHints):
        [file_type] = [file.file_type for file in files if file.failure is failure]
        return {"hints": {"fileType": file_type, "start": failure.start, "end": failure.end}}
    known = isinstance(failure, CustomerFailure)
    method, where = (failure.method, failure.where) if known else ("parseDocument", places_of(files))
    return {"failure": {"method": method, "where": where, "body": exception_body(failure)}}
