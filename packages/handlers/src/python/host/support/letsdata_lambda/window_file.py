"""One file of a state machine, of which only windows are here: finds, parses and hands out record after record."""

from letsdata_lambda.calls import bytes_of, call
from letsdata_lambda.cut_record import MORE, Rule, cut_record, plain_hint
from letsdata_lambda.documents import document_of, document_of_result, is_result, no_result, read


class NeedsMore(BaseException):
    """Ends a call of the reader that needs bytes behind its window: the engine repeats it with more. No Exception: handlers catch those."""


class _Stretch:
    def __init__(self, sent, is_last):
        self.at = sent.get("at")
        self.refused = sent.get("refused", False)
        self.offset = sent["offsetBytes"]
        self.data = bytes(bytes_of(sent["content"], sent))
        self.is_last = is_last


class WindowFile:
    def __init__(self, file_type, window, parser):
        self.file_type = file_type
        self.file_name = window["fileName"]
        self._parser = parser
        self.offset = window["offsetBytes"]
        self.last_type = window["lastRecordType"]
        self.next_type = window.get("nextRecordType")
        self.state = window.get("state", "FILE_DOWNLOADED")
        self.last_document = document_of(window.get("lastProcessedDoc"))
        sent = [window, *window.get("behind", [])]
        self._stretches = [_Stretch(each, window["eof"] and each is sent[-1]) for each in sent]
        self._stretch = 0
        self._ahead = None
        self._handed_out = []
        self.failure = None
        self.waiting = None
        """What is searched behind the window."""
        self.changes = 0
        """Everything that happened to the file so far, counted."""
        self.read_to = self.offset
        """How far it was looked at."""

    def position(self):
        return {"offsetBytes": self.offset, "lastRecordType": self.last_type, "nextRecordType": self.next_type, "state": self.state}

    def announce(self, record_type):
        self.next_type = record_type

    def take_handed_out(self):
        taken, self._handed_out = self._handed_out, []
        return taken

    def next_record(self, peek):
        if self.failure is not None:
            raise self.failure
        if self.state == "COMPLETED":
            return None
        if self._ahead is None:
            try:
                self._ahead = self._parse_next()
            except BaseException as error:
                self.failure = error
                raise
        document, record, behind = self._ahead
        if peek and document is not None:
            return document
        self._ahead = None
        self.changes += 1
        if record is not None:
            self._handed_out.append(record)
        self.offset, self.last_type, self.next_type = behind
        if document is None:
            self.state = "COMPLETED"
        else:
            self.last_document = document
        return document

    def _parse_next(self):
        self.state = "PROCESSING"
        offset, last_type, next_type = self.offset, self.last_type, self.next_type
        records_end = self._handed_out[-1][1] if self._handed_out else offset
        while True:
            expected, start, end = self._expect(last_type, next_type)
            rule = Rule(start, end)
            search = offset
            following = self._stretches[self._stretch + 1] if self._stretch + 1 < len(self._stretches) else None
            if following is not None and following.at == search:
                self._stretch += 1
                search = following.offset
                if following.refused:
                    offset, last_type, next_type = search, expected, None
                    continue
            stretch = self._stretches[self._stretch]
            record = cut_record(stretch.offset, stretch.data, stretch.is_last, search, rule)
            if record is None:
                return None, None, (offset, last_type, next_type)
            if record == MORE:
                if stretch is not self._stretches[-1]:
                    raise RuntimeError("the parser gave other hints when it was asked again")
                self.waiting = {"at": search, "behind": max(records_end, search), "start": plain_hint(start), "end": plain_hint(end)}
                raise NeedsMore("nextRecord needs bytes that are not here yet; let this exception pass")
            document, announced = self._parse(stretch, record, last_type)
            return document, record[:2], (record[2], expected, announced)

    def _expect(self, last_type, next_type):
        where = f"for the file type {self.file_type}"
        asked = next_type
        if asked is None:
            asked = call(self._parser, "getNextExpectedRecordType", where, self.file_type, last_type)
        expected = asked if isinstance(asked, str) else None
        hints = [
            call(self._parser, method, where, self.file_type, expected, self.last_document)
            for method in ("getNextRecordStartPattern", "getNextRecordEndPattern")
        ]
        return expected, *hints

    def _parse(self, stretch, record, last_type):
        start, end, _ = record
        self.read_to = end
        body = bytearray(stretch.data[start - stretch.offset : end - stretch.offset])
        place = self.file_type, self.file_name, start, last_type, self.last_document, body, 0, len(body)
        returned = call(self._parser, "parseDocument", f"at byte {start} of {self.file_name}", *place)
        if not is_result(returned):
            raise TypeError(f"parseDocument {no_result(returned)}")
        announced = read(returned, "nextRecordType", "getNextRecordType")
        return document_of_result(returned, self.file_type, start, end), announced if isinstance(announced, str) else None


class SystemFileReader:
    """A file as the published interface shows it; of use only while parseDocument runs."""

    def __init__(self, file):
        self._file = file
        self._is_over = False

    def nextRecord(self, peek=False):
        if self._is_over:
            raise Exception("nextRecord was called after parseDocument had returned")
        return self._file.next_record(bool(peek))

    def getState(self):
        from letsdata_interfaces.readers.model.SingleFileReaderState import SingleFileReaderState

        return SingleFileReaderState(self._file.state)

    def getOffsetBytes(self):
        return str(self._file.offset)

    def getFileType(self):
        return self._file.file_type

    def getFileName(self):
        return self._file.file_name

    def getLastRecordType(self):
        return self._file.last_type

    def end(self):
        self._is_over = True
