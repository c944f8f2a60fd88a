"""Whether an MP4 or MOV is encrypted, read from its own boxes: ffprobe names the format beneath the encryption.

References
----------
ISO/IEC 14496-12: "Box structure", "Sample Description Box", "Protection Scheme Information Box".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAX_MOOV_BYTES = 256 * 2**20
"""The index of a day of film is below 100 MB."""
MAX_BOXES = 10_000
CONTAINERS = (b"trak", b"mdia", b"minf", b"stbl")
PROTECTED = (b"encv", b"enca", b"encs", b"enct", b"drmi", b"drms")
STSD_HEAD_BYTES = 8
"""Version, flags and entry count of a sample description box."""


def encrypted(path: Path) -> bool:
    """Return whether a sample entry of any track is a protected one; False for what is no MP4."""
    with path.open("rb") as stream:
        size = path.stat().st_size
        at = 0
        for _ in range(MAX_BOXES):
            head = _head(stream, at)
            if head is None:
                return False
            kind, header, length = head
            if kind == b"moov":
                stream.seek(at + header)
                return protected_entry(stream.read(min(max(0, length - header), MAX_MOOV_BYTES)))
            at += length
            if at >= size:
                return False
    return False


def protected_entry(body: bytes) -> bool:
    """Return whether `body`, the contents of a `moov`, describes a protected track (pure)."""
    todo = [body]
    while todo:
        for kind, content in _boxes(todo.pop()):
            if kind in CONTAINERS:
                todo.append(content)
            elif kind == b"stsd" and any(
                entry in PROTECTED for entry, _ in _boxes(content[STSD_HEAD_BYTES:])
            ):
                return True
    return False


def _head(stream: BinaryIO, at: int) -> tuple[bytes, int, int] | None:
    """Return kind, header bytes and whole length of the box at `at`."""
    stream.seek(at)
    data = stream.read(16)
    if len(data) < 8:
        return None
    length, kind, header = int.from_bytes(data[:4], "big"), data[4:8], 8
    if length == 1 and len(data) == 16:
        length, header = int.from_bytes(data[8:], "big"), 16
    return (kind, header, length) if length >= header else None  # 0: to the end of the file, nothing follows


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(body):
        length = int.from_bytes(body[at : at + 4], "big")
        if length < 8:
            return
        yield body[at + 4 : at + 8], body[at + 8 : at + length]
        at += length
