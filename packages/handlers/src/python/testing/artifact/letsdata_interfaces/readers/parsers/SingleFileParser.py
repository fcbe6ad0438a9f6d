import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time

from letsdata_interfaces.documents.CompositeDoc import CompositeDoc
from letsdata_interfaces.documents.Document import Document
from letsdata_interfaces.documents.DocumentType import DocumentType
from letsdata_interfaces.documents.ErrorDoc import ErrorDoc
from letsdata_interfaces.documents.SkipDoc import SkipDoc
from letsdata_interfaces.readers.model.ParseDocumentResult import ParseDocumentResult
from letsdata_interfaces.readers.model.ParseDocumentResultStatus import ParseDocumentResultStatus
from letsdata_interfaces.readers.model.RecordHintType import RecordHintType
from letsdata_interfaces.readers.model.RecordParseHint import RecordParseHint
from letsdata_utils.logging_utils import logger

STATUS = ParseDocumentResultStatus


def document(text, **values):
    return ParseDocumentResult(None, Document(DocumentType.Document, text, "LOG", None, {"m": 1}, {"text": text, **values}), STATUS.SUCCESS)


async def later(text):
    return document(text)


async def never(text):
    await asyncio.sleep(3600)


class SingleFileParser:
    """The record's text says what to do with it."""

    def getS3FileType(self):
        return "LOG"

    def getResolvedS3FileName(self, s3FileType, fileName):
        return f"in/{fileName}"

    def getRecordStartPattern(self, s3FileType):
        return RecordParseHint(RecordHintType.PATTERN, "{", -1)

    def getRecordEndPattern(self, s3FileType):
        return None

    def parseDocument(self, s3FileType, s3Filename, offsetBytes, byteArr, startIndex, endIndex):
        text = byteArr[startIndex:endIndex].decode("utf-8")
        deed = text.split(" ", 1)[0]
        if deed == "skip":
            return ParseDocumentResult(None, SkipDoc(None, "LOG", None, None, None, None, None, text), STATUS.SKIP)
        if deed == "error":
            return ParseDocumentResult(None, ErrorDoc(None, "LOG", None, None, {"text": text}, {"LOG": 7}, None, text), STATUS.ERROR)
        if deed == "parts":
            parts = CompositeDoc(None, [ErrorDoc(None, "LOG", None, None, None, None, None, text)])
            return ParseDocumentResult(None, parts, STATUS.SKIP if text.endswith("skip") else STATUS.SUCCESS)
        if deed == "throw":
            raise ValueError(text)
        if deed == "mute":
            raise type("Mute", (Exception,), {"__str__": lambda self: 1 / 0})()
        if deed == "async":
            return later(text)
        if deed == "arguments":
            return document(text, arguments=[s3FileType, s3Filename, offsetBytes, type(byteArr).__name__, startIndex, endIndex])
        if deed == "big":
            return document(text, big=12345678901234567890, one=1.0)
        if deed == "unserialisable":
            return document(text, value=object())
        if deed == "print":
            print("a stray print")
            os.write(1, b"written to descriptor 1\n")
        if deed == "log":
            logger.debug("a detail")
            logger.error("an error")
        if deed == "where":
            size = len(open("letsdata_interfaces/readers/parsers/SingleFileParser.py").read())
            root, stage = os.environ["LAMBDA_TASK_ROOT"], os.environ["LETS_DATA_STAGE"]
            tried = {"allowed": "writes", "refused": "writes nothing"}[refusal(lambda: open("written", "w"))]
            print(f"{'reads' if size else 'empty'} in {root} of {stage}: {tried}")
        if deed == "exit":
            sys.exit(3)
        if deed == "die":
            os.write(2, b"last words\n")
            os._exit(4)
        if deed == "crash":
            ctypes.string_at(0)
        if deed == "loop":
            while True:
                pass
        if deed == "sleep":
            time.sleep(3600)
        if deed == "count":
            sum(range(10**15))
        if deed == "await":
            return never(text)
        if deed == "deaf":
            signal.signal(signal.SIGURG, signal.SIG_IGN)
            os.close(4)
            time.sleep(3600)
        if deed == "hang":
            print("hangs from now on")
            time.sleep(3600)
        if deed == "memory":
            self.kept = []
            for _ in range(4096):
                self.kept.append(bytearray(1 << 20))
                time.sleep(0.002)
        if deed == "escape":
            return document(text, refused=[refusal(deed) for deed in ESCAPES])
        if deed == "truncate":
            return document(text, refused=refusal(lambda: os.truncate(text.split(" ", 1)[1], 0)))
        return document(text)


ESCAPES = [
    lambda: open("/etc/passwd").read(),
    lambda: open(os.path.join(os.path.dirname(__file__), "written"), "w"),
    lambda: open(f"/proc/{os.getppid()}/environ").read(),
    lambda: subprocess.run(["/bin/true"], check=True),
    lambda: os.kill(os.getppid(), 9),
]


def refusal(deed):
    try:
        deed()
        return "allowed"
    except PermissionError:
        return "refused"
