"""State machines over whole files."""

import base64

from letsdata_lambda.calls import settled
from letsdata_lambda.cut_record import UnusableHints
from letsdata_lambda.documents import read, word
from letsdata_lambda.read_windows import announce, call_reader, changes_of, combine_one, combine_several, given_of_one, given_of_several, is_end, parsers_of, places_of
from letsdata_lambda.window_file import WindowFile
from letsdata_testing.parse_files import bytes_of_content, invalid_hint


def read_one_file(run, reader, parsers, content, file_name):
    file_type = settled(reader.getS3FileType())
    name = settled(reader.getResolvedS3FileName(file_type, file_name))
    given = given_of_one(reader, [file_type])
    _read(run, _files({file_type: name}, {file_type: content}, given, parsers), combine_one(reader))


def read_several_files(run, reader, parsers, contents):
    types = list(settled(reader.getS3FileTypes()))
    if not isinstance(contents, dict) or set(contents) != set(types):
        raise ValueError("Give content as a dict by file type; the handler's file types are %s." % ", ".join(sorted(types)))
    names = settled(reader.getResolvedS3FileNames({file_type: "%s.log" % file_type for file_type in types}))
    given = given_of_several(reader, types)
    _read(run, _files({file_type: names[file_type] for file_type in types}, contents, given, parsers), combine_several(reader))


def _files(names, contents, given, parsers):
    def stated(file_type):
        parser = parsers.get(file_type) if isinstance(parsers, dict) else parsers
        if parser is None:
            raise ValueError("The reader gives no parser for the file type %s: state it as parsers." % file_type)
        return parser

    parser_of = parsers_of(given, names, stated)
    return [WindowFile(file_type, _window(name, contents[file_type]), parser_of[file_type]) for file_type, name in names.items()]


def _window(name, content):
    """The whole file."""
    text = base64.b64encode(bytes_of_content(content)).decode("ascii")
    return {"fileName": name, "offsetBytes": 0, "lastRecordType": None, "content": text, "contentEncoding": "base64", "eof": True}


def _read(run, files, combine):
    last_document = None
    while True:
        changes = changes_of(files)
        combined, failure = call_reader(combine, last_document, files)
        if isinstance(failure, UnusableHints):
            raise invalid_hint("getNextRecordStartPattern and getNextRecordEndPattern")
        if failure is not None:
            raise failure
        handed_out = {file.file_type: file.take_handed_out() for file in files}
        status = word(read(combined, "status", "getParseDocumentResultStatus"))
        document = read(combined, "document", "getDocument")
        if is_end(combined, status, document, files, handed_out):
            return
        if changes_of(files) == changes:
            raise ValueError("NO_PROGRESS: parseDocument of the reader neither read a record nor said COMPLETED, %s." % places_of(files))
        announce(combined, files)
        run.add(combined)
        last_document = document
