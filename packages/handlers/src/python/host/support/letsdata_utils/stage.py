from enum import Enum


class Stage(Enum):
    Test = "Test"
    Prod = "Prod"

    @classmethod
    def fromValue(cls, text):
        """Raises ValueError for what is no stage."""
        return cls(text)

    @classmethod
    def fromString(cls, text):
        """The same under the name of an earlier version of this module."""
        return cls(text)
