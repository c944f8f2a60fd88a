"""A query that a model read out of a message: typed, from closed lists, or dropped field by field.

It names what to look for, never a title: the search decides what is found.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import GENRES, MOODS
from bitaca_core.catalogue.vocabulary import vocabulary
from bitaca_core.derona.state import Wish
from bitaca_core.search.query import Query

ANSWER_CHARS_MAX = 4000
MANY = 4
"""Values of one list that count; a model that names everything names nothing."""
WORDS_MAX = 6
WORD_CHARS = 24
YEARS = (1880, 2100)
MINUTES = (1, 24 * 60)


def wish_of(answer: str) -> Wish | None:
    """Return the wish in a model's JSON; None where it holds none.

    Fields of another kind, values outside their lists and bounds, and whatever else is there are left out.
    """
    data = _object(answer)
    genres = _known(data.get("genres"), GENRES)
    query = Query(
        text=_words(data.get("words")),
        genres=genres,
        exclude_genres=tuple(one for one in _known(data.get("not_genres"), GENRES) if one not in genres),
        moods=_known(data.get("moods"), MOODS),
        countries=_known(data.get("countries"), tuple(vocabulary().country_names)),
        year_min=_number(data.get("year_from"), YEARS),
        year_max=_number(data.get("year_to"), YEARS),
        duration_min_s=_seconds(data.get("minutes_min")),
        duration_max_s=_seconds(data.get("minutes_max")),
    )
    return None if query == Query() else Wish(query=query)


def _object(text: str) -> dict[str, Any]:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start or len(text) > ANSWER_CHARS_MAX:
        return {}
    try:
        found = json.loads(text[start : end + 1])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _known(value: object, among: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MANY:
        return ()
    return tuple(dict.fromkeys(one for one in value if isinstance(one, str) and one in among))


def _words(value: object) -> str:
    if not isinstance(value, str):
        return ""
    words = [
        word for word in fold(value[:400]).split() if len(word) <= WORD_CHARS and not re.search(r"\d", word)
    ]
    return " ".join(words[:WORDS_MAX])


def _number(value: object, between: tuple[int, int]) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and between[0] <= value <= between[1]
    return value if fits and isinstance(value, int) else None


def _seconds(value: object) -> int | None:
    minutes = _number(value, MINUTES)
    return None if minutes is None else minutes * 60
