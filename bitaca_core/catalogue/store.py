"""The catalogue on disk: `titles.parquet` (one row a title, nested lists) and `sources.json`.

Both carry a schema version. A newer one is refused, an older one is named for rebuild; writes go to a
temporary name and are renamed last. pyarrow is imported only here, inside the functions that need it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.errors import CatalogueError, SchemaError
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    import pyarrow

TITLES_SCHEMA = 1
SOURCES_SCHEMA = 1
_VERSION_KEY = b"bitaca.schema"
_REBUILD = "run `bitaca ingest SOURCE` (or `bitaca demo`) to build it again"


class Catalogue:
    """All titles, by id, in the order in which they were saved. Immutable."""

    def __init__(self, titles: Iterable[Title] = ()) -> None:
        self.titles: tuple[Title, ...] = tuple(titles)

    def __len__(self) -> int:
        return len(self.titles)

    def __iter__(self) -> Iterator[Title]:
        return iter(self.titles)

    def __contains__(self, title_id: object) -> bool:
        return title_id in self._by_id

    @cached_property
    def _by_id(self) -> dict[str, Title]:
        return {title.title_id: title for title in self.titles}

    @cached_property
    def _episodes(self) -> dict[str, tuple[Title, Episode]]:
        return {episode.title_id: (title, episode) for title in self.titles for episode in title.episodes}

    def get(self, title_id: str) -> Title | None:
        """Return the film, short or series; for an episode's id use `parent_of`."""
        return self._by_id.get(title_id)

    def episode(self, episode_id: str) -> Episode | None:
        """Return the episode with this id."""
        found = self._episodes.get(episode_id)
        return found[1] if found else None

    def parent_of(self, episode_id: str) -> Title | None:
        """Return the series that this episode belongs to."""
        found = self._episodes.get(episode_id)
        return found[0] if found else None

    def resolve(self, any_id: str) -> Title | None:
        """Return the title of this id, or the series of this episode id."""
        return self.get(any_id) or self.parent_of(any_id)

    def playable_ids(self, title: Title) -> tuple[str, ...]:
        """Return the ids under which media may exist: its episodes' in order, or the title's own."""
        if title.episodes:
            ordered = sorted(title.episodes, key=lambda episode: (episode.season, episode.number))
            return tuple(episode.title_id for episode in ordered)
        return (title.title_id,)


def titles_file(paths: DataPaths) -> Path:
    """Return where the catalogue is stored."""
    return paths.catalogue / "titles.parquet"


def load_catalogue(path: Path) -> Catalogue:
    """Read `titles.parquet`; a catalogue that does not exist yet is empty.

    Raises
    ------
    SchemaError
        The file has another schema version, or is no readable Parquet.
    """
    if not path.is_file():
        return Catalogue()
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise SchemaError(f"the catalogue cannot be read ({error})", file=path, hint=_REBUILD) from error
    _check_version(int((table.schema.metadata or {}).get(_VERSION_KEY, b"0")), TITLES_SCHEMA, path)
    try:
        return Catalogue(Title.model_validate(_without_nulls(row)) for row in table.to_pylist())
    except ValidationError as error:
        raise SchemaError(f"a catalogue row is not valid ({error})", file=path, hint=_REBUILD) from error


def save_catalogue(catalogue: Catalogue, path: Path) -> None:
    """Write the catalogue atomically, with its schema version in the file's metadata."""
    import pyarrow
    import pyarrow.parquet

    rows = [title.model_dump(mode="python") for title in catalogue.titles]
    table = pyarrow.Table.from_pylist(rows, schema=_arrow_schema())
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    pyarrow.parquet.write_table(table, temporary)
    temporary.replace(path)


def _arrow_schema() -> pyarrow.Schema:
    import pyarrow as pa

    text, texts = pa.string(), pa.list_(pa.string())
    episode = pa.struct(
        [
            pa.field("title_id", text),
            pa.field("season", pa.int32()),
            pa.field("number", pa.int32()),
            pa.field("title_pt", text),
            pa.field("title_en", text),
            pa.field("synopsis_pt", text),
            pa.field("synopsis_en", text),
            pa.field("duration_s", pa.int32()),
        ]
    )
    single = ("title_id", "kind", "original_title", "title_pt", "title_en")
    fields = [pa.field(name, text) for name in single]
    fields += [pa.field("aliases", texts), pa.field("year", pa.int32())]
    fields += [
        pa.field(name, texts) for name in ("directors", "cast", "countries", "languages", "genres", "themes")
    ]
    fields += [pa.field("duration_s", pa.int32())]
    fields += [pa.field(name, text) for name in ("synopsis_pt", "synopsis_en", "age_rating")]
    fields += [pa.field("descriptors", texts), pa.field("episodes", pa.list_(episode))]
    fields += [pa.field("source", text), pa.field("unverified", texts)]
    return pa.schema(fields, metadata={_VERSION_KEY: str(TITLES_SCHEMA).encode()})


def _without_nulls(row: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if value is not None}


def _check_version(found: int, known: int, path: Path) -> None:
    if found > known:
        raise SchemaError(
            f"schema version {found} is newer than this release reads ({known})",
            file=path,
            hint="install the newer release, or point BITACA_HOME at another folder",
        )
    if found < known:
        raise SchemaError(f"schema version {found} is older than {known}", file=path, hint=_REBUILD)


def sources_file(paths: DataPaths) -> Path:
    """Return where the source sheets are stored."""
    return paths.catalogue / "sources.json"


def load_sources(paths: DataPaths) -> dict[str, SourceSheet]:
    """Return the source video of each playable id; empty when nothing was ingested yet."""
    path = sources_file(paths)
    if not path.is_file():
        return {}
    try:
        data = json.loads(path.read_text("utf-8"))
        _check_version(int(data["schema"]), SOURCES_SCHEMA, path)
        return {key: SourceSheet.model_validate(value) for key, value in data["sources"].items()}
    except (ValueError, KeyError, TypeError) as error:
        raise CatalogueError(f"the source list cannot be read ({error})", file=path, hint=_REBUILD) from error


def save_sources(paths: DataPaths, sources: dict[str, SourceSheet]) -> None:
    """Write all source sheets atomically, sorted by id."""
    path = sources_file(paths)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {key: sources[key].model_dump(mode="json") for key in sorted(sources)}
    text = json.dumps({"schema": SOURCES_SCHEMA, "sources": rows}, ensure_ascii=False, indent=1)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text + "\n", "utf-8")
    temporary.replace(path)


def add_source(paths: DataPaths, sheet: SourceSheet) -> None:
    """Add or replace one source sheet; unchanged content is not rewritten."""
    with locked(paths):
        sources = load_sources(paths)
        if sources.get(sheet.title_id) != sheet:
            save_sources(paths, sources | {sheet.title_id: sheet})


class locked:
    """Hold the catalogue's lock while reading and rewriting it, across processes and threads."""

    def __init__(self, paths: DataPaths) -> None:
        self._path = paths.catalogue / ".lock"

    def __enter__(self) -> None:
        import fcntl

        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = self._path.open("w")
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_failure: object) -> None:
        self._handle.close()
