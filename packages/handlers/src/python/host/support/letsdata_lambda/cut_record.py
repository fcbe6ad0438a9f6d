"""Finds records in a stretch of a file, exactly as the engine's record splitter does."""

from letsdata_lambda.documents import read, word

MORE = "more"
"""The record may begin or end behind the stretch."""


class UnusableHints(Exception):
    """Hints the engine would refuse: it is asked to say why."""

    def __init__(self, start, end):
        super().__init__("a hint cannot be used")
        self.start = start
        self.end = end


class Rule:
    """How a record begins and ends, from the parser's hints."""

    def __init__(self, start, end):
        start, end = plain_hint(start), plain_hint(end)
        for hint, least in ((start, 0), (end, 1)):
            if hint is not None and not _is_pattern(hint) and not _is_offset(hint, least):
                raise UnusableHints(start, end)
        self.start_pattern = start["pattern"].encode() if _is_pattern(start) else None
        self.start_skip = start["offset"] if start is not None and self.start_pattern is None else 0
        self.end_pattern = end["pattern"].encode() if _is_pattern(end) else None
        self.end_length = end["offset"] if end is not None and self.end_pattern is None else None


def plain_hint(hint):
    if hint is None:
        return None
    return {
        "recordHintType": word(read(hint, "recordHintType")),
        "pattern": read(hint, "pattern"),
        "offset": read(hint, "offset"),
    }


def _is_pattern(hint):
    return hint is not None and hint["recordHintType"] == "PATTERN" and isinstance(hint["pattern"], str) and hint["pattern"] != ""


def _is_offset(hint, least):
    return hint["recordHintType"] == "OFFSET" and type(hint["offset"]) is int and hint["offset"] >= least


def cut_record(offset, data, is_last, search, rule):
    """(start, end, where the next search starts) as offsets of the file, MORE, or None where the file has no more records."""
    not_found = None if is_last else MORE
    end_of_data = offset + len(data)
    start = scanned = search + rule.start_skip
    if rule.start_pattern is not None:
        found = data.find(rule.start_pattern, search - offset)
        if found < 0:
            return not_found
        start = offset + found
        scanned = start + len(rule.start_pattern)
    else:
        if start >= end_of_data:
            return not_found
        if rule.start_skip == 0 and rule.end_pattern is not None:
            # The end pattern that closed the record before stands where this one begins: it would be found again for ever.
            at = start - offset
            seen = data[at : at + len(rule.end_pattern)]
            if len(seen) < len(rule.end_pattern) and not is_last:
                return MORE
            if seen == rule.end_pattern:
                scanned = start + len(rule.end_pattern)
                if scanned == end_of_data and start > 0:
                    return not_found
    if rule.end_pattern is not None:
        found = data.find(rule.end_pattern, scanned - offset)
        if found >= 0:
            return start, offset + found + len(rule.end_pattern), offset + found
    elif rule.end_length is not None and start + rule.end_length <= end_of_data:
        return start, start + rule.end_length, start + rule.end_length
    return (start, end_of_data, end_of_data) if is_last else MORE
