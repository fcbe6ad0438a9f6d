"""Calls of customer code and what is told of them."""

import asyncio
import base64
import inspect
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor


class CustomerFailure(Exception):
    """What a method of customer code raised, and where."""

    def __init__(self, method, where, raised):
        super().__init__(f"{method} raised")
        self.method = method
        self.where = where
        self.raised = raised


def call(owner, method, where, *args):
    """None where the object has no such method."""
    function = getattr(owner, method, None)
    if function is None:
        return None
    try:
        return settled(function(*args))
    except CustomerFailure:
        raise
    except Exception as error:
        raise CustomerFailure(method, where, error) from error


def settled(returned):
    """What an awaitable comes to."""
    if not inspect.isawaitable(returned):
        return returned
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(returned)
    # A parser called by a reader that is a coroutine itself: a thread runs one loop at a time.
    return _apart.submit(_run, returned).result()


_apart = ThreadPoolExecutor(1)
_of_thread = threading.local()


def _run(awaitable):
    """In the thread's own loop, which is kept: to make one costs more than most handlers do."""
    if getattr(_of_thread, "loop", None) is None:
        _of_thread.loop = asyncio.new_event_loop()
    return _of_thread.loop.run_until_complete(_await(awaitable))


async def _await(awaitable):
    return await awaitable


def text_of(error):
    """An exception's own text; one that is made when it is asked for may raise itself."""
    try:
        return str(error)
    except BaseException:
        return f"<{type(error).__name__} that cannot tell its text>"


def success_body(data):
    return {"statusCode": "SUCCESS", "data": data}


def exception_body(error):
    error = error.raised if isinstance(error, CustomerFailure) else error
    return {
        "statusCode": "EXCEPTION",
        "errorMessage": text_of(error),
        "exception": {
            "errorMessage": text_of(error),
            "errorType": type(error).__name__,
            "stackTrace": "".join(traceback.format_exception(type(error), error, error.__traceback__)),
        },
    }


def bytes_of(content, data):
    """Bytes that were sent as text."""
    return bytearray(base64.b64decode(content) if data.get("contentEncoding") == "base64" else content.encode("utf-8"))
