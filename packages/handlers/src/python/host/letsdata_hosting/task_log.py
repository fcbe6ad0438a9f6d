"""Lines of Python's loggers, told to the task's log with their levels."""

import json
import logging
import os

_MARK = "\x1eletsdata:"
"""Of a line that is JSON of level and message instead of a print: the task process reads it."""
_ASKED_BY = "LETSDATA_MARKS_LOG_LINES"
"""Set by a process that reads such lines; for people they would be hard to."""
_MESSAGE_LENGTH_MAX = 8 * 1024
_LEVELS = ((logging.ERROR, "ERROR"), (logging.WARNING, "WARN"), (logging.INFO, "INFO"))
_TELLS_KEYS = ("py4j", "botocore", "boto3", "urllib3")
"""Loggers that tell at DEBUG what is handed to Spark or sent to AWS, keys as well; a handler may set the root to DEBUG."""


def give_levels(name="letsdata"):
    """To the logger that the support modules hand out, and to all others that have no handler of their own.

    Published artifacts pack a logger that is the root itself. What stands in for missing handlers is replaced instead of giving the
    root one: `logging.basicConfig` of a handler would then do nothing.
    """
    quieten(logging.INFO)
    # Not sys.stdout: a print without its line's end would stand before the mark.
    stream = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    logging.lastResort = logging.StreamHandler(stream)
    if not os.environ.get(_ASKED_BY):
        logging.lastResort.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        return
    logging.lastResort.setFormatter(_Marked())
    logger = logging.getLogger(name)
    logger.addHandler(logging.lastResort)
    logger.propagate = False


def quieten(level):
    """The loggers that would tell keys."""
    for name in _TELLS_KEYS:
        logging.getLogger(name).setLevel(level)


class _Marked(logging.Formatter):
    def format(self, record):
        message = super().format(record)
        if len(message) > _MESSAGE_LENGTH_MAX:
            message = f"{message[:_MESSAGE_LENGTH_MAX]}… (cut)"
        level = next((name for least, name in _LEVELS if record.levelno >= least), "DEBUG")
        return _MARK + json.dumps({"time": int(record.created * 1000), "level": level, "message": message})
