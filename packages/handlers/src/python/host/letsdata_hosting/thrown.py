"""What customer code raised, as the engine is told it."""

import os
import traceback

from letsdata_hosting import customer_code, spark_place
from letsdata_lambda.calls import text_of

STACK_LENGTH_MAX = 8000
MESSAGE_LENGTH_MAX = 1000


class RecordFailed(Exception):
    """Customer code raised `cause` at the record `index` of a batch."""

    def __init__(self, cause, index):
        super().__init__(index)
        self.cause = cause
        self.index = index


def told(error, artifact_dir):
    """Never raises: an exception of customer code may do so whatever it is asked."""
    index = None
    if type(error) is RecordFailed:
        error, index = error.cause, error.index
    try:
        return {**_told(error, artifact_dir), "index": index}
    except BaseException:
        message = f"{type(error).__name__}, of which nothing more can be told"
        code = "OUT_OF_MEMORY" if isinstance(error, MemoryError) else "HANDLER_EXCEPTION"
        return {"code": code, "message": message, "stack": "", "index": index}


def _told(error, artifact_dir):
    text = None
    if isinstance(error, MemoryError):
        code = "OUT_OF_MEMORY"
    elif isinstance(error, customer_code.InvalidArtifact):
        code, text, error = error.code, text_of(error), error.cause or error
    else:
        text = spark_place.what_is_missing(error)
        code = "NOT_AVAILABLE_LOCALLY" if text else "HANDLER_EXCEPTION"
    folder = artifact_dir + os.sep
    if text is None:
        own = text_of(error)
        text = f"{type(error).__name__}: {own}" if own else type(error).__name__
        theirs = _of_folder(traceback.extract_tb(error.__traceback__), folder)
        if theirs:
            text += f" (line {theirs[-1].lineno} of {os.path.basename(theirs[-1].filename)})"
    chain = traceback.TracebackException(type(error), error, error.__traceback__)
    _leave_out_ours(chain, folder)
    stack = "".join(chain.format()).replace(folder, "")
    return {"code": code, "message": text[:MESSAGE_LENGTH_MAX], "stack": _shortened(stack)}


def _leave_out_ours(told, folder):
    """In the whole chain, and in each exception of a group. A stack without a line of the artifact stays whole."""
    theirs = _of_folder(told.stack or (), folder)
    if theirs:
        told.stack = traceback.StackSummary.from_list(theirs)
    for more in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        if more is not None:
            _leave_out_ours(more, folder)


def _of_folder(frames, folder):
    return [frame for frame in frames if frame.filename.startswith(folder)]


def _shortened(stack):
    """Beginning and end: Spark tells the whole stack of its Java in the middle."""
    if len(stack) <= STACK_LENGTH_MAX:
        return stack
    half = STACK_LENGTH_MAX // 2
    return f"{stack[:half]}\n…\n{stack[-half:]}"
