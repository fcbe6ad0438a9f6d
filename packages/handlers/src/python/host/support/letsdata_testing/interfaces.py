"""Which published interface a handler has."""

METHODS = {
    "SingleFileParser": ["getS3FileType", "getResolvedS3FileName", "getRecordStartPattern", "getRecordEndPattern", "parseDocument"],
    "SingleFileStateMachineReader": ["getS3FileType", "getResolvedS3FileName", "parseDocument"],
    "MultipleFileStateMachineReader": ["getS3FileTypes", "getResolvedS3FileNames", "parseDocument"],
    "QueueMessageReader": ["parseMessage"],
    "KinesisRecordReader": ["parseMessage"],
    "DynamoDBStreamsRecordReader": ["parseRecord"],
    "DynamoDBTableItemReader": ["parseDynamoDBItem"],
    "SagemakerVectorsInterface": ["extractDocumentElementsForVectorization", "constructVectorDoc"],
}


def interface_of(handler, stated=None):
    """Stated, or else the name of its class or of one it is derived from, or else the one interface its methods fit."""
    if isinstance(handler, type):
        raise TypeError("Give the handler as an object: %s()" % handler.__name__)
    known = stated or next((each.__name__ for each in type(handler).__mro__ if each.__name__ in METHODS), None)
    if known is None:
        if not _missing(handler, ["getNextRecordStartPattern"]):
            raise ValueError("A SingleFileStateMachineParser runs with its reader: run_handler(reader, content, parsers=parser).")
        fitting = [name for name, methods in METHODS.items() if not _missing(handler, methods)]
        # A parser of single records has all that a reader of one file needs, too.
        if fitting[:1] == ["SingleFileParser"]:
            return "SingleFileParser"
        if len(fitting) == 1:
            return fitting[0]
        raise ValueError("State as interface_name one of %s." % ", ".join(fitting or METHODS))
    if known not in METHODS:
        raise ValueError("There is no interface %s to run; there are %s." % (known, ", ".join(METHODS)))
    missing = _missing(handler, METHODS[known])
    if missing:
        raise TypeError("The handler lacks %s of %s." % (", ".join(missing), known))
    return known


def _missing(handler, methods):
    return [name for name in methods if not callable(getattr(handler, name, None))]
