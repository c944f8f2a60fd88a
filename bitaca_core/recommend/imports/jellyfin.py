"""Jellyfin's items with `UserData`, as its API prints them: `{"Items": [...]}` or the bare list.

The file is what `/Users/<id>/Items?Recursive=true&Fields=ProviderIds,OriginalTitle` answers. Episodes count for their
series; what was neither played, begun, liked nor marked as a favourite says nothing.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bitaca_core.errors import InputError
from bitaca_core.recommend.imports.entries import ENTRIES_MAX, NAME_MAX_CHARS, Entry, Status, liking_of
from bitaca_core.recommend.imports.unpacking import text_of

SCORE_TOP = 10.0
KINDS = {"Movie": "film", "Series": "series", "Episode": "series"}
SOURCES = {"imdb": "imdb", "tmdb": "tmdb", "anilist": "anilist", "myanimelist": "mal", "mal": "mal"}
BEGUN_SHARE = 0.2


def is_jellyfin(data: bytes) -> bool:
    """Return whether these bytes look like JSON."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def read(data: bytes) -> list[Entry]:
    """Return the titles of an export, each once.

    Raises
    ------
    InputError
        It is no JSON, no list of items, or an item is not what Jellyfin writes; names the item.
    """
    try:
        document = json.loads(text_of(data))
    except (ValueError, RecursionError) as error:
        line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
        raise InputError("the file is no JSON", line=line, column=column) from error
    items = document.get("Items") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise InputError(
            "the file has no list of `Items`", hint="Save the answer of /Users/<id>/Items as it is"
        )
    if len(items) > 20 * ENTRIES_MAX:
        raise InputError(f"the file has {len(items)} items, more than {20 * ENTRIES_MAX}", kind="too-large")
    found: dict[tuple[str, str], Entry] = {}
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            raise InputError(f"item {number} is no object", line=number)
        entry = _entry(item, number)
        if entry is None:
            continue
        key = (entry.kind, entry.names[0].casefold() + (f"|{entry.year}" if entry.kind == "film" else ""))
        found[key] = _together(found[key], entry) if key in found else entry
        if len(found) > ENTRIES_MAX:
            raise InputError(f"the file has more than {ENTRIES_MAX} titles", kind="too-large")
    return list(found.values())


def _entry(item: Mapping[str, Any], number: int) -> Entry | None:
    kind = KINDS.get(str(item.get("Type")))
    data = item.get("UserData")
    if kind is None or not isinstance(data, dict):
        return None
    episode = item.get("Type") == "Episode"
    spoken = [item.get("SeriesName")] if episode else [item.get("Name"), item.get("OriginalTitle")]
    names = tuple(dict.fromkeys(name.strip() for name in spoken if isinstance(name, str) and name.strip()))
    if not names or any(len(name) > NAME_MAX_CHARS for name in names):
        raise InputError(f"item {number} has no usable name", line=number)
    status = _status(data, item)
    liking = liking_of(_number(data.get("Rating")), SCORE_TOP)
    if data.get("IsFavorite") is True:
        liking = max(liking or 0.0, 0.9)
    if isinstance(data.get("Likes"), bool):
        liking = 0.8 if data["Likes"] else -0.6
    if status is None:
        if liking is None or episode:
            return None
        status = "watched"
    given = item.get("ProviderIds")
    year = item.get("ProductionYear")
    return Entry(
        names=names,
        status=status,
        year=year if isinstance(year, int) and not isinstance(year, bool) and not episode else None,
        kind="film" if kind == "film" else "series",
        liking=None if episode else liking,
        seen_s=_time_s(data.get("LastPlayedDate")),
        ids=_ids(given) if isinstance(given, dict) and not episode else (),
        line=number,
    )


def _status(data: Mapping[str, Any], item: Mapping[str, Any]) -> Status | None:
    if data.get("Played") is True:
        return "watched"
    ticks, length = data.get("PlaybackPositionTicks"), item.get("RunTimeTicks")
    if isinstance(ticks, int) and isinstance(length, int) and length > 0 and ticks / length >= BEGUN_SHARE:
        return "watching"
    return None


def _together(before: Entry, entry: Entry) -> Entry:
    likings = [one.liking for one in (before, entry) if one.liking is not None]
    days = [one.seen_s for one in (before, entry) if one.seen_s is not None]
    first = before if before.ids or not entry.ids else entry
    status: Status = "watched" if "watched" in (before.status, entry.status) else before.status
    return replace(
        first,
        year=before.year or entry.year,
        status=status,
        liking=max(likings, default=None),
        seen_s=max(days, default=None),
    )


def _ids(given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    known = ((SOURCES.get(str(key).lower()), value) for key, value in given.items())
    return tuple((source, value) for source, value in known if source and isinstance(value, str) and value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= SCORE_TOP else None


def _time_s(value: object) -> float | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.datetime.fromisoformat(value[:19])
    except ValueError:
        return None
    return found.replace(tzinfo=datetime.UTC).timestamp()
