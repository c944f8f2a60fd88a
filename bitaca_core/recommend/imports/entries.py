"""One line of a history from elsewhere, whatever it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["watched", "watching", "dropped", "planned"]
Kind = Literal["film", "series", ""]

ENTRIES_MAX = 20_000
"""Rows that are read of one export: the longest lives in film are half of it."""
NAME_MAX_CHARS = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """What an export says of one title.

    `names` are what it is called there, first the main one; `liking` is -1 to 1, None where it was not scored;
    `ids` are `(source, id)` pairs as `Title.external_ids`; `seen_s` is Unix time, None where it is not told;
    `line` counts from 1 within the file.
    """

    names: tuple[str, ...]
    status: Status
    year: int | None = None
    kind: Kind = ""
    liking: float | None = None
    seen_s: float | None = None
    ids: tuple[tuple[str, str], ...] = ()
    episodes: int | None = None
    line: int = 0


def liking_of(score: float | None, top: float) -> float | None:
    """Return a score out of `top` as -1 to 1; no score, and 0 which is how exports write it, are None.

    Six of ten is neutral: people score what they chose to watch, so the middle of a scale is a disappointment.
    """
    if score is None or score <= 0:
        return None
    share = min(1.0, score / top)
    return round((share - 0.6) / 0.4 if share >= 0.6 else (share - 0.6) / 0.6, 3)
