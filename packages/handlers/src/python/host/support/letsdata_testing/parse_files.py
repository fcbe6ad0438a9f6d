"""A SingleFileParser over a file."""

from letsdata_lambda.calls import settled
from letsdata_lambda.cut_record import Rule, UnusableHints, cut_record


def parse_file(run, parser, content, file_name):
    data = bytes_of_content(content)
    file_type = settled(parser.getS3FileType())
    name = settled(parser.getResolvedS3FileName(file_type, file_name))
    first, last = settled(parser.getRecordStartPattern(file_type)), settled(parser.getRecordEndPattern(file_type))
    try:
        rule = Rule(first, last)
    except UnusableHints:
        raise invalid_hint("getRecordStartPattern and getRecordEndPattern") from None
    search = 0
    while True:
        found = cut_record(0, data, True, search, rule)
        if found is None:
            return
        start, end, search = found
        run.add(settled(parser.parseDocument(file_type, name, start, bytearray(data[start:end]), 0, end - start)))


def bytes_of_content(content):
    return content.encode("utf-8") if isinstance(content, str) else bytes(content)


def invalid_hint(methods):
    return ValueError(
        "INVALID_HINT: %s must return None or a RecordParseHint of type PATTERN with a non-empty pattern, "
        "or OFFSET with a whole number: at least 0 where a record starts, at least 1 where it ends." % methods
    )
