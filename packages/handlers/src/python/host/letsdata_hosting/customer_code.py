"""Finds, imports and constructs the customer's class."""

import importlib
import importlib.util
import os
import sys

from letsdata_hosting import spark_place
from letsdata_lambda.calls import text_of

ENTRY_FILE = "letsdata_lambda_function.py"


class InvalidArtifact(Exception):
    """The artifact cannot be used; `code` names what is wrong with it."""

    def __init__(self, message, code="ARTIFACT_INVALID", cause=None):
        super().__init__(message)
        self.code = code
        self.cause = cause


def construct(artifact_dir, module_path, class_name, methods):
    module = _import(artifact_dir, module_path)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        names = [name for name, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__]
        raise InvalidArtifact(f"The module {module_path} has no class {class_name}; it has {', '.join(names) or 'none'}.")
    try:
        handler = found()
    except BaseException as error:
        raise InvalidArtifact(f"The constructor of {class_name} in {module_path} raised {type(error).__name__}: {text_of(error)}", cause=error) from error
    missing = [name for name in methods if not callable(getattr(handler, name, None))]
    if missing:
        raise InvalidArtifact(f"The class {class_name} in {module_path} lacks the method{'s' if len(missing) > 1 else ''} {', '.join(missing)}.")
    return handler


def load_entry(artifact_dir):
    handler = getattr(_import(artifact_dir, ENTRY_FILE), "lambda_handler", None)
    if not callable(handler):
        raise InvalidArtifact(f"The artifact has neither a class of the interface nor a function lambda_handler in {ENTRY_FILE}.")
    return handler


class LambdaContext:
    """What a function is told of itself."""

    function_name = "letsdata-local"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:letsdata-local"
    memory_limit_in_mb = "1024"

    def __init__(self, request_id):
        self.aws_request_id = request_id

    def get_remaining_time_in_millis(self):
        return 900_000


def _import(artifact_dir, module_path):
    """By dotted name where the path is one, so that relative imports of packages work; else by file."""
    dotted = module_path[:-3].replace("/", ".")
    if dotted.endswith(".__init__"):
        dotted = dotted[: -len(".__init__")]
    try:
        if all(part.isidentifier() for part in dotted.split(".")):
            return importlib.import_module(dotted)
        spec = importlib.util.spec_from_file_location("letsdata_customer_handler", os.path.join(artifact_dir, module_path))
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module
    except SyntaxError as error:
        raise InvalidArtifact(f"The module {module_path} does not parse: {text_of(error)}", "SYNTAX_ERROR", error) from error
    except BaseException as error:
        missing = spark_place.what_is_missing(error)
        if missing:
            raise InvalidArtifact(missing, "NOT_AVAILABLE_LOCALLY", error) from error
        raise InvalidArtifact(f"The module {module_path} cannot be imported: {type(error).__name__}: {text_of(error)}", "IMPORT_FAILED", error) from error
