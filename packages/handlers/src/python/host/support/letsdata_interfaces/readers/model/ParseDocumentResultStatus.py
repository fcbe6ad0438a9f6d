from enum import Enum


class ParseDocumentResultStatus(Enum):
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    SKIP = "SKIP"

    @staticmethod
    def fromString(text):
        return ParseDocumentResultStatus(text)
