"""The customer's reader and parser objects of one attempt at a state machine. The engine cuts the files; this calls customer code."""

from letsdata_lambda.documents import document_of_result, is_result, no_result, read, word
from letsdata_lambda.results import result_row


class StateMachine:
    def __init__(self, reader, is_single, settled, ask_engine):
        self._reader = reader
        self._is_single = is_single
        self._settled = settled
        self._ask_engine = ask_engine
        self._parsers = {}
        self._documents = {}
        self._last_document = 0

    def file_types(self):
        """The types, and those for which the reader gives no parser of its own."""
        if self._is_single:
            types = [self._call(self._reader, "getS3FileType")]
            given = {types[0]: self._call(self._reader, "getReaderParserInterfacesForS3FileType", types[0])}
        else:
            types = list(self._call(self._reader, "getS3FileTypes"))
            given = self._call(self._reader, "getParserInterfacesForS3FileTypes", set(types)) or {}
        self._parsers = {name: parser for name, parser in given.items() if callable(getattr(parser, "parseDocument", None))}
        return {"types": types, "missing": [name for name in types if name not in self._parsers]}

    def add_parser(self, file_type, parser):
        self._parsers[file_type] = parser

    def resolve_names(self, names):
        if not self._is_single:
            return dict(self._call(self._reader, "getResolvedS3FileNames", dict(names)))
        [(file_type, name)] = names.items()
        return {file_type: self._call(self._reader, "getResolvedS3FileName", file_type, name)}

    def expect(self, file_type, announced, last_type, last_document):
        parser = self._parsers[file_type]
        expected = announced
        if expected is None:
            expected = self._call(parser, "getNextExpectedRecordType", file_type, last_type)
        document = self._documents.get(last_document)
        return {
            "recordType": expected if isinstance(expected, str) else None,
            "start": self._call(parser, "getNextRecordStartPattern", file_type, expected, document),
            "end": self._call(parser, "getNextRecordEndPattern", file_type, expected, document),
        }

    def parse(self, place, last_type, last_document, body):
        file_type = place["fileType"]
        returned = self._call(
            self._parsers[file_type],
            "parseDocument",
            file_type,
            place["fileName"],
            place["offset"],
            last_type,
            self._documents.get(last_document),
            bytearray(body),
            0,
            len(body),
        )
        if not is_result(returned):
            raise TypeError(f"parseDocument {no_result(returned)}")
        next_type = read(returned, "nextRecordType", "getNextRecordType")
        return {"document": self._keep(document_of_result(returned, file_type, place["offset"], place["end"])), "nextRecordType": next_type if isinstance(next_type, str) else None}

    def combine(self, last_document, files):
        views = [SystemFileReader(self, file) for file in files]
        document = self._documents.get(last_document)
        if self._is_single:
            returned = self._call(self._reader, "parseDocument", files[0]["fileType"], files[0]["lastRecordType"], document, views[0])
        else:
            last_types = {file["fileType"]: file["lastRecordType"] for file in files}
            returned = self._call(self._reader, "parseDocument", last_types, document, {view.getFileType(): view for view in views})
        for view in views:
            view.end()
        if not is_result(returned, "fileReaderState", "getFileReaderState"):
            raise TypeError(f"parseDocument {no_result(returned, 'ParseCompositeDocumentResult')}")
        status = word(read(returned, "status", "getParseDocumentResultStatus"))
        made = read(returned, "document", "getDocument")
        return {
            "document": None if made is None else self._keep(made),
            "status": status if status in ("ERROR", "SKIP") else "SUCCESS",
            "state": word(read(returned, "fileReaderState", "getFileReaderState")),
            "nextRecordTypes": read(returned, "s3FileTypeNextRecordTypeMap", "getS3FileTypeNextRecordTypeMap"),
            "row": result_row({"status": status, "document": made}),
        }

    def forget(self, documents):
        for document in documents:
            self._documents.pop(document, None)

    def next_record(self, file_type, peek):
        answer = self._ask_engine({"op": "nextRecord", "fileType": file_type, "peek": bool(peek)})
        return self._documents.get(answer["document"]), answer

    def _keep(self, document):
        self._last_document += 1
        self._documents[self._last_document] = document
        return self._last_document

    def _call(self, owner, method, *args):
        function = getattr(owner, method, None)
        return None if function is None else self._settled(function(*args))


class SystemFileReader:
    """A file as the published interface shows it; of use only while parseDocument runs."""

    def __init__(self, machine, file):
        self._machine = machine
        self._file = dict(file)

    def nextRecord(self, peek=False):
        if self._machine is None:
            raise Exception("nextRecord was called after parseDocument had returned")
        document, now = self._machine.next_record(self._file["fileType"], peek)
        self._file.update(now)
        return document

    def getState(self):
        from letsdata_interfaces.readers.model.SingleFileReaderState import SingleFileReaderState

        return SingleFileReaderState(self._file["state"])

    def getOffsetBytes(self):
        return str(self._file["offset"])

    def getFileType(self):
        return self._file["fileType"]

    def getFileName(self):
        return self._file["fileName"]

    def getLastRecordType(self):
        return self._file["lastRecordType"]

    def end(self):
        self._machine = None
