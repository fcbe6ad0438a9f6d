from enum import Enum


class RecordHintType(Enum):
    OFFSET = "OFFSET"
    PATTERN = "PATTERN"
