from enum import Enum


class ParseDocumentResultStatus(str, Enum):
    SUCCESS = "SUCCESS"
    ERROR = "ERROR"
    SKIP = "SKIP"

    @classmethod
    def fromValue(cls, text):
        """Raises ValueError for what is no status."""
        return cls(text)

    @classmethod
    def fromString(cls, text):
        """The same under the name of an earlier version of this module."""
        return cls(text)
