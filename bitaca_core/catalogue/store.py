"""The catalogue on disk: `titles.parquet` (one row a title, nested lists) and `sources.json`.

Both carry a schema version. A newer one is refused, an older one is named for rebuild; writes go to a
temporary name and are renamed last, then sealed by a receipt that also names every source that was ever read.
pyarrow is imported only here, inside the functions that need it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bitaca_core import stamps
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.errors import RebuildNeeded, SchemaError
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    import pyarrow

TITLES_SCHEMA = 2
SOURCES_SCHEMA = 1
_VERSION_KEY = b"bitaca.schema"
_REBUILD = "`bitaca run --only ingest` sets it aside and builds it again from its sources"
STAGE = "catalogue"
"""Name of the catalogue's receipt."""
SAMPLE = "sample"
"""How the receipt names the titles that ship with Bitaca; every other source is an absolute path."""


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
    RebuildNeeded
        The file is damaged or of an older release.
    SchemaError
        It is of a newer one.
    """
    if not path.is_file():
        return Catalogue()
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.ParquetFile(path).read()  # `read_table` would import pandas
    except (pyarrow.ArrowException, OSError) as error:
        raise RebuildNeeded(f"the catalogue cannot be read ({error})", file=path, hint=_REBUILD) from error
    _check_version(int((table.schema.metadata or {}).get(_VERSION_KEY, b"0")), TITLES_SCHEMA, path)
    try:
        return Catalogue(Title.model_validate(_without_nulls(row)) for row in table.to_pylist())
    except ValidationError as error:
        raise RebuildNeeded(f"a catalogue row is not valid ({error})", file=path, hint=_REBUILD) from error


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
    credit = pa.struct([pa.field("name", text), pa.field("role", text)])
    season = pa.struct(
        [pa.field("number", pa.int32()), pa.field("title_pt", text), pa.field("year", pa.int32())]
    )
    franchise = pa.struct(
        [
            pa.field("franchise_id", text),
            pa.field("name", text),
            pa.field("order", pa.float64()),
            pa.field("relation", text),
        ]
    )
    pairs = pa.list_(pa.list_(text))
    types = {
        "year": pa.int32(),
        "duration_s": pa.int32(),
        "popularity": pa.float64(),
        "available_from": pa.date32(),
        "available_until": pa.date32(),
        "franchise": franchise,
        "credits": pa.list_(credit),
        "episodes": pa.list_(episode),
        "seasons": pa.list_(season),
        "external_ids": pairs,
        "provenance": pairs,
    }
    lists = (
        "aliases", "directors", "cast", "countries", "languages", "audio_languages", "subtitle_languages", "genres",
        "themes", "moods", "descriptors", "unverified",
    )  # fmt: skip
    types |= dict.fromkeys(lists, texts)
    fields = [pa.field(name, types.get(name, text)) for name in Title.model_fields]
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
        raise RebuildNeeded(f"schema version {found} is older than {known}", file=path, hint=_REBUILD)


def sources_file(paths: DataPaths) -> Path:
    """Return where the source sheets are stored."""
    return paths.catalogue / "sources.json"


def read_sheets(paths: DataPaths) -> dict[str, dict[str, Any]]:
    """Return the source sheets as the plain JSON that is stored, each one valid; empty before the first ingestion.

    Raises
    ------
    RebuildNeeded
        The list is damaged or of an older release.
    SchemaError
        It is of a newer one.
    """
    return {key: value for key, (value, _) in _sheets(paths).items()}


def load_sources(paths: DataPaths) -> dict[str, SourceSheet]:
    """Return the source video of each playable id; raises as `read_sheets`."""
    return {key: sheet for key, (_, sheet) in _sheets(paths).items()}


def _sheets(paths: DataPaths) -> dict[str, tuple[dict[str, Any], SourceSheet]]:
    path = sources_file(paths)
    try:
        data = json.loads(path.read_bytes())
        _check_version(int(data["schema"]), SOURCES_SCHEMA, path)
        rows = data["sources"]
        if not isinstance(rows, dict):
            raise TypeError("`sources` is no object")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RebuildNeeded(f"the source list cannot be read ({error})", file=path, hint=_REBUILD) from error
    found = {}
    for title_id, row in rows.items():
        try:
            found[title_id] = (row, SourceSheet.model_validate(row))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, (title_id, *first["loc"])))
            raise RebuildNeeded(
                f"the source list is damaged at {where}: {first['msg']}", file=path, hint=_REBUILD
            ) from error
    return found


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
            seal(paths, sources_file(paths))


def withdraw(paths: DataPaths, title_id: str, units: Iterable[str]) -> None:
    """Take a title out of the catalogue, or one episode out of its series, with the source sheets of `units`."""
    with locked(paths):
        catalogue = load_catalogue(titles_file(paths))
        kept = [
            title.model_copy(update={"episodes": tuple(e for e in title.episodes if e.title_id != title_id)})
            for title in catalogue
            if title.title_id != title_id
        ]
        sources = load_sources(paths)
        left = {key: sheet for key, sheet in sources.items() if key not in set(units)}
        written = []
        if tuple(kept) != catalogue.titles:
            save_catalogue(Catalogue(kept), titles_file(paths))
            written.append(titles_file(paths))
        if left != sources:
            save_sources(paths, left)
            written.append(sources_file(paths))
        seal(paths, *written)


def seal(paths: DataPaths, *written: Path, read: Iterable[str] = (), unread: Iterable[str] = ()) -> None:
    """Bring the catalogue's receipt up to date; only while it is `locked`.

    The stamps of other files stay, so that damage to one is not forgotten when the other is written.

    Parameters
    ----------
    written : paths
        The files that were just written.
    read, unread : iterables of str
        Sources whose titles are in the catalogue now, and such as it will have again only when they were read.
    """
    known = stamps.load(paths, STAGE)
    outputs = {item.path: item for item in (known.outputs if known else ())}
    for file in (titles_file(paths), sources_file(paths)):
        name = file.relative_to(paths.home).as_posix()
        if file.is_file() and (file in written or name not in outputs):
            outputs[name] = stamps.output(paths, file)
    facts = {
        "sources": list(dict.fromkeys((*sources_read(paths), *read, *unread))),
        "unread": [source for source in (*sources_unread(paths), *unread) if source not in set(read)],
    }
    receipt = stamps.StageReceipt(STAGE, tuple(outputs.values()), facts=facts)
    if receipt != known:
        stamps.save(paths, receipt)


def sources_read(paths: DataPaths) -> tuple[str, ...]:
    """Return what the catalogue was made from, in order: `SAMPLE`, and absolute paths of folders and files."""
    receipt = stamps.load(paths, STAGE)
    return tuple(receipt.facts.get("sources", ())) if receipt is not None else ()


def sources_unread(paths: DataPaths) -> tuple[str, ...]:
    """Return the sources that an interrupted rebuilding did not reach."""
    receipt = stamps.load(paths, STAGE)
    return tuple(receipt.facts.get("unread", ())) if receipt is not None else ()


def damage(paths: DataPaths, *, verify: bool = False) -> dict[Path, str]:
    """Return which files of the catalogue are lost or unreadable, and how; `titles.parquet` is not opened.

    A file that was written by something else than us, and can be read, is not damaged.

    Parameters
    ----------
    verify : bool
        Compare contents too: another content under the old size and time is damage.
    """
    receipt = stamps.load(paths, STAGE)
    wrong = stamps.damage(paths, receipt, verify) if receipt is not None else {}
    found: dict[Path, str] = {}
    for file in (titles_file(paths), sources_file(paths)):
        change = wrong.get(file.relative_to(paths.home).as_posix())
        if change == "missing":
            found[file] = f"{file.name} is missing"
        elif change == "content" and receipt is not None and _untouched(file, receipt):
            found[file] = f"{file.name} has other contents than were written"
    try:
        read_sheets(paths)
    except RebuildNeeded as error:
        found[sources_file(paths)] = f"{sources_file(paths).name}: {error.message}"
    return found


def _untouched(file: Path, receipt: stamps.StageReceipt) -> bool:
    """Return whether nothing admits to having written `file`: its time is still that of the receipt."""
    return any(
        Path(item.path).name == file.name and item.mtime_ns == file.stat().st_mtime_ns
        for item in receipt.outputs
    )


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
