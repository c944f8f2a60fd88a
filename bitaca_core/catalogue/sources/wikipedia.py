"""Film lists taken from Wikipedia: JSON lines of `{title, year, cast, genres, href, extract}`, plain or gzip.

The lists are of American films with what the infobox lists say; directors and countries are read out of the first
sentence of the extract, where it says them in the usual words, and are otherwise unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.lines import items_of, objects_of, plain_suffix
from bitaca_core.catalogue.sources.rows import (
    countries_of,
    found,
    genres_and_themes,
    kind_of,
    names_of,
    text_of,
    year_of,
)

SOURCE = "wikipedia"
OTHER_GENRES: dict[str, tuple[str, ...]] = {
    "animated": ("animacao",), "silent": ("#cinema mudo",), "noir": ("crime", "suspense", "#noir"),
    "sports": ("#esporte",), "sport": ("#esporte",), "independent": ("#cinema independente",),
    "supernatural": ("#sobrenatural",), "superhero": ("acao", "#super-heróis"), "spy": ("#espionagem",),
    "teen": ("#adolescência",), "satire": ("comedia", "#sátira"), "political": ("#política",),
    "martial arts": ("#artes marciais",), "disaster": ("#desastre",), "legal": ("#tribunal",),
    "slasher": ("terror",), "dance": ("#dança",), "erotic": ("#erotismo",),
}  # fmt: skip
_NAME = r"[^\W\d_a-z][\w.'’-]*(?: (?:(?:de|da|do|von|van|der|den|la|le|di)\b|[^\W\d_a-z][\w.'’-]*)){0,4}"
_DIRECTED = re.compile(rf"\bdirected by ({_NAME}(?:(?:, (?:and )?| and ){_NAME})*)")
_DESCRIBED = re.compile(r"\s+(?:film-?)?(?:director|filmmaker|duo|brothers|native)\b")
_IS_A = re.compile(r"\b(?:is|was) an? ((?:[\w-]+ ){1,12}?)(?:film|movie|short|documentary)\b")
_MINUTES = re.compile(r"\b(\d{1,3})[- ]minutes?\b")


def read_wikipedia(path: Path) -> Iterator[Found | Rejection]:
    """Yield the films of a list: JSON lines, or one JSON array."""
    rows = items_of(path, "films") if plain_suffix(path) == ".json" else objects_of(path)
    for number, row in rows:
        if isinstance(row, Rejection):
            yield row
        elif not isinstance(row, dict):
            yield Rejection(path, number, "expected an object with title, year, cast and genres")
        else:
            yield _film(path, number, row)


def _film(path: Path, number: int, row: dict[str, Any]) -> Found | Rejection:
    words = names_of(row.get("genres"))
    genres, themes = genres_and_themes(words, OTHER_GENRES)
    extract = text_of(row.get("extract"))
    first = extract or ""
    href = text_of(row.get("href"), 300)
    return found(
        path,
        number,
        {
            "kind": "short" if "Short" in words else kind_of(None),
            "original_title": text_of(row.get("title"), 1000),
            "year": year_of(row.get("year")),
            "directors": _directors(first),
            "cast": names_of(row.get("cast")),
            "countries": _countries(first),
            "genres": genres,
            "themes": themes,
            "duration_s": _duration_s(first),
            "synopsis_en": extract,
            "external_ids": ((SOURCE, href),) if href else (),
            "source": SOURCE,
        },
    )


def _directors(extract: str) -> tuple[str, ...]:
    told = _DIRECTED.search(extract)
    if told is None or _DESCRIBED.match(extract, told.end()):
        return ()
    names = re.split(r",? and |, ", told.group(1))
    return tuple(dict.fromkeys(name.rstrip(".").removesuffix("'s") for name in names if " " in name))[:4]


def _countries(extract: str) -> tuple[str, ...]:
    told = _IS_A.search(extract)
    return countries_of(re.split(r"[ -]", told.group(1))) if told else ()


def _duration_s(extract: str) -> int | None:
    """Return a running time where the film itself is called so many minutes long."""
    told = _IS_A.search(extract)
    minutes = _MINUTES.search(told.group(0)) if told else None
    return int(minutes.group(1)) * 60 or None if minutes else None
