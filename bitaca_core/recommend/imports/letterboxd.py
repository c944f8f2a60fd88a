"""Letterboxd's export: a zip of CSV files, or one of them.

`watched.csv`, `ratings.csv`, `diary.csv`, `watchlist.csv` and `likes/films.csv` are read and put together by film:
name and year, which is all that they have of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace

from bitaca_core.errors import InputError
from bitaca_core.recommend.imports.entries import ENTRIES_MAX, NAME_MAX_CHARS, Entry, Status, liking_of
from bitaca_core.recommend.imports.unpacking import table

SCORE_TOP = 5.0
FILES: Mapping[str, Status] = {
    "watched.csv": "watched", "ratings.csv": "watched", "diary.csv": "watched", "likes/films.csv": "watched",
    "watchlist.csv": "planned",
}  # fmt: skip
MEMBERS = frozenset(FILES)
LIKED = 0.8


def is_letterboxd(data: bytes) -> bool:
    """Return whether these bytes look like one of the export's CSV files."""
    head = data[:400].splitlines()[:1]
    return bool(head) and all(word in head[0].lower() for word in (b"name", b"year", b"letterboxd"))


def read(members: Mapping[str, bytes]) -> list[Entry]:
    """Return the films of an export, each once.

    Parameters
    ----------
    members : mapping
        Bytes by file name (`FILES`); one CSV on its own comes as `watched.csv`.

    Raises
    ------
    InputError
        None of the files is there, or one has not its columns; names file and line.
    """
    found: dict[tuple[str, int | None], Entry] = {}
    present = [name for name in FILES if name in members]
    if not present:
        raise InputError("the zip file has none of Letterboxd's files", hint=f"It needs {' or '.join(FILES)}")
    for name in present:
        for line, row in table(members[name], ("name", "year"), name):
            title = row["name"]
            if not title or len(title) > NAME_MAX_CHARS:
                raise InputError(f"line {line} has no usable name", file=name, line=line)
            year = int(row["year"]) if row.get("year", "").isdigit() else None
            key = (title.casefold(), year)
            liking = liking_of(_number(row.get("rating", "")), SCORE_TOP)
            if name == "likes/films.csv":
                liking = LIKED
            seen_s = _day_s(row.get("watched date") or row.get("date") or "")
            entry = Entry((title,), FILES[name], year, "film", liking, seen_s, line=line)
            found[key] = _together(found[key], entry) if key in found else entry
            if len(found) > ENTRIES_MAX:
                raise InputError(f"the export has more than {ENTRIES_MAX} films", kind="too-large", file=name)
    return list(found.values())


def _together(before: Entry, entry: Entry) -> Entry:
    """Put two lines on one film together: the best liking that was told, the latest day; watched beats planned."""
    likings = [one.liking for one in (before, entry) if one.liking is not None]
    days = [one.seen_s for one in (before, entry) if one.seen_s is not None and one.status == "watched"]
    status: Status = "watched" if "watched" in (before.status, entry.status) else before.status
    return replace(
        before, status=status, liking=max(likings, default=None), seen_s=max(days, default=before.seen_s)
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value <= SCORE_TOP else None


def _day_s(text: str) -> float | None:
    try:
        return datetime.datetime.fromisoformat(text[:10]).replace(tzinfo=datetime.UTC).timestamp()
    except ValueError:
        return None
