"""What of a title is indexed: Portuguese words, names for n-grams, and English text for the embedding."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from bitaca_core.catalogue.normalize import fold
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import country_name, genre_name, kind_name, mood_name, theme_name
from bitaca_core.search.gloss import gloss


@dataclass(frozen=True, slots=True)
class Document:
    """The texts of one title. `meaning` is English, for the embedder; `words` and `names` are folded.

    The rest is what LanceDB filters by.
    """

    title_id: str
    words: str
    names: str
    meaning: str
    kind: str = "film"
    year: int | None = None
    duration_s: int | None = None
    age: int = 18
    genres: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    told: str = ""
    """What is embedded: the English synopsis; names and genres around it would draw every vector to its genre."""


def names_of(title: Title) -> tuple[str, ...]:
    """Return every name of a title once, original first."""
    spoken = (title.original_title, title.title_pt, title.title_en, title.title_romaji, *title.aliases)
    return tuple(dict.fromkeys(name for name in spoken if name))


def document(title: Title) -> Document:
    """Write the texts of one title; an English synopsis is glossed from the Portuguese where it is missing."""
    portuguese = (
        *names_of(title),
        *(who.name for who in title.people()),
        *((title.franchise.name,) if title.franchise else ()),
        *(genre_name(genre) for genre in title.genres),
        *title.themes,
        *(mood_name(mood) for mood in title.moods),
        *(country_name(code) for code in title.countries),
        kind_name(title.kind),
        title.synopsis_pt or "",
        *(f"{episode.title_pt} {episode.synopsis_pt or ''}" for episode in title.episodes),
    )
    synopsis = title.synopsis_en or gloss(title.synopsis_pt or "")
    english = (
        title.title_en or title.original_title,
        ", ".join(genre_name(genre, "en") for genre in title.genres),
        ", ".join(theme_name(theme, "en") for theme in title.themes),
        ", ".join(mood_name(mood, "en").lower() for mood in title.moods),
        synopsis,
    )
    meaning = ". ".join(part for part in english if part)
    return Document(
        title_id=title.title_id,
        words=fold(" ".join(portuguese)),
        names=fold(" ".join((*names_of(title), *dict.fromkeys(who.name for who in title.people())))),
        meaning=meaning,
        kind=title.kind,
        year=title.year,
        duration_s=title.duration_s,
        age=title.effective_age,
        genres=title.genres,
        countries=title.countries,
        told=". ".join(part for part in (synopsis, *english[1:4]) if part) or meaning,
    )


def fingerprint(documents: list[Document], embedder: str, schema: int) -> str:
    """Return a digest of everything that the index is made from, 16 hex digits."""
    text = json.dumps(
        [schema, embedder, [asdict(doc) for doc in documents]], ensure_ascii=False, sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]
