"""Checks playlists and MPDs against the rules of their standards; the rules are in `player/strict`.

The laboratory's module answers: one request as bytes in, one answer as bytes out, as `player/strict/src/wire.rs`
documents them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.errors import InputError
from bitaca_core.playback import lab

SEVERITIES = ("must", "should", "note")
"""How much a rule binds; the position is the number on the wire."""
STRICT = 2
CHECK, REFERENCES, RULES = range(3)
PLAYLISTS = (".m3u8", ".m3u")
MAX_BYTES = 64 << 20
"""Of one file, as the rules read it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a standard.

    Attributes
    ----------
    severity : str
        One of `SEVERITIES`.
    id : str
        Its stable name.
    section : str
        Where it is stated.
    says : str
        What it asks for, in our words.
    """

    severity: str
    id: str
    section: str
    says: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a file breaks; lines and columns count from 1."""

    file: str
    line: int
    column: int
    severity: str
    rule: str
    section: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Attributes
    ----------
    findings : tuple of Finding
        In the order of files and places.
    missing : tuple of str
        References of the first file that were not at hand, and so not checked.
    """

    findings: tuple[Finding, ...]
    missing: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether no MUST is broken."""
        return all(one.severity != "must" for one in self.findings)

    def count(self, severity: str) -> int:
        """Return how many findings are of this severity."""
        return sum(one.severity == severity for one in self.findings)


def check(files: Sequence[tuple[str, bytes]], *, previous: bytes | None = None) -> list[Finding]:
    """Check the first file, and the others as what it refers to.

    Parameters
    ----------
    files : sequence of (str, bytes)
        The first under its name or address, the others under the references to them as written.
    previous : bytes or None
        An earlier version of the first file; the rules of updates are checked with it.

    Examples
    --------
    >>> [one.rule for one in check([("a.m3u8", b"#EXTM3U\\n#EXT-X-TARGETDURATION:4\\n#EXTINF:9,\\na.ts\\n#EXT-X-ENDLIST\\n")])]
    ['hls-targetduration-exceeded']
    """
    parts = [bytes([CHECK]), struct.pack("<I", len(files))]
    for name, data in files:
        parts += [_block(name.encode()), _block(data)]
    parts += [b"\1", _block(previous)] if previous is not None else [b"\0"]
    read = _Reader(_ask(b"".join(parts)))
    found = []
    for _ in range(read.number()):
        file, line, column = read.number(), read.number(), read.number()
        severity = SEVERITIES[read.byte()]
        rule, section, message = read.text(), read.text(), read.text()
        found.append(Finding(files[file][0], line, column, severity, rule, section, message))
    return found


def references(data: bytes) -> list[str]:
    """Return what a Multivariant Playlist refers to, variables replaced; nothing for other files."""
    read = _Reader(_ask(bytes([REFERENCES]) + struct.pack("<I", 1) + _block(b"") + _block(data)))
    return [read.text() for _ in range(read.number())]


def rules() -> list[Rule]:
    """Return the table of rules, in the order of the standards."""
    read = _Reader(_ask(bytes([RULES])))
    return [
        Rule(SEVERITIES[read.byte()], read.text(), read.text(), read.text()) for _ in range(read.number())
    ]


def check_file(path: Path, *, name: str | None = None, previous: Path | None = None) -> Report:
    """Check a file on disk, and the playlists beside it that it refers to.

    Parameters
    ----------
    path : pathlib.Path
        A playlist, an MPD or an MPD patch.
    name : str or None
        Its address, where that matters (query parameters); its own name otherwise.
    previous : pathlib.Path or None
        An earlier version of it.

    Raises
    ------
    InputError
        `path` or `previous` cannot be read.
    """
    data = _read(path)
    files, missing = [(name or path.name, data)], []
    for reference in references(data):
        found = _beside(path, reference)
        if found is None:
            missing.append(reference)
        else:
            files.append((reference, found))
    findings = check(files, previous=None if previous is None else _read(previous))
    return Report(tuple(findings), tuple(missing))


def _beside(path: Path, reference: str) -> bytes | None:
    """Return the playlist that a reference leads to, where it is a file; a manifest opens no other files."""
    relative = reference.partition("?")[0].partition("#")[0]
    if ":" in relative or relative.startswith("/") or not relative.endswith(PLAYLISTS):
        return None
    target = path.parent / relative
    try:
        if target.is_file() and target.stat().st_size <= MAX_BYTES:
            return target.read_bytes()
    except OSError:
        pass
    return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from error


def _ask(request: bytes) -> bytes:
    return lab.Lab().ask(struct.pack("<II", lab.VERSION, STRICT) + request)


def _block(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data


class _Reader:
    """Reads an answer front to back."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def number(self) -> int:
        (value,) = struct.unpack_from("<I", self._data, self._at)
        self._at += 4
        return int(value)

    def text(self) -> str:
        length = self.number()
        self._at += length
        return self._data[self._at - length : self._at].decode()
