from enum import Enum


class RecordHintType(str, Enum):
    OFFSET = "OFFSET"
    PATTERN = "PATTERN"

    @classmethod
    def fromValue(cls, text):
        """Raises ValueError for what is no hint type."""
        return cls(text)
