"""Frames over the pipe to the engine: uint32 length of all that follows, uint32 length of the JSON, the JSON, raw bytes."""

import json
import os
import struct

_LENGTHS = struct.Struct(">II")


class Pipe:
    """Both directions; `receive` ends the process when the engine is gone, because without it there is nothing to work for."""

    def __init__(self, read_fd, write_fd):
        self._in = os.fdopen(read_fd, "rb", buffering=1 << 20)
        self._out = os.fdopen(write_fd, "wb", buffering=0)

    def receive(self):
        lengths = self._in.read(_LENGTHS.size)
        if len(lengths) < _LENGTHS.size:
            os._exit(0)
        total, json_length = _LENGTHS.unpack(lengths)
        text = self._in.read(json_length)
        blob = self._in.read(total - 4 - json_length)
        return json.loads(text), blob

    def send(self, frame):
        """`frame` as `encode` makes it."""
        data = memoryview(frame)
        while data:
            data = data[self._out.write(data):]


def encode(message, blob=b""):
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"".join((_LENGTHS.pack(4 + len(text) + len(blob), len(text)), text, blob))
