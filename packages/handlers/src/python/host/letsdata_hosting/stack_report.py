"""Tells the engine where customer code is: when the engine asks by a signal because it takes too long, and when a signal ends it."""

import asyncio
import faulthandler
import json
import os
import signal
import sys
import traceback

QUESTION = signal.SIGURG
"""Ignored by a process that is not ready for it yet."""
REPORTS_FD = 4
STACK_LENGTH_MAX = 8000


def answer_questions(artifact_dir):
    """A question twice: first faulthandler, which needs no turn of the interpreter, then in full, which code in an endless call of C never lets."""
    os.set_inheritable(REPORTS_FD, False)
    signal.signal(QUESTION, lambda number, frame: _answer(frame, artifact_dir + os.sep))
    # A fault in an extension module: nothing but this can still say where.
    faulthandler.enable(file=REPORTS_FD, all_threads=False)
    faulthandler.register(QUESTION, file=REPORTS_FD, all_threads=False, chain=True)


def _answer(frame, folder):
    try:
        os.write(REPORTS_FD, b"\n" + json.dumps(_report(frame, folder)).encode("ascii") + b"\n")
    except BaseException:
        # It would be raised within customer code; faulthandler has answered.
        pass


def _report(frame, folder):
    stacks = [("Stack (most recent call last):\n", traceback.walk_stack(frame))]
    stacks += [("Awaiting:\n", ((each, each.f_lineno) for each in reversed(frames))) for frames in _suspended()]
    place, lines = None, []
    for title, walked in stacks:
        frames = reversed(traceback.StackSummary.extract(walked))
        theirs = [each for each in frames if each.filename.startswith(folder)]
        if theirs:
            place = f"line {theirs[-1].lineno} of {os.path.basename(theirs[-1].filename)}"
            lines += [title, *traceback.format_list(theirs)]
    stack = "".join(lines).replace(folder, "")
    return {"place": place, "stack": stack[-STACK_LENGTH_MAX:] or None}


def _suspended():
    """Frames of each coroutine that waits: no thread's stack has them."""
    try:
        running = asyncio.current_task()
        tasks = asyncio.all_tasks()
    except RuntimeError:
        # No loop runs.
        return
    for task in tasks:
        frames, awaited = [], None if task is running else task.get_coro()
        while awaited is not None:
            frame = getattr(awaited, "cr_frame", None)
            if frame is not None:
                frames.append(frame)
            awaited = getattr(awaited, "cr_await", None)
        yield frames
