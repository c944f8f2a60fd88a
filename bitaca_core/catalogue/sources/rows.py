"""What every reader of foreign rows does: bounded texts, known genres, and a title or the reason why not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bitaca_core.catalogue.normalize import fold, title_id_for
from bitaca_core.catalogue.sources.findings import Found, Rejection, first_reason, overlong
from bitaca_core.catalogue.titles import TITLE_MAX_CHARS, Kind, Title
from bitaca_core.catalogue.vocabulary import (
    COUNTRY_WORDS,
    GENRE_WORDS,
    THEME_WORDS,
    is_genre_hint,
    vocabulary,
)

SHORT_MAX_S = 40 * 60
"""Below forty minutes a film is a short (the usual festival line)."""
PEOPLE_MAX = 30
ALIASES_MAX = 40
TEXT_MAX_CHARS = 8000
NAME_MAX_CHARS = 200


def found(path: Path, line: int | None, fields: dict[str, Any]) -> Found | Rejection:
    """Return the title of these fields, its id from original title and year, or the first reason why not."""
    name, year = fields.get("original_title"), fields.get("year")
    if not isinstance(name, str) or not name.strip():
        return Rejection(path, line, "the row has no title")
    fields.setdefault("title_id", title_id_for(name, year if isinstance(year, int) else None))
    try:
        title = Title.model_validate(fields)
    except ValidationError as error:
        return Rejection(path, line, first_reason(error))
    if (reason := overlong(title)) is not None:
        return Rejection(path, line, reason)
    return Found(title, file=path, line=line)


def text_of(value: object, most: int = TEXT_MAX_CHARS) -> str | None:
    """Return a text without spaces around it, cut at `most`; None for everything else and for nothing."""
    return value.strip()[:most] or None if isinstance(value, str) else None


def names_of(values: object, most: int = PEOPLE_MAX) -> tuple[str, ...]:
    """Return the names of a list once, in order; what is no name, or too long for one, is passed over."""
    if not isinstance(values, list):
        return ()
    kept = (value.strip() for value in values if isinstance(value, str) and len(value) <= NAME_MAX_CHARS)
    return tuple(dict.fromkeys(name for name in kept if name))[:most]


def aliases_of(values: object, *known: str | None) -> tuple[str, ...]:
    """Return other names than the `known` ones, each once whatever its accents and case."""
    seen = {fold(name) for name in known if name}
    kept = []
    for name in names_of(values, 500):
        if len(name) <= TITLE_MAX_CHARS and (key := fold(name)) and key not in seen:
            seen.add(key)
            kept.append(name)
    return tuple(kept[:ALIASES_MAX])


def year_of(value: object) -> int | None:
    """Return a plausible year of a film; a number that is none is unknown."""
    try:
        year = int(str(value))
    except ValueError:
        return None
    return year if 1880 <= year <= 2100 else None


def kind_of(duration_s: int | None, series: bool = False) -> Kind:
    """Return `series`, or `short` below forty minutes, else `film`."""
    if series:
        return "series"
    return "short" if duration_s is not None and duration_s < SHORT_MAX_S else "film"


def genres_and_themes(
    words: Iterable[str], also: dict[str, tuple[str, ...]] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return genre slugs and Portuguese themes of the words a source uses; unknown ones are left out.

    Parameters
    ----------
    also : dict or None
        Folded word to slugs and themes, for what the vocabulary has not; a theme is marked by a leading `#`.
    """
    genres: dict[str, None] = {}
    themes: dict[str, None] = {}
    for word in words:
        key = fold(word)
        for meant in (also or {}).get(key, ()):
            (themes if meant.startswith("#") else genres)[meant.removeprefix("#")] = None
        if key in GENRE_WORDS and not is_genre_hint(key):
            genres[GENRE_WORDS[key]] = None
        elif key in THEME_WORDS:
            themes[THEME_WORDS[key]] = None
    return tuple(genres), tuple(themes)


def countries_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of country names or adjectives; a code is one already."""
    known = vocabulary().country_names
    codes = (name if name in known else COUNTRY_WORDS.get(fold(name)) for name in names)
    return tuple(dict.fromkeys(code for code in codes if code))
