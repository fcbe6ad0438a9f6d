from letsdata_interfaces.readers.model.RecordHintType import RecordHintType


class RecordParseHint:
    """How a record begins or ends: a pattern, or a number of bytes. The unused one of `pattern` and `offset` is ignored."""

    def __init__(self, recordHintType, pattern, offset):
        self.recordHintType = recordHintType
        self.pattern = pattern
        self.offset = offset

    def getRecordHintType(self):
        return self.recordHintType

    def getPattern(self):
        if self.recordHintType != RecordHintType.PATTERN:
            raise Exception("getPattern: the hint is no PATTERN")
        return self.pattern

    def getOffset(self):
        if self.recordHintType != RecordHintType.OFFSET:
            raise Exception("getOffset: the hint is no OFFSET")
        return self.offset
