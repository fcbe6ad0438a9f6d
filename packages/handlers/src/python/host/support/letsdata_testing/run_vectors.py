"""A SagemakerVectorsInterface over documents, without a model."""

import copy

from letsdata_lambda.calls import settled
from letsdata_lambda.results import texts_row
from letsdata_testing.handler_run import VectorsRun, invalid_document


def vectorise(handler, documents, vector_of):
    run = VectorsRun()
    for document in documents:
        # Each call gets a map of its own, as in a task.
        kind, found = texts_row(settled(handler.extractDocumentElementsForVectorization(copy.deepcopy(document))))
        if kind == "i":
            run.errors.append(invalid_document(found))
            continue
        run.texts.append(found)
        vectors = {name: vector_of(text) for name, text in found.items()}
        made = settled(handler.constructVectorDoc(copy.deepcopy(document), vectors))
        run.add({"status": "SUCCESS", "document": made})
    return run
