"""Two tasks over English film texts with Portuguese questions: genres, and synopses that find their film.

The films are a list in Wikipedia's shape (`title, year, cast, genres, extract`); their genre labels are kept
from search, which sees the text alone. The synopses are the shipped titles', hidden among the films by their
English text only.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title

FILMS = 4373
FIRST_YEAR = 1960
EXTRACT_MIN_CHARS = 150
GENRES = {
    "terror": "Horror", "comédia": "Comedy", "drama": "Drama", "ficção científica": "Science Fiction", "faroeste": "Western",
    "ação": "Action", "romance": "Romance", "suspense": "Thriller", "musical": "Musical", "aventura": "Adventure",
    "guerra": "War", "mistério": "Mystery", "animação": "Animated", "fantasia": "Fantasy", "biografia": "Biography",
    "documentário": "Documentary", "esporte": "Sports", "família": "Family", "super-herói": "Superhero", "crime": "Crime",
    "época": "Historical", "espionagem": "Spy", "artes marciais": "Martial Arts", "adolescente": "Teen",
}  # fmt: skip
"""What is asked, and the label that the right films carry in the list."""


@dataclass(frozen=True, slots=True)
class FilmTasks:
    """A catalogue to search, and `(question, ids that answer it)` of either task."""

    catalogue: Catalogue
    genres: list[tuple[str, frozenset[str]]]
    synopses: list[tuple[str, frozenset[str]]]
    memories: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """Plots as somebody remembers them in a line, vaguer and wronger than any synopsis."""


def film_tasks(
    films: Path,
    shipped: Sequence[Title],
    count: int = FILMS,
    seed: int = 42,
    memories: Sequence[tuple[str, frozenset[str]]] = (),
) -> FilmTasks:
    """Draw the tasks: `count` titles in all, those of `shipped` with both synopses among them.

    Parameters
    ----------
    memories : sequence of (question, ids)
        Remembered plots of shipped titles; those of titles that are not among the hidden are left out.
    """
    pairs = [title for title in shipped if title.synopsis_pt and title.synopsis_en]
    taken = {name for title in pairs for name in (title.original_title, title.title_en) if name}
    body = films.read_bytes()
    text = (gzip.decompress(body) if films.suffix == ".gz" else body).decode("utf-8")
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    rows = [
        row
        for row in rows
        if len(row.get("extract") or "") > EXTRACT_MIN_CHARS
        and (row.get("year") or 0) >= FIRST_YEAR
        and row["title"] not in taken
    ]
    random.Random(seed).shuffle(rows)  # noqa: S311 - a draw to repeat, no secret
    rows = rows[: max(0, count - len(pairs))]
    titles = [
        _title(f"film-{place}", row["title"][:200], row["year"], row["extract"])
        for place, row in enumerate(rows)
    ]
    hidden = [
        _title(title.title_id, f"hidden {place}", None, title.synopsis_en)
        for place, title in enumerate(pairs)
    ]
    genres = [
        (
            f"filmes de {word}",
            frozenset(f"film-{place}" for place, row in enumerate(rows) if label in row["genres"]),
        )
        for word, label in GENRES.items()
    ]
    synopses = [(title.synopsis_pt or "", frozenset((title.title_id,))) for title in pairs]
    hidden_ids = {title.title_id for title in hidden}
    remembered = [(text, ids & hidden_ids) for text, ids in memories if ids & hidden_ids]
    return FilmTasks(Catalogue((*titles, *hidden)), genres, synopses, remembered)


def own_synopses(catalogue: Catalogue, count: int, seed: int = 42) -> FilmTasks:
    """Draw `count` titles of a catalogue with both synopses; the Portuguese one is the question, the English one the text.

    The tasks' catalogue has all titles of `catalogue`, without a word of Portuguese.
    """
    pairs = [title for title in catalogue.titles if title.synopsis_pt and title.synopsis_en]
    random.Random(seed).shuffle(pairs)  # noqa: S311 - a draw to repeat, no secret
    asked = [(title.synopsis_pt or "", frozenset((title.title_id,))) for title in pairs[:count]]
    english = Catalogue(
        title.model_copy(update={"synopsis_pt": None, "title_pt": None, "episodes": (), "themes": ()})
        for title in catalogue.titles
    )
    return FilmTasks(english, [], asked)


def _title(title_id: str, name: str, year: int | None, english: str | None) -> Title:
    row = {"title_id": title_id, "kind": "film", "original_title": name, "year": year, "synopsis_en": english}
    return Title.model_validate(row)
