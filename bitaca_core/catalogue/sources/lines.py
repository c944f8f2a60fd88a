"""Lines and JSON items of files that may be large or packed with gzip, one at a time, each with its line number.

Memory stays bounded by one line or one item, whatever the file unpacks to.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from bitaca_core.catalogue.sources.findings import Rejection

LINE_MAX_BYTES = 262_144
"""One title never needs more; an endless line must not fill the memory."""
ITEM_MAX_CHARS = 4_194_304
"""One item of a JSON export: a film with every stream, chapter and person is a tenth of it."""
CHUNK_CHARS = 262_144
_SPACE = " \t\r\n"


def opened(path: Path) -> BinaryIO:
    """Open a file for reading, unpacked where its name ends in `.gz`."""
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.casefold() == ".gz" else path.open("rb")


def plain_suffix(path: Path) -> str:
    """Return the extension below `.gz`, lower-case: `.jsonl` of `films.jsonl.gz`."""
    named = path.with_suffix("") if path.suffix.casefold() == ".gz" else path
    return named.suffix.casefold()


def lines_of(path: Path) -> Iterator[tuple[int, bytes | Rejection]]:
    """Yield each line that is not empty with its number; what is too long or cut off as a rejection."""
    number = 0
    try:
        with opened(path) as stream:
            while line := stream.readline(LINE_MAX_BYTES + 1):
                number += 1
                if len(line) > LINE_MAX_BYTES:
                    yield number, Rejection(path, number, f"the line is longer than {LINE_MAX_BYTES} bytes")
                    while line and not line.endswith(b"\n"):
                        line = stream.readline(LINE_MAX_BYTES)
                elif line.strip():
                    yield number, line
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield number + 1, Rejection(path, number + 1, _cut_off(error))


def object_of(path: Path, number: int, line: bytes) -> dict[str, Any] | Rejection:
    """Return the JSON object of one line, or why it is none."""
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Rejection(path, number, f"not UTF-8 (byte {error.start + 1} of the line)")
    except json.JSONDecodeError as error:
        return Rejection(path, number, f"not JSON: {error.msg} (column {error.colno})")
    except (RecursionError, ValueError):
        return Rejection(path, number, "not JSON: nested too deeply, or a number without end")
    if not isinstance(row, dict):
        return Rejection(path, number, "expected an object with the fields of a title")
    return row


def objects_of(path: Path) -> Iterator[tuple[int, dict[str, Any] | Rejection]]:
    """Yield each line's JSON object with its number."""
    for number, line in lines_of(path):
        yield number, line if isinstance(line, Rejection) else object_of(path, number, line)


def items_of(path: Path, key: str) -> Iterator[tuple[int, Any | Rejection]]:
    """Yield the items of the array `key` of one JSON object (or of a bare array) with the line each begins at.

    The file is read in pieces. After a piece that is no JSON nothing can be trusted: it is the last rejection.
    """
    scanner = _Scanner(path)
    try:
        with opened(path) as stream:
            scanner.stream = stream
            found = scanner.enter(key)
            if not found:
                yield 1, Rejection(path, None, f"expected an object with a list `{key}`, or a list")
                return
            while (item := scanner.next_item()) is not None:
                yield item
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        yield scanner.line, Rejection(path, scanner.line, _cut_off(error))
    except UnicodeDecodeError:
        yield scanner.line, Rejection(path, scanner.line, "not UTF-8")
    except RecursionError:
        yield scanner.line, Rejection(path, scanner.line, "not JSON: nested too deeply")
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        yield scanner.line, Rejection(path, scanner.line, f"not JSON: {reason}; nothing after it was read")


def first_keys(path: Path) -> tuple[str, ...]:
    """Return the keys of the first JSON object of a file, at any depth of one list: what tells its kind.

    Of an object that goes on past the first piece, the keys that the piece shows.
    """
    try:
        with opened(path) as stream:
            text = stream.read(CHUNK_CHARS).decode("utf-8-sig", "replace").lstrip()
    except (OSError, EOFError, zlib.error):
        return ()
    text = text.lstrip("[" + _SPACE)
    keys: list[str] = []
    depth, position = 0, 0
    decoder = json.JSONDecoder()
    while position < len(text):
        char = text[position]
        if char == '"':
            try:
                word, position = decoder.raw_decode(text, position)
            except ValueError:
                break
            rest = text[position : position + 8].lstrip(_SPACE)
            if depth == 1 and rest.startswith(":"):
                keys.append(word)
            continue
        depth += (char in "{[") - (char in "}]")
        position += 1
        if depth == 0:
            break
    return tuple(keys)


def _cut_off(error: Exception) -> str:
    return f"the packed file is cut off or damaged ({error}); nothing after it was read"


class _Scanner:
    """A buffer over a file that is decoded one JSON value at a time."""

    def __init__(self, path: Path) -> None:
        import codecs

        self.path = path
        self.stream: BinaryIO | None = None
        self.line = 1
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._ended = False

    def enter(self, key: str) -> bool:
        """Move into the array; False where the file has none."""
        first = self._peek()
        if first == "[":
            self._take(1)
            return True
        if first != "{":
            return False
        self._take(1)
        while self._peek() == '"':
            name = self._value()
            if self._peek() != ":":
                raise ValueError("expected `:`")
            self._take(1)
            if name == key and self._peek() == "[":
                self._take(1)
                return True
            self._value()
            if self._peek() == ",":
                self._take(1)
        return False

    def next_item(self) -> tuple[int, Any] | None:
        """Return the next item with its line; None at the end of the array."""
        char = self._peek()
        if char == "]":
            return None
        if char == ",":
            self._take(1)
            char = self._peek()
        if char == "":
            raise ValueError("the list has no end")
        line = self.line
        return line, self._value()

    def _fill(self) -> bool:
        if self._ended or self.stream is None:
            return False
        piece = self.stream.read(CHUNK_CHARS)
        self._ended = not piece
        self._text = self._text[self._at :] + self._decoder.decode(piece, final=self._ended)
        self._at = 0
        return not self._ended

    def _peek(self) -> str:
        while True:
            while self._at < len(self._text):
                char = self._text[self._at]
                if char not in _SPACE:
                    return char
                self._take(1)
            if not self._fill() and self._at >= len(self._text):
                return ""

    def _take(self, count: int) -> None:
        self.line += self._text.count("\n", self._at, self._at + count)
        self._at += count

    def _value(self) -> Any:
        self._peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
                if end < len(self._text) or self._ended:
                    break
            except json.JSONDecodeError:
                if self._ended or len(self._text) - self._at > ITEM_MAX_CHARS:
                    raise
            self._fill()
        self._take(end - self._at)
        return value
