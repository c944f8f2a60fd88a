"""MyAnimeList's export: `<myanimelist>` with an `<anime>` a title, plain or gzip.

The export has one name a title, romaji mostly, and no year; its number is the `mal` id.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bitaca_core.errors import InputError
from bitaca_core.recommend.imports.entries import ENTRIES_MAX, NAME_MAX_CHARS, Entry, Kind, Status, liking_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SCORE_TOP = 10.0
STATUSES: dict[str, Status] = {
    "completed": "watched", "watching": "watching", "on-hold": "watching", "dropped": "dropped",
    "plan to watch": "planned", "1": "watching", "2": "watched", "3": "watching", "4": "dropped", "6": "planned",
}  # fmt: skip
"""By the export's word, or the number that older exports have."""
TYPES: dict[str, Kind] = {"movie": "film", "3": "film", "tv": "series", "1": "series"}
"""What else there is (OVA, ONA, special, music) may be either."""


def is_mal(data: bytes) -> bool:
    """Return whether these bytes look like such an export."""
    return b"<myanimelist" in data[:4096].lower()


def read(data: bytes) -> Iterator[Entry]:
    """Yield the titles of an export.

    Raises
    ------
    InputError
        It is no XML, declares entities, has another root, or a row has no name or a status that is none.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise InputError(f"the file is no XML ({error.msg})", line=line, column=column + 1) from error
    except DefusedXmlException as error:
        raise InputError(
            "the file declares a document type or entities, which are not read", kind="unsafe-xml"
        ) from error
    except (ValueError, LookupError) as error:
        raise InputError(f"the file is no XML ({error})") from error
    if root.tag != "myanimelist":
        raise InputError(f"the file is <{root.tag[:40]}>, not <myanimelist>", hint="Export the list of anime")
    for number, found in enumerate(root.iter("anime"), start=1):
        if number > ENTRIES_MAX:
            raise InputError(f"the list has more than {ENTRIES_MAX} titles", kind="too-large")
        yield _entry(found, number)


def _entry(found: Element, number: int) -> Entry:
    name = _text(found, "series_title")
    if not name or len(name) > NAME_MAX_CHARS:
        raise InputError(f"title {number} of the list has no usable <series_title>", line=number)
    status = STATUSES.get(_text(found, "my_status").lower())
    if status is None:
        raise InputError(
            f"title {number} ({name[:60]}) has the status {_text(found, 'my_status')[:40]!r}, which is none",
            line=number,
        )
    number_there = _text(found, "series_animedb_id")
    seen_s = _day_s(_text(found, "my_finish_date")) or _day_s(_text(found, "my_start_date"))
    if seen_s is None and _text(found, "my_last_updated").isdigit():
        seen_s = float(_text(found, "my_last_updated")) or None
    return Entry(
        names=(name,),
        status=status,
        kind=TYPES.get(_text(found, "series_type").lower(), ""),
        liking=liking_of(_number(_text(found, "my_score")), SCORE_TOP),
        seen_s=seen_s,
        ids=(("mal", number_there),) if number_there.isdigit() and number_there != "0" else (),
        episodes=_count(_text(found, "series_episodes")),
        line=number,
    )


def _text(found: Element, tag: str) -> str:
    child = found.find(tag)
    return (child.text or "").strip() if child is not None else ""


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= SCORE_TOP else None


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 10_000 else None


def _day_s(text: str) -> float | None:
    """Return a day as Unix time; `0000-00-00` and days without a month are none."""
    try:
        return datetime.datetime.fromisoformat(text[:10]).replace(tzinfo=datetime.UTC).timestamp()
    except ValueError:
        return None
