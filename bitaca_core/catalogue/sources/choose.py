"""Which reader fits a source: by what it is and by what its first row says, never by its name alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.lines import first_keys, opened, plain_suffix
from bitaca_core.errors import CatalogueError

_HINT = (
    "give a folder of videos, a MovieLens folder, our .jsonl or .csv of titles, a film list of Wikipedia, "
    "anime-offline-database (.json, .jsonl) or a library export of Jellyfin (.json)"
)


def read_source(
    source: Path, ready: Callable[[Path], bool] = lambda file: True
) -> Iterator[Found | Rejection]:
    """Return the reader that fits the source; nothing is read but its first row.

    Raises
    ------
    CatalogueError
        It does not exist or is of no known kind.
    """
    if source.is_dir():
        return _folder(source, ready)
    if not source.exists():
        raise CatalogueError("no such file or folder", file=source)
    reader = _file_reader(source)
    if reader is None:
        raise CatalogueError("not a source that can be read", file=source, hint=_HINT)
    return reader(source)


def _folder(source: Path, ready: Callable[[Path], bool]) -> Iterator[Found | Rejection]:
    from bitaca_core.catalogue.sources.library import read_library
    from bitaca_core.catalogue.sources.movielens import is_movielens, read_movielens

    return read_movielens(source) if is_movielens(source) else read_library(source, ready)


def _file_reader(source: Path) -> Callable[[Path], Iterator[Found | Rejection]] | None:
    from bitaca_core.catalogue.sources.anime_offline import read_anime_offline
    from bitaca_core.catalogue.sources.jellyfin import read_jellyfin
    from bitaca_core.catalogue.sources.jsonl import read_jsonl
    from bitaca_core.catalogue.sources.movielens import read_movielens
    from bitaca_core.catalogue.sources.table import read_table
    from bitaca_core.catalogue.sources.wikipedia import read_wikipedia

    suffix = plain_suffix(source)
    if suffix == ".csv" and source.suffix.casefold() == ".csv":
        return read_movielens if _first_line(source).startswith("movieId,") else read_table
    if suffix not in (".json", ".jsonl", ".ndjson"):
        return None
    keys = set(first_keys(source))
    if "Items" in keys or {"Type", "Name"} <= keys or {"Type", "Id"} <= keys:
        return read_jellyfin
    if {"sources", "type"} <= keys or {"data", "lastUpdate"} <= keys or "scoreRange" in keys:
        return read_anime_offline
    if {"title", "cast"} <= keys and "title_id" not in keys and "original_title" not in keys:
        return read_wikipedia
    return None if suffix == ".json" else read_jsonl


def _first_line(source: Path) -> str:
    with opened(source) as stream:
        return stream.readline(4096).decode("utf-8-sig", "replace")
