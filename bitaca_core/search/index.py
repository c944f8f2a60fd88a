"""The search index on disk: a LanceDB table of title vectors with full-text and scalar indices.

`search/<version>/` holds the table, `search/index.json` names the current version, the embedder and its
dimension. A build writes beside the old version and switches by replacing `index.json`; unchanged input is
recognised by its fingerprint and costs neither an embedding nor the import of LanceDB. Where many titles are new,
their words are published at once and their vectors follow (`embeddings.py`): `IndexInfo.embedded` says how many.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitaca_core import stamps
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.errors import SchemaError, WorkError
from bitaca_core.search.documents import Document, document, fingerprint
from bitaca_core.search.embeddings import VectorStore, embed_missing, text_key
from bitaca_core.search.fulltext import FullText
from bitaca_core.search.postings import TextsInMemory
from bitaca_core.search.progress import ProgressNote
from bitaca_core.search.tables import APPROXIMATE_FROM, TEXT_COLUMNS, drop_tables, open_table, write_table
from bitaca_core.settings import DataPaths, Settings, load_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bitaca_core.search.embed import Embedder

INDEX_SCHEMA = 3
STAGE = "index"
"""Name of the index's receipt."""
WORDS_FIRST = 1024
"""With more new texts than this, words are published before the first is embedded."""
PUBLISH_EVERY = 8192
"""Texts embedded between two publications on the way."""
TEXTS_IN_MEMORY_UP_TO = 50_000
"""Titles whose full text is also held in memory; of more, LanceDB is asked."""
_REBUILD = "run `bitaca run --only index` to build it again"


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """`index.json`."""

    schema: int
    version: str
    embedder: str
    dimension: int
    titles: int
    embedded: int
    uri: str | None = None  # where the table lies, if not below `search/`
    previous_uri: str | None = None  # of the version before, which a reader may still hold

    @property
    def complete(self) -> bool:
        """Whether every title is known by meaning."""
        return self.embedded == self.titles


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a build did: `built` is False when the index was already right."""

    version: str
    titles: int
    built: bool


@dataclass(frozen=True, slots=True)
class Remote:
    """A place for tables outside the data folder: any that LanceDB opens (`s3://`, `gs://`, `az://`)."""

    uri: str
    options: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Remote | None:
        """Return the place that the settings name; None for the data folder."""
        return cls(settings.index_uri.rstrip("/"), settings.index_options) if settings.index_uri else None


def index_file(paths: DataPaths) -> Path:
    """Return where the current version is named."""
    return paths.search / "index.json"


def read_info(paths: DataPaths) -> IndexInfo | None:
    """Return what `index.json` says; None while no index was built.

    Raises
    ------
    SchemaError
        Another schema version, or unreadable.
    """
    path = index_file(paths)
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text("utf-8"))
        found = int(data["schema"])
        if found == INDEX_SCHEMA:
            return IndexInfo(**data)
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaError(f"the search index cannot be read ({error})", file=path, hint=_REBUILD) from error
    if found > INDEX_SCHEMA:
        raise SchemaError(
            f"schema version {found} is newer than this release reads ({INDEX_SCHEMA})", file=path
        )
    raise SchemaError(f"schema version {found} is older than {INDEX_SCHEMA}", file=path, hint=_REBUILD)


def build_index(
    catalogue: Catalogue,
    paths: DataPaths,
    embedder: Embedder,
    *,
    force: bool = False,
    progress: Callable[[float], None] = lambda share: None,
    remote: Remote | None = None,
    prepare: Callable[[], object] = lambda: None,
) -> IndexReport:
    """Build the index of a catalogue, or do nothing when it already is the current one.

    Parameters
    ----------
    progress : callable
        Called with the share that is done, 0 to 1.
    remote : Remote or None
        Where the tables lie; in the data folder when None. `index.json` and the stored vectors always lie there.
    prepare : callable
        Called once where there is something to build, before the first publication: what readers would make themselves.
    """
    documents = [document(title) for title in catalogue.titles]
    version = f"v{INDEX_SCHEMA}-{fingerprint(documents, embedder.name, INDEX_SCHEMA)}"
    if not force and _is_current(paths, version, remote):
        return IndexReport(version, len(documents), built=False)
    with _building(paths):
        prepare()
        build = _Build(paths, documents, version, embedder, remote)
        build.run(force, progress)
    return IndexReport(version, len(documents), built=True)


class _Build:
    """One building of a version: what is known is published, what is missing is embedded, then all is published."""

    def __init__(
        self,
        paths: DataPaths,
        documents: list[Document],
        version: str,
        embedder: Embedder,
        remote: Remote | None,
    ) -> None:
        import numpy as np

        self._paths, self._documents, self._version, self._embedder = paths, documents, version, embedder
        self._remote = remote
        self._rows = [asdict(doc) for doc in documents]
        self._keys = [text_key(doc.told) for doc in documents]
        self._rows_of: dict[str, list[int]] = {}
        for row, key in enumerate(self._keys):
            self._rows_of.setdefault(key, []).append(row)
        self._vectors = np.zeros((len(documents), embedder.dimension), np.float32)
        self._known = np.zeros(len(documents), bool)

    def run(self, force: bool, progress: Callable[[float], None]) -> None:
        store = VectorStore(self._paths, self._embedder.name, self._embedder.dimension)
        if force:
            store.clear()
        self._take(store.read(self._keys))
        missing = {
            key: self._documents[rows[0]].told
            for key, rows in self._rows_of.items()
            if not self._known[rows[0]]
        }
        published = int(self._known.sum())
        if len(missing) > WORDS_FIRST:
            self._publish()
        note = ProgressNote(self._paths, self._version, len(self._documents), published)

        def done(vectors: dict[str, NDArray[np.float32]]) -> None:
            nonlocal published
            self._take(vectors)
            embedded = int(self._known.sum())
            note.write(embedded)
            progress(0.9 * embedded / len(self._documents))
            if embedded - published >= PUBLISH_EVERY and embedded < len(self._documents):
                self._publish()
                published = embedded

        embed_missing(store, missing, self._embedder, done)
        self._publish()
        if missing:
            store.tidy(self._keys)
        note.remove()
        progress(1.0)

    def _take(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        for key, vector in vectors.items():
            for row in self._rows_of[key]:
                self._vectors[row], self._known[row] = vector, True

    def _publish(self) -> None:
        """Write a table of what is known now beside the others, and switch to it."""
        embedded = int(self._known.sum())
        whole = embedded == len(self._documents)
        version = self._version if whole else f"{self._version}-{embedded}"
        uri = self._write_remote(version) if self._remote else None
        if uri is None:
            self._write_local(version)
        width = self._embedder.dimension
        info = IndexInfo(
            INDEX_SCHEMA, version, self._embedder.name, width, len(self._documents), embedded, uri
        )
        _switch(self._paths, info, self._remote)

    def _write_local(self, version: str) -> None:
        folder = self._paths.search / version
        temporary = self._paths.search / f".{version}.{os.getpid()}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        write_table(temporary, self._rows, self._vectors, self._known, self._embedder.name)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)

    def _write_remote(self, version: str) -> str:
        """Write where nothing can be renamed: under a name that nobody reads yet; return it."""
        assert self._remote is not None
        uri = f"{self._remote.uri}/{version}-{secrets.token_hex(4)}"
        options = self._remote.options
        try:
            write_table(
                uri, self._rows, self._vectors, self._known, self._embedder.name, storage_options=options
            )
        except (ValueError, OSError, RuntimeError) as error:
            raise WorkError(
                f"the search index cannot be written to {self._remote.uri} ({error})",
                hint="look at BITACA_INDEX_URI and BITACA_INDEX_OPTIONS; what was published before goes on serving",
            ) from error
        return uri


@contextmanager
def _building(paths: DataPaths) -> Iterator[None]:
    """Let one process build at a time; the next finds what this one published."""
    import fcntl

    paths.search.mkdir(parents=True, exist_ok=True)
    with (paths.search / ".building").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def damage(paths: DataPaths, version: str, verify: bool = False) -> str | None:
    """Say what of an index differs from what was written, by its receipt; None when nothing does."""
    receipt = stamps.load(paths, STAGE)
    if receipt is None or receipt.facts.get("version") != version:
        return "the index has no receipt"
    for name, change in stamps.damage(paths, receipt, verify).items():
        return f"{name} is missing" if change == "missing" else f"{name} was changed ({change})"
    return None


def _is_current(paths: DataPaths, version: str, remote: Remote | None) -> bool:
    try:
        info = read_info(paths)
    except SchemaError:
        return False
    if info is None or info.version != version or damage(paths, version, verify=True) is not None:
        return False
    return info.uri is None if remote is None else bool(info.uri and info.uri.startswith(f"{remote.uri}/"))


def _switch(paths: DataPaths, info: IndexInfo, remote: Remote | None) -> None:
    """Name the new version as current, then drop all but it and the one before (a reader may still hold it)."""
    path = index_file(paths)
    try:
        old = read_info(paths)
    except SchemaError:
        old = None  # unreadable or of another release: it is being replaced now
    before = old.version if old else None
    info = replace(info, previous_uri=old.uri if old else None)
    temporary = path.with_name(f"index.json.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(asdict(info), indent=1) + "\n", "utf-8")
    temporary.replace(path)
    files = [path, *(file for file in (paths.search / info.version).rglob("*") if file.is_file())]
    outputs = tuple(stamps.output(paths, file) for file in sorted(files))
    stamps.save(paths, stamps.StageReceipt(STAGE, outputs, facts={"version": info.version}))
    for folder in paths.search.iterdir():
        if folder.is_dir() and folder.name.startswith("v") and folder.name not in (info.version, before):
            shutil.rmtree(folder, ignore_errors=True)
    if remote and old and old.previous_uri and old.previous_uri.startswith(f"{remote.uri}/"):
        drop_tables(old.previous_uri, remote.options)


class OpenIndex:
    """One version of the index, opened: LanceDB's table, its vectors also in memory and exact.

    `ids`, `vectors` and `row_of` hold the titles that are embedded, full text all of them. Full text lies in memory
    too where the titles are not too many (`texts_in_memory`), and gives LanceDB's answers.
    """

    def __init__(
        self,
        paths: DataPaths,
        info: IndexInfo,
        options: dict[str, str] | None = None,
        *,
        texts_in_memory_up_to: int = TEXTS_IN_MEMORY_UP_TO,
    ) -> None:
        """Open it. `options` are the storage options of `info.uri`; the settings' when None."""
        import numpy as np

        self.info = info
        if info.uri and options is None:
            options = load_settings().index_options
        try:
            place = info.uri or paths.search / info.version
            self._table: Any = open_table(place, options)
            self.texts_in_memory = info.titles <= texts_in_memory_up_to
            columns = ["title_id", "vector", *(TEXT_COLUMNS if self.texts_in_memory else ())]
            data = self._table.search().select(columns).limit(max(1, info.titles)).to_arrow()
            self._texts: TextsInMemory | FullText = (
                TextsInMemory(data.select(["title_id", *TEXT_COLUMNS]).to_pydict())
                if self.texts_in_memory
                else FullText(place, options)
            )
            data = data.select(["title_id", "vector"]).filter(data["vector"].is_valid())
        except (ValueError, OSError, RuntimeError) as error:
            raise WorkError(
                f"the search index {info.version} cannot be opened ({error})", hint=_REBUILD
            ) from error
        self.ids: list[str] = data["title_id"].to_pylist()
        flat = np.asarray(data["vector"].combine_chunks().flatten(), np.float32)
        if len(flat) != len(self.ids) * info.dimension:
            width = len(flat) // max(1, len(self.ids))
            raise WorkError(
                f"the search index {info.version} has vectors of {width} numbers where its description says "
                f"{info.dimension}",
                hint=_REBUILD,
            )
        self.vectors: NDArray[np.float32] = flat.reshape(len(self.ids), info.dimension)
        self.row_of = {title_id: row for row, title_id in enumerate(self.ids)}

    def match(self, column: str, text: str, limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, BM25 score)` of a full-text column, best first."""
        return self._texts.match(column, text, limit)

    def matches(self, asked: Sequence[tuple[str, str, int]]) -> list[list[tuple[str, float]]]:
        """Return what `match` does for several `(column, text, limit)`, asked at once."""
        return self._texts.matches(asked) if asked else []

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, cosine)` nearest to a unit vector, best first; exact up to `APPROXIMATE_FROM` titles."""
        import numpy as np

        if len(self.ids) >= APPROXIMATE_FROM:
            return self.nearest_on_disk(vector, limit)
        scores = self.vectors @ vector
        if limit < len(scores):  # ties at the edge go to the earlier row, as in the whole order
            edge = -np.partition(-scores, limit - 1)[limit - 1]
            rows = np.flatnonzero(scores >= edge)
        else:
            rows = np.arange(len(scores))
        best = rows[np.argsort(-scores[rows], kind="stable")[:limit]]
        return [(self.ids[row], float(scores[row])) for row in best]

    def nearest_on_disk(
        self, vector: NDArray[np.float32], limit: int, where: str | None = None
    ) -> list[tuple[str, float]]:
        """Return the same as `nearest` from LanceDB itself (the cache is held equal to it by a test).

        Parameters
        ----------
        where : str or None
            An SQL condition over `kind`, `year`, `duration_s`, `age`, `genres`, `countries`, applied before the search
            (`year >= 1980 AND array_has(genres, 'terror')`).
        """
        asked = self._table.search(vector, vector_column_name="vector").distance_type("cosine")
        if where is not None:
            asked = asked.where(where, prefilter=True)
        found = asked.select(["title_id", "_distance"]).limit(limit).to_arrow()
        pairs = zip(found["title_id"].to_pylist(), found["_distance"].to_pylist(), strict=True)
        return [(key, 1.0 - distance) for key, distance in pairs if distance is not None]

    def like(self, title_id: str, limit: int, where: str | None = None) -> list[tuple[str, float]]:
        """Return the titles nearest to one of ours, without it, by one filtered query; empty if it has no vector."""
        row = self.row_of.get(title_id)
        if row is None:
            return []
        found = self.nearest_on_disk(self.vectors[row], limit + 1, where)
        return [pair for pair in found if pair[0] != title_id][:limit]
