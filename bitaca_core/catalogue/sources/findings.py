"""What a reader yields: a title with its videos, or the place and reason of a row that cannot be used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.titles import TITLE_MAX_CHARS, Title


@dataclass(frozen=True, slots=True)
class Found:
    """A valid title and the source videos that came with it (none for metadata alone)."""

    title: Title
    sheets: tuple[SourceSheet, ...] = ()
    file: Path | None = None
    line: int | None = None  # counts from 1


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row or file that was left out. `line` counts from 1; None where the whole file is meant."""

    file: Path
    line: int | None
    reason: str

    @property
    def place(self) -> str:
        """The file as it can be printed: a byte of its name that is not UTF-8 is spelt `\\xe9`."""
        return os.fsencode(self.file).decode("utf-8", "backslashreplace")

    def to_dict(self) -> dict[str, object]:
        """Return the rejection for `--json`."""
        return {"file": self.place, "line": self.line, "reason": _printable(self.reason)}

    def __str__(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"{self.place}{line}: {_printable(self.reason)}"


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def is_utf8(path: Path) -> bool:
    """Return whether a path can be written down: file systems allow names that are no text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def unreadable(error: OSError) -> str:
    """Return the reason of a file that cannot be opened or is gone."""
    return f"cannot be read ({error.strerror or error})"


def first_reason(error: ValidationError) -> str:
    """Return the first complaint of a validation in one line, and how many more there are."""
    first, *more = error.errors(include_url=False, include_context=False)
    place = ".".join(str(part) for part in first["loc"]) or "row"
    rest = f" (and {len(more)} more)" if more else ""
    return f"{place}: {first['msg']}{rest}"


def overlong(title: Title) -> str | None:
    """Return what of a title's names is too long, None when all fit."""
    named = {"original_title": title.original_title, "title_pt": title.title_pt, "title_en": title.title_en}
    named |= {f"aliases.{number}": alias for number, alias in enumerate(title.aliases)}
    for number, episode in enumerate(title.episodes):
        named |= {
            f"episodes.{number}.title_pt": episode.title_pt,
            f"episodes.{number}.title_en": episode.title_en,
        }
    for field, text in named.items():
        if text is not None and len(text) > TITLE_MAX_CHARS:
            return f"{field}: {len(text)} characters, at most {TITLE_MAX_CHARS}"
    return None
