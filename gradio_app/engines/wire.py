"""Messages between the server and its engines: their length in four bytes, then a pickled tuple.

Both ends are processes of ours, over a pair of sockets that nobody else has; nothing that a viewer sends is unpickled.
"""

from __future__ import annotations

import pickle
import struct
from typing import Any, BinaryIO

ASK, REFRESH = "ask", "refresh"
READY, ANSWERED, FAILED, REFRESHED = "ready", "answered", "failed", "refreshed"
_LENGTH = struct.Struct("!I")


def packed(*message: Any) -> bytes:
    """Return a message as bytes."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


def read(stream: BinaryIO) -> tuple[Any, ...] | None:
    """Return the next message of a blocking stream, None at its end."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size = _LENGTH.unpack(head)[0]
    body = stream.read(size)
    return _unpacked(body) if len(body) == size else None


class Unpacker:
    """Makes messages of what arrives, in whatever pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[Any, ...]]:
        """Return the messages that `data` completes."""
        buffer, found, at = self._buffer, [], 0
        buffer += data
        while len(buffer) - at >= _LENGTH.size:
            end = at + _LENGTH.size + _LENGTH.unpack_from(buffer, at)[0]
            if len(buffer) < end:
                break
            found.append(_unpacked(bytes(buffer[at + _LENGTH.size : end])))
            at = end
        del buffer[:at]
        return found


def _unpacked(body: bytes) -> tuple[Any, ...]:
    found: tuple[Any, ...] = pickle.loads(body)  # noqa: S301 - from our own process, see above
    return found
