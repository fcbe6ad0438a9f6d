"""Answers the engine: one operation after the other."""

import inspect
import json
import os
import sys
from itertools import repeat

from letsdata_hosting import customer_code, frames, sandbox, spark_place, stack_report, state_machine, supplied, task_log
from letsdata_hosting.thrown import RecordFailed, told
from letsdata_lambda import results
from letsdata_lambda.calls import settled


def main(folder):
    read_fd, write_fd = _private_pipe()
    support = os.path.join(folder, "support")
    artifact_dir = sys.argv[1]
    task_log.give_levels()
    sandbox.die_with_parent()
    sandbox.leave_no_core()
    stack_report.answer_questions(artifact_dir)
    sys.path.insert(0, artifact_dir)
    supplied.supply_modules(support)
    reach = spark_place.prepare(artifact_dir, folder, json.loads(sys.argv[2])) if len(sys.argv) > 2 else sandbox.NOTHING_MORE
    why_open = sandbox.restrict([artifact_dir, folder, *sandbox.python_folders()], reach)
    if why_open is not None:
        print(f"The handler is not contained: {why_open}.", file=sys.stderr)
    Host(frames.Pipe(read_fd, write_fd), artifact_dir).serve()


def _private_pipe():
    """Standard input and output become private; what customer code prints goes to descriptor 3, the task's log."""
    read_fd, write_fd = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(3, 1)
    os.close(3)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.stderr.reconfigure(line_buffering=True, errors="backslashreplace")
    return read_fd, write_fd


class Host:
    def __init__(self, pipe, artifact_dir):
        self._pipe = pipe
        self._artifact_dir = artifact_dir
        self._objects = {}
        self._last_object = 0

    def serve(self):
        while True:
            self._answer(*self._pipe.receive())

    def _answer(self, message, blob):
        try:
            returned, behind = getattr(self, "_do_" + message["op"])(message, blob), b""
            if type(returned) is RowsWithBodies:
                returned, behind = returned.rows, b"".join(returned.bodies)
            frame = frames.encode({"return": returned}, behind)
        except BaseException as error:
            frame = frames.encode({"throw": told(error, self._artifact_dir)})
        self._pipe.send(frame)

    def _do_load(self, message, blob):
        return self._keep(self._construct(message))

    def _construct(self, place):
        return customer_code.construct(self._artifact_dir, place["module"], place["class"], place["methods"])

    def _keep(self, handler):
        self._last_object += 1
        self._objects[self._last_object] = handler
        return self._last_object

    def _do_loadEntry(self, message, blob):
        """The entry of a Lambda image: a function that takes requests."""
        os.environ.setdefault("LETS_DATA_STAGE", "Test")
        return self._keep(customer_code.load_entry(self._artifact_dir))

    def _do_invoke(self, message, blob):
        """The response as JSON text, as Lambda would send it: no number is changed on the way."""
        request = message["request"]
        returned = settled(self._objects[message["object"]](request, customer_code.LambdaContext(request["requestId"])))
        return json.dumps(returned, ensure_ascii=False, separators=(",", ":"))

    def _do_runStep(self, message, blob):
        """A Spark step: nothing comes back but its end."""
        settled(getattr(self._objects[message["object"]], message["method"])(*message["args"]))
        return None

    def _do_forget(self, message, blob):
        self._objects.pop(message["object"], None)
        return None

    def _do_ask(self, message, blob):
        """A question about files and patterns: text, hint or None comes back."""
        returned = settled(getattr(self._objects[message["object"]], message["method"])(*message["args"]))
        return _plain(returned)

    def _do_handle(self, message, blob):
        body_of = _BODIES[message["body"]]
        members = message.get("members")
        # By parameter; a single value is that of all records.
        columns = [repeat(values[0]) if len(values) == 1 else values for values in message["heads"]]
        parts = _parts(blob, message["lengths"])
        arguments = ((*head, *body_of(part, members)) for part, *head in zip(parts, *columns))
        rows = RowsWithBodies()
        for row in self._called(message, arguments, results.result_row):
            rows.add(row)
        return rows

    def _do_extract(self, message, blob):
        """Texts by name of each document, which comes as the flat map it would be written as."""
        return list(self._called(message, _flat_maps(blob, message["lengths"]), results.texts_row))

    def _do_construct(self, message, blob):
        documents = _flat_maps(blob, message["lengths"])
        arguments = ((*document, vectors) for document, vectors in zip(documents, message["vectors"]))
        rows = RowsWithBodies()
        for row in self._called(message, arguments, _constructed_row):
            rows.add(row)
        return rows

    def _called(self, message, arguments, row):
        """Rows of what the method returns for each of the arguments; an exception says for which of them it was raised."""
        method = getattr(self._objects[message["object"]], message["method"])
        for index, given in enumerate(arguments):
            try:
                returned = method(*given)
                if type(returned) is not dict and inspect.isawaitable(returned):
                    returned = settled(returned)
                made = row(returned)
            except BaseException as error:
                raise RecordFailed(error, index) from error
            yield made

    def _do_openMachine(self, message, blob):
        reader = self._construct(message["reader"])
        return self._keep(state_machine.StateMachine(reader, message["isSingle"], settled, self._ask_engine))

    def _do_fileTypes(self, message, blob):
        return _plain(self._objects[message["object"]].file_types())

    def _do_addParser(self, message, blob):
        self._objects[message["object"]].add_parser(message["fileType"], self._construct(message["parser"]))
        return None

    def _do_resolveNames(self, message, blob):
        return _plain(self._objects[message["object"]].resolve_names(message["names"]))

    def _do_expect(self, message, blob):
        machine = self._machine(message)
        return _plain(machine.expect(message["fileType"], message["announced"], message["lastRecordType"], message["lastDocument"]))

    def _do_parse(self, message, blob):
        return self._machine(message).parse(message["place"], message["lastRecordType"], message["lastDocument"], blob)

    def _do_combine(self, message, blob):
        return _plain(self._machine(message).combine(message["lastDocument"], message["files"]))

    def _machine(self, message):
        machine = self._objects[message["object"]]
        machine.forget(message["forget"])
        return machine

    def _ask_engine(self, question):
        """While the engine works on the answer it may call back: those calls are served here."""
        self._pipe.send(frames.encode(question))
        while True:
            message, blob = self._pipe.receive()
            if "return" in message:
                return message["return"]
            if "throw" in message:
                raise EngineError(message["throw"]["message"])
            self._answer(message, blob)


class RowsWithBodies:
    """Bodies travel as bytes behind the rows, which say how many are theirs: within the JSON they would be escaped once more."""

    __slots__ = ("rows", "bodies")

    def __init__(self):
        self.rows = []
        self.bodies = []

    def add(self, row):
        if row[0] == "d":
            body = row[4].encode("utf-8", "surrogatepass")
            self.bodies.append(body)
            row[4] = len(body)
        self.rows.append(row)


class EngineError(Exception):
    """Reading failed in the engine, or in a parser it called; the task fails with the real cause whatever is done about this."""


def _constructed_row(document):
    return results.result_row({"status": "SUCCESS", "document": document})


def _parts(blob, lengths):
    at = 0
    for length in lengths:
        yield blob[at : at + length]
        at += length


def _flat_maps(blob, lengths):
    """One argument each."""
    return ((json.loads(part),) for part in _parts(blob, lengths))


def _bytes_with_range(body, members):
    return bytearray(body), 0, len(body)


def _json_members(body, members):
    values = json.loads(body)
    return [values.get(member, {}) for member in members]


_BODIES = {
    "bytesWithRange": _bytes_with_range,
    "bytes": lambda body, members: (bytearray(body),),
    "text": lambda body, members: (body.decode("utf-8", "replace"),),
    "json": _json_members,
}


def _plain(value):
    """Hints and enumerations as JSON; anything else that is no JSON is told by its type."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "recordHintType"):
        kind = value.recordHintType
        return {
            "recordHintType": getattr(kind, "value", kind),
            "pattern": getattr(value, "pattern", None),
            "offset": getattr(value, "offset", -1),
        }
    if hasattr(value, "value") and hasattr(value, "name"):
        return value.value
    return {"unexpected": type(value).__name__}
