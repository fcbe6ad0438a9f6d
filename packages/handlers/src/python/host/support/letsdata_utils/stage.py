from enum import Enum


class Stage(Enum):
    Test = "Test"
    Prod = "Prod"

    @staticmethod
    def fromString(text):
        return Stage(text)
