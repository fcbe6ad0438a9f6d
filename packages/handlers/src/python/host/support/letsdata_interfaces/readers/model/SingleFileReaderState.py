from enum import Enum


class SingleFileReaderState(Enum):
    CREATED = "CREATED"
    FILE_DOWNLOADED = "FILE_DOWNLOADED"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    CLOSED = "CLOSED"
