"""Lines of the supplied logger, told to the task's log with their levels."""

import json
import logging

_MARK = "\x1eletsdata:"
"""Of a line that is JSON of level and message instead of a print: the task process reads it."""
_MESSAGE_LENGTH_MAX = 8 * 1024
_LEVELS = ((logging.ERROR, "ERROR"), (logging.WARNING, "WARN"), (logging.INFO, "INFO"))


def give_levels(name="letsdata"):
    """To the logger that the support modules hand out."""
    # Not sys.stdout: a print without its line's end would stand before the mark.
    stream = open(1, "w", encoding="ascii", closefd=False)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Marked())
    logging.getLogger(name).addHandler(handler)


class _Marked(logging.Formatter):
    def format(self, record):
        message = super().format(record)
        if len(message) > _MESSAGE_LENGTH_MAX:
            message = f"{message[:_MESSAGE_LENGTH_MAX]}… (cut)"
        level = next((name for least, name in _LEVELS if record.levelno >= least), "DEBUG")
        return _MARK + json.dumps({"time": int(record.created * 1000), "level": level, "message": message})
