"""What a font file calls itself: the names by which a script asks for it, its weight, whether it leans (pure).

References
----------
ISO/IEC 14496-22 (OpenType): "Table directory", "Collections", "name - Naming table", "OS/2 and Windows metrics table".
W3C WOFF 1.0: "Table directory". WOFF 2.0 keeps its tables in one brotli stream: such a font goes by its file's name.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

FAMILY, FULL, POSTSCRIPT, TYPOGRAPHIC = 1, 4, 6, 16
"""Numbers of names: scripts use any of these."""
NORMAL = 400
ITALIC = 1
MAX_TABLES = 200
MAX_NAMES = 2000
MAX_TABLE_BYTES = 2**20
MAX_NAME = 100
MAX_TOLD = 24


@dataclass(frozen=True, slots=True)
class Face:
    """A font as scripts know it: `families` without repeats, `weight` 1-1000."""

    families: tuple[str, ...]
    weight: int = NORMAL
    italic: bool = False


def read(data: bytes) -> Face:
    """Return what a font file says of itself; nothing where it cannot be read."""
    try:
        return _read(data)
    except (struct.error, zlib.error, IndexError, ValueError):
        return Face(())


def _read(data: bytes) -> Face:
    families: dict[str, None] = {}
    weight, italic = NORMAL, False
    if name := _table(data, b"name"):
        for family in _names(name):
            families[family] = None
    metrics = _table(data, b"OS/2")
    if metrics and len(metrics) >= 64:
        (said,) = struct.unpack_from(">H", metrics, 4)
        weight = said if 1 <= said <= 1000 else NORMAL
        italic = bool(struct.unpack_from(">H", metrics, 62)[0] & ITALIC)
    return Face(tuple(families)[:MAX_TOLD], weight, italic)


def _table(data: bytes, wanted: bytes) -> bytes | None:
    """Return a table of the file, of a collection's first font."""
    if data[:4] == b"wOFF":
        return _packed_table(data, wanted)
    at = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    (count,) = struct.unpack_from(">H", data, at + 4)
    for number in range(min(count, MAX_TABLES)):
        kind, _, start, size = struct.unpack_from(">4s3I", data, at + 12 + 16 * number)
        if kind == wanted:
            return data[start : start + min(size, MAX_TABLE_BYTES)]
    return None


def _packed_table(data: bytes, wanted: bytes) -> bytes | None:
    (count,) = struct.unpack_from(">H", data, 12)
    for number in range(min(count, MAX_TABLES)):
        kind, start, packed, size, _ = struct.unpack_from(">4s4I", data, 44 + 20 * number)
        if kind == wanted:
            stretch = data[start : start + packed]
            return stretch if packed == size else zlib.decompressobj().decompress(stretch, MAX_TABLE_BYTES)
    return None


def _names(table: bytes) -> list[str]:
    _, count, strings = struct.unpack_from(">3H", table, 0)
    found: list[str] = []
    for number in range(min(count, MAX_NAMES)):
        platform, _, _, kind, length, start = struct.unpack_from(">6H", table, 6 + 12 * number)
        if kind not in (FAMILY, FULL, POSTSCRIPT, TYPOGRAPHIC):
            continue
        said = table[strings + start : strings + start + length]
        text = said.decode("mac-roman" if platform == 1 else "utf-16-be", "ignore").strip()
        if text and len(text) <= MAX_NAME and text.isprintable() and text not in found:
            found.append(text)
    return found
