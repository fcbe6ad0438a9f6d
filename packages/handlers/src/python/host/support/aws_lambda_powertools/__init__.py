"""The part of the logger that published handlers use; an artifact that packs the real package gets the real one."""

import logging

from letsdata_utils.logging_utils import logger as _logger


class Logger(logging.LoggerAdapter):
    def __init__(self, *args, **kwargs):
        super().__init__(_logger, {})

    def inject_lambda_context(self, handler=None, **kwargs):
        return handler if handler is not None else (lambda function: function)
