"""Kodi and Jellyfin `.nfo`: `<movie>`, `<tvshow>` and `<episodedetails>`, bounded and without entities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import AgeRating
from bitaca_core.catalogue.vocabulary import COUNTRY_WORDS, GENRE_WORDS
from bitaca_core.errors import CatalogueError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NFO_MAX_BYTES = 1_048_576
CAST_MAX = 30
TEXT_MAX_CHARS = 8000
NAME_MAX_CHARS = 200
"""Of a person or a theme; what is longer is no name."""
ROOTS = ("movie", "tvshow", "episodedetails")
_BRAZILIAN_RATING = re.compile(
    r"^(?:BR|Brasil|Brazil)\s*[:\-]?\s*(L|Livre|6|10|12|14|16|18)\+?$", re.IGNORECASE
)
_RATINGS: dict[str, AgeRating] = {"l": "L", "livre": "L", "6": "6", "10": "10", "12": "12", "14": "14", "16": "16", "18": "18"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Nfo:
    """Fields of one file; what it does not say is None or empty."""

    root: str
    title: str | None
    original_title: str | None
    show_title: str | None
    year: int | None
    plot: str | None
    runtime_s: int | None
    genres: tuple[str, ...]
    themes: tuple[str, ...]
    directors: tuple[str, ...]
    cast: tuple[str, ...]
    countries: tuple[str, ...]
    age_rating: AgeRating | None
    season: int | None
    episode: int | None


def read_nfo(path: Path) -> Nfo:
    """Read one file.

    Raises
    ------
    CatalogueError
        It is too large, no XML, declares entities, or has another root element.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    with path.open("rb") as stream:
        data = stream.read(NFO_MAX_BYTES + 1)
    if len(data) > NFO_MAX_BYTES:
        raise CatalogueError(f"larger than {NFO_MAX_BYTES} bytes", file=path)
    try:
        root = fromstring(_without_trailing_links(data), forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise CatalogueError("not valid XML", file=path, line=line, column=column + 1) from error
    except DefusedXmlException as error:
        raise CatalogueError("declares a DTD or entities, which are refused", file=path, line=1) from error
    except (ValueError, LookupError) as error:
        raise CatalogueError(f"its encoding cannot be read ({error})", file=path, line=1) from error
    if root.tag not in ROOTS:
        raise CatalogueError(
            f"root element <{root.tag}>, expected one of {', '.join(ROOTS)}", file=path, line=1
        )
    return _fields(root)


def _without_trailing_links(data: bytes) -> bytes:
    """Kodi allows an address after the closing tag; XML does not."""
    for tag in ROOTS:
        closing = f"</{tag}>".encode()
        if closing in data:
            return data[: data.rindex(closing) + len(closing)]
    return data


def _fields(root: Element) -> Nfo:
    year = _number(_text(root, "year")) or _number(
        (_text(root, "premiered") or _text(root, "aired") or "")[:4]
    )
    runtime_min = _number(_text(root, "runtime"))
    rating = _BRAZILIAN_RATING.match((_text(root, "mpaa") or _text(root, "certification") or "").strip())
    return Nfo(
        root=root.tag,
        title=_text(root, "title"),
        original_title=_text(root, "originaltitle"),
        show_title=_text(root, "showtitle"),
        year=year if year and 1880 <= year <= 2100 else None,
        plot=_text(root, "plot") or _text(root, "outline"),
        runtime_s=runtime_min * 60 if runtime_min else None,
        genres=_known(root, "genre", GENRE_WORDS),
        themes=tuple(theme for tag in _texts(root, "tag")[:20] if (theme := fold(tag[:NAME_MAX_CHARS]))),
        directors=tuple(name[:NAME_MAX_CHARS] for name in _texts(root, "director")[:CAST_MAX]),
        cast=tuple(
            name[:NAME_MAX_CHARS]
            for actor in root.findall("actor")[:CAST_MAX]
            if (name := _text(actor, "name"))
        ),
        countries=_known(root, "country", COUNTRY_WORDS),
        age_rating=_RATINGS[rating[1].casefold()] if rating else None,
        season=_number(_text(root, "season")),
        episode=_number(_text(root, "episode")),
    )


def _known(root: Element, tag: str, by_word: object) -> tuple[str, ...]:
    values = [part for text in _texts(root, tag) for part in re.split(r"[/,|]", text)]
    found = (by_word.get(fold(value)) for value in values)  # type: ignore[attr-defined]
    return tuple(dict.fromkeys(slug for slug in found if slug))


def _texts(root: Element, tag: str) -> list[str]:
    return [text for child in root.findall(tag) if (text := " ".join((child.text or "").split()))]


def _text(root: Element, tag: str) -> str | None:
    found = _texts(root, tag)
    return found[0][:TEXT_MAX_CHARS] if found else None


def _number(text: str | None) -> int | None:
    match = re.match(r"\s*(\d{1,5})", text or "")
    return int(match[1]) if match else None
