"""MovieLens: `movies.csv` with the `links.csv` beside it (ids at IMDb and TMDB), and ratings counted if they are few.

Its names are English, with the article behind (`Usual Suspects, The (1995)`) and another name in brackets
(`City of Lost Children, The (Cité des enfants perdus, La) (1995)`).
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.rows import aliases_of, found, genres_and_themes, year_of

SOURCE = "movielens"
MOVIES, LINKS, RATINGS = "movies.csv", "links.csv", "ratings.csv"
RATINGS_MAX_BYTES = 134_217_728
"""Above it (some five million ratings) popularity is left unknown: counting would cost more than it tells."""
OTHER_GENRES: dict[str, tuple[str, ...]] = {"children": ("familia",), "film noir": ("crime", "#noir")}
_YEAR = re.compile(r"\s*\((\d{4})(?:[–-]\d{0,4})?\)\s*$")
_OTHER_NAME = re.compile(r"\s*\(([^()]+)\)\s*$")
_ARTICLE = re.compile(
    r"^(.*), (The|A|An|O|Os|As|El|La|Los|Las|Le|Les|L'|Un|Una|Une|Der|Die|Das|Il|Lo|I|Den|Det)$"
)


def is_movielens(folder: Path) -> bool:
    """Return whether a folder is a MovieLens set."""
    return (folder / MOVIES).is_file() and (folder / LINKS).is_file()


def read_movielens(source: Path) -> Iterator[Found | Rejection]:
    """Yield the films of a set: its folder, its `movies.csv` or its `links.csv`."""
    folder = source if source.is_dir() else source.parent
    movies = source if source.name not in (LINKS, RATINGS) and source.is_file() else folder / MOVIES
    if not movies.is_file():
        yield Rejection(source, None, f"links name no titles: expected {MOVIES} beside it")
        return
    links: dict[str, tuple[tuple[str, str], ...]] = {}
    yield from _read_links(folder / LINKS, links)
    shares = _shares(folder / RATINGS)
    with movies.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        if header[:3] != ["movieId", "title", "genres"]:
            yield Rejection(
                movies, 1, f"expected the columns movieId,title,genres, got {','.join(header)[:80]}"
            )
            return
        try:
            for row in rows:
                yield _film(movies, rows.line_num, row, links, shares)
        except csv.Error as error:
            yield Rejection(movies, rows.line_num, f"not CSV: {error}; nothing after it was read")


def _read_links(path: Path, into: dict[str, tuple[tuple[str, str], ...]]) -> Iterator[Rejection]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows, [])
        if header != ["movieId", "imdbId", "tmdbId"]:
            yield Rejection(
                path, 1, f"expected the columns movieId,imdbId,tmdbId, got {','.join(header)[:80]}"
            )
            return
        for row in rows:
            if (
                len(row) != 3
                or not row[0].isdigit()
                or not all(cell.isdigit() or not cell for cell in row[1:])
            ):
                yield Rejection(path, rows.line_num, "expected three whole numbers")
                continue
            ids = [("movielens", row[0])]
            ids += [("imdb", f"tt{row[1].zfill(7)}")] if row[1] else []
            ids += [("tmdb", row[2])] if row[2] else []
            into[row[0]] = tuple(ids)


def _shares(path: Path) -> dict[str, float]:
    """Return each film's number of ratings as a share of the most rated one's."""
    try:
        if not path.is_file() or path.stat().st_size > RATINGS_MAX_BYTES:
            return {}
        with path.open(encoding="utf-8", errors="replace") as stream:
            next(stream, None)
            counts = Counter(line.split(",", 2)[1] for line in stream if line.count(",") >= 2)
    except OSError:
        return {}
    most = max(counts.values(), default=1)
    return {key: round(count / most, 6) for key, count in counts.items()}


def _film(
    path: Path,
    line: int,
    row: list[str],
    links: dict[str, tuple[tuple[str, str], ...]],
    shares: dict[str, float],
) -> Found | Rejection:
    if len(row) != 3 or not row[0].isdigit():
        return Rejection(path, line, "expected movieId (a whole number), title and genres")
    name, others, year = read_title(row[1])
    genres, themes = genres_and_themes(row[2].split("|"), OTHER_GENRES)
    return found(
        path,
        line,
        {
            "kind": "film",
            "original_title": name,
            "aliases": aliases_of(list(others), name),
            "year": year,
            "genres": genres,
            "themes": themes,
            "popularity": shares.get(row[0]),
            "external_ids": links.get(row[0], (("movielens", row[0]),)),
            "source": SOURCE,
        },
    )


def read_title(text: str) -> tuple[str, tuple[str, ...], int | None]:
    """Return name, other names and year of `Name, The (a.k.a. Other) (Third, Le) (1995)`."""
    told = _YEAR.search(text)
    name = text[: told.start()] if told else text
    others: list[str] = []
    while (other := _OTHER_NAME.search(name)) and other.start() > 0:
        others.insert(0, article_first(other.group(1).removeprefix("a.k.a. ").strip()))
        name = name[: other.start()]
    return article_first(name.strip()), tuple(others), year_of(told.group(1)) if told else None


def article_first(name: str) -> str:
    """Return `The Matrix` for `Matrix, The`; a name without an article behind as it is."""
    told = _ARTICLE.match(name)
    if told is None:
        return name
    article = told.group(2)
    return article + ("" if article.endswith("'") else " ") + told.group(1)
