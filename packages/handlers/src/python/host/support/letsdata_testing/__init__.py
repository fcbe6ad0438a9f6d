"""For unit tests of handlers: runs a handler object over records as a task would, without LetsData."""

from letsdata_lambda.calls import CustomerFailure
from letsdata_testing.handler_run import HandlerRun, VectorsRun
from letsdata_testing.interfaces import interface_of
from letsdata_testing.parse_files import parse_file
from letsdata_testing.parse_messages import MESSAGES, parse_messages
from letsdata_testing.run_machines import read_one_file, read_several_files
from letsdata_testing.run_vectors import vectorise

__all__ = ["HandlerRun", "VectorsRun", "run_handler", "run_vectors_handler"]


def run_handler(handler, content=None, file_name="test.log", *, records=None, parsers=None, interface_name=None):
    """Runs a handler of any interface that reads; `interface_name` says which where neither its class's name nor its methods tell.

    `content`: the file's text or bytes. A MultipleFileStateMachineReader gets a dict of them by file type. Queues, streams and tables
    take JSON lines, or `records`.
    `records`: messages, stream records or items. Each is a dict of the method's arguments by name, with made-up ones for what is
    missing, or else the message, data or item itself.
    `parsers`: of a state machine whose reader gives none: one object, or a dict of them by file type.

    Raises what fails a task: what the handler raises, and ValueError for INVALID_HINT and NO_PROGRESS.
    """
    interface = interface_of(handler, interface_name)
    run = HandlerRun()
    try:
        if interface in MESSAGES:
            parse_messages(run, handler, interface, content, records)
        elif content is None or records is not None:
            raise ValueError("A handler of %s reads files: give it content and no records." % interface)
        elif interface == "SingleFileParser":
            parse_file(run, handler, content, file_name)
        elif interface == "SingleFileStateMachineReader":
            read_one_file(run, handler, parsers, content, file_name)
        else:
            read_several_files(run, handler, parsers, content)
    except CustomerFailure as failure:
        raise failure.raised from None
    return run


def run_vectors_handler(handler, documents, vector_of=None):
    """Runs a SagemakerVectorsInterface without a model.

    `documents`: dicts, each a document of a read handler as it would be written (`HandlerRun.bodies`).
    `vector_of`: stands in for the model, a list of numbers for a text. Left out, every text gets [1, 0, 0].
    """
    interface_of(handler, "SagemakerVectorsInterface")
    return vectorise(handler, documents, vector_of or (lambda text: [1, 0, 0]))
