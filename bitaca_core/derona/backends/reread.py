"""A query that a model read out of a message: typed, from closed lists and the catalogue, or dropped field by field.

It fills slots that the engine could not read, beside those that it could, which stand. It names what to look for, never
a title: the search decides what is found, and a title's name among the words that the viewer did not write is left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from typing import Any, TypeVar

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import GENRES, MOODS
from bitaca_core.catalogue.vocabulary import vocabulary
from bitaca_core.derona.names import Names
from bitaca_core.derona.state import Wish
from bitaca_core.search.company import COMPANIES
from bitaca_core.search.query import Query

ANSWER_CHARS_MAX = 4000
MANY = 4
"""Values of one list that count; a model that names everything names nothing."""
WORDS_MAX = 6
WORD_CHARS = 24
YEARS = (1880, 2100)
MINUTES = (1, 24 * 60)
AGES = (0, 10, 12, 14, 16, 18)
KINDS = ("film", "short", "series")
ORDERS = ("newest", "oldest", "shortest", "longest")
LANGUAGES = ("pt", "en", "es", "fr", "it", "de", "ja", "ko", "zh")
COMPANY = tuple(COMPANIES)
T = TypeVar("T", str, int)


def wish_of(answer: str, names: Names | None = None, said: str = "") -> Wish | None:
    """Return the wish in a model's JSON; None where it holds none.

    Fields of another kind, values outside their lists and bounds, and whatever else is there are left out.

    Parameters
    ----------
    answer : str
    names : Names or None
        The catalogue's; without them nobody is looked for, and words are not looked at for titles.
    said : str
        What the viewer wrote: a title's name in it may be looked for.
    """
    data = _object(answer)
    genres, moods = _known(data.get("genres"), GENRES), _known(data.get("moods"), MOODS)
    themes, countries = tuple(vocabulary().theme_names), tuple(vocabulary().country_names)
    query = Query(
        text=_words(data.get("words"), names, said),
        genres=genres,
        exclude_genres=tuple(one for one in _known(data.get("not_genres"), GENRES) if one not in genres),
        themes=_known(data.get("themes"), themes),
        moods=moods,
        exclude_moods=tuple(one for one in _known(data.get("not_moods"), MOODS) if one not in moods),
        countries=_known(data.get("countries"), countries),
        kinds=_known(data.get("kinds"), KINDS),
        year_min=_number(data.get("year_from"), YEARS),
        year_max=_number(data.get("year_to"), YEARS),
        duration_min_s=_seconds(data.get("minutes_min")),
        duration_max_s=_seconds(data.get("minutes_max")),
        max_age=_one(data.get("age_max"), AGES),
        audio_languages=_known(data.get("audio"), LANGUAGES),
        subtitle_languages=_known(data.get("subtitles"), LANGUAGES),
        company=_one(data.get("company"), COMPANY),
    )
    wish = Wish(
        query=query, person=_person(data.get("person"), names), order=_one(data.get("order"), ORDERS) or ""
    )
    return None if wish.empty else wish


def filled(engines: Wish | None, models: Wish) -> Wish | None:
    """Return the engine's wish with what only the model read; None where that is nothing.

    What the engine read stands, and is not loosened. Its free words found nothing, or it would have been sure: they give
    way to what the model read them as.
    """
    if engines is None:
        return models
    mine, theirs = engines.query, models.query
    new = {
        one.name: getattr(theirs, one.name)
        for one in fields(Query)
        if one.name != "text" and _says(getattr(theirs, one.name)) and not _says(getattr(mine, one.name)) and not _against(mine, theirs, one.name)
    }  # fmt: skip
    person, order = engines.person or models.person, engines.order or models.order
    if not new and (person, order) == (engines.person, engines.order) and theirs.text in ("", mine.text):
        return None
    return replace(engines, query=replace(mine, **new, text=theirs.text), person=person, order=order)


def _says(value: object) -> bool:
    """Return whether a field asks for something; an age of 0 does."""
    return value is not None and value is not False and value not in ("", (), frozenset())


def _against(mine: Query, theirs: Query, name: str) -> bool:
    """Return whether a field of the model's asks for what the engine leaves out, or leaves out what it asks for."""
    pairs = {
        "genres": "exclude_genres",
        "moods": "exclude_moods",
        "themes": "exclude_themes",
        "countries": "exclude_countries",
    }
    other = (pairs | {value: key for key, value in pairs.items()}).get(name)
    return other is not None and not set(getattr(theirs, name)).isdisjoint(getattr(mine, other))


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


def _one(value: object, among: tuple[T, ...]) -> T | None:
    return next((one for one in among if type(value) is type(one) and value == one), None)


def _person(value: object, names: Names | None) -> str | None:
    """Return somebody of the catalogue who is named exactly, as the catalogue writes the name."""
    if names is None or not isinstance(value, str):
        return None
    found = names.person_like(value[:80])
    return found if found is not None and fold(found) == fold(value[:80]) else None


def _words(value: object, names: Names | None, said: str) -> str:
    if not isinstance(value, str):
        return ""
    words = [
        word for word in fold(value[:400]).split() if len(word) <= WORD_CHARS and not re.search(r"\d", word)
    ][:WORDS_MAX]
    if names is not None:
        written = f" {fold(said)} "
        for span in reversed(names.find(tuple(words))):
            if f" {' '.join(words[span.start : span.end])} " not in written:
                del words[span.start : span.end]
    return " ".join(words)


def _number(value: object, between: tuple[int, int]) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and between[0] <= value <= between[1]
    return value if fits and isinstance(value, int) else None


def _seconds(value: object) -> int | None:
    minutes = _number(value, MINUTES)
    return None if minutes is None else minutes * 60
