"""What a test is told."""

import json

from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
from letsdata_lambda.documents import read
from letsdata_lambda.results import result_row, taken_apart


class HandlerRun:
    """What became of the records; each is in one of the lists, as the object the handler gave: None where it gave none."""

    def __init__(self):
        self.documents = []
        self.bodies = []
        """Of `documents`, in their order: dicts, as they would be written."""
        self.errors = []
        """Of a document that cannot be written: an ErrorDoc with a message that begins INVALID_DOCUMENT."""
        self.part_errors = []
        """Of composite documents, whatever became of the whole: archived, but not counted as records."""
        self.skips = []

    def add(self, returned):
        """A result of parseDocument, parseMessage, ..., taken as a task takes it."""
        kind, *fields = result_row(returned)
        document = read(returned, "document", "getDocument")
        main, parts = taken_apart(document)
        self.part_errors.extend(parts)
        if kind == "d":
            self.documents.append(document)
            self.bodies.append(json.loads(fields[3]))
        elif kind == "s":
            self.skips.append(document)
        else:
            self.errors.append(main if kind == "e" else invalid_document(fields[0]))


class VectorsRun(HandlerRun):
    def __init__(self):
        super().__init__()
        self.texts = []
        """What would be sent to the model: a dict of texts by name for each document that has some that can be used."""


def invalid_document(message):
    return ErrorDoc(None, None, None, None, None, None, None, "INVALID_DOCUMENT: " + message)
