"""For unit tests of handlers: runs a SingleFileParser over a file's content, cut into records as a task would."""

import asyncio
import inspect

from letsdata_interfaces.readers.model.RecordHintType import RecordHintType


class HandlerRun:
    """What became of the records; each is in one of the lists. An entry is None where the handler gave no document."""

    def __init__(self):
        self.documents = []
        self.errors = []
        self.skips = []


def run_handler(handler, content, file_name="test.log"):
    """`content`: text or bytes. Raises what fails a task: what the handler raises, and ValueError for a hint that is INVALID_HINT."""
    data = content.encode("utf-8") if isinstance(content, str) else bytes(content)
    file_type = _settled(handler.getS3FileType())
    name = _settled(handler.getResolvedS3FileName(file_type, file_name))
    first = _checked(_settled(handler.getRecordStartPattern(file_type)), "getRecordStartPattern", 0)
    last = _checked(_settled(handler.getRecordEndPattern(file_type)), "getRecordEndPattern", 1)
    run = HandlerRun()
    for start, end in _records(data, first, last):
        _add(run, _settled(handler.parseDocument(file_type, name, start, bytearray(data[start:end]), 0, end - start)))
    return run


def _records(data, first, last):
    first_pattern, last_pattern = _pattern(first), _pattern(last)
    at = 0
    while at < len(data):
        start = data.find(first_pattern, at) if first_pattern else at + (first.offset if first else 0)
        if start < 0 or start >= len(data):
            return
        scanned = start + len(first_pattern)
        # The end pattern of the record before may stand where this one begins; it does not end this one too.
        if start == at and not first_pattern and last_pattern and data.startswith(last_pattern, start):
            scanned = start + len(last_pattern)
            if scanned == len(data) and start > 0:
                return
        if last_pattern:
            end = data.find(last_pattern, scanned)
        else:
            end = start + last.offset if last and start + last.offset <= len(data) else -1
        yield start, len(data) if end < 0 else end + len(last_pattern)
        if end < 0:
            return
        at = end


def _checked(hint, method, least):
    if hint is None:
        return None
    kind = _word(getattr(hint, "recordHintType", None))
    pattern, offset = getattr(hint, "pattern", None), getattr(hint, "offset", None)
    if kind == RecordHintType.PATTERN.value and isinstance(pattern, str) and pattern:
        return hint
    if kind == RecordHintType.OFFSET.value and type(offset) is int and offset >= least:
        return hint
    raise ValueError(
        "INVALID_HINT: %s must return None or a RecordParseHint of type PATTERN with a non-empty pattern, "
        "or OFFSET with a whole number of at least %d" % (method, least)
    )


def _pattern(hint):
    is_pattern = hint is not None and _word(hint.recordHintType) == RecordHintType.PATTERN.value
    return hint.pattern.encode("utf-8") if is_pattern else b""


def _add(run, result):
    document = result.document
    kinds = {_word(result.status), _word(getattr(document, "documentType", None))}
    if kinds & {"ERROR", "ErrorDoc"}:
        run.errors.append(document)
    elif kinds & {"SKIP", "SkipDoc"} or document is None:
        run.skips.append(document)
    else:
        run.documents.append(document)


def _word(value):
    return getattr(value, "value", value)


def _settled(returned):
    return asyncio.run(_awaited(returned)) if inspect.isawaitable(returned) else returned


async def _awaited(awaitable):
    return await awaitable
