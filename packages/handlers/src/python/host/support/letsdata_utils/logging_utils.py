import logging
import sys

logging.basicConfig(stream=sys.stdout, level=logging.DEBUG, format="%(levelname)s %(name)s %(message)s")

#: Lines go to the task's log.
logger = logging.getLogger("letsdata")
