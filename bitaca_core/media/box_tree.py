"""The boxes of an ISO base media file: where each starts and ends, one after the other or by path, in pure Python.

Foreign bytes never raise anything but `Malformed`; the walk is bounded by the bytes that are there and by a limit.

References
----------
ISO/IEC 14496-12, "Object structure": 32-bit and 64-bit sizes, and a size of 0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BOXES = 200_000
"""In one file: a movie of hours in one file has thousands; a crafted one could have millions of eight bytes."""


class Malformed(ValueError):
    """Bytes that are no boxes; `offset` is where, in bytes from the start of the file."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its four letters, where it starts, where its content starts, and where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


def walk(data: bytes | bytearray, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes of a stretch, one after the other.

    Raises
    ------
    Malformed
        A box ends behind its container, or is smaller than its own header.
    """
    stop = len(data) if end is None else end
    at, seen = start, 0
    while at < stop:
        seen += 1
        if stop - at < 8 or seen > MAX_BOXES:
            raise Malformed("bytes that are no box", at)
        size, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if size == 1:
            if stop - at < 16:
                raise Malformed("a box without its length", at)
            (size,) = struct.unpack_from(">Q", data, body)
            body += 8
        elif size == 0:
            size = stop - at
        if size < body - at or size > stop - at:
            name = kind.decode("latin-1")
            raise Malformed(f"box {name!r} says {size} bytes, {stop - at} are left", at)
        yield Box(kind, at, body, at + size)
        at += size


def find(data: bytes, path: str, start: int = 0, end: int | None = None) -> list[Box]:
    """Return all boxes under a path such as "moov/trak/mdia"."""
    first, _, rest = path.partition("/")
    found = [box for box in walk(data, start, end) if box.kind == first.encode()]
    if not rest:
        return found
    return [inner for box in found for inner in find(data, rest, box.body, box.end)]
