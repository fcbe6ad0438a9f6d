import logging
import sys

#: Lines go to the task's log, each with its level. It has a handler of its own: at the root, DEBUG would make libraries tell keys.
logger = logging.getLogger("letsdata")
logger.setLevel(logging.DEBUG)
logger.propagate = False
# In a task the host has given it one.
if not logger.handlers:
    _handler = logging.StreamHandler(sys.stdout)
    _handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logger.addHandler(_handler)
