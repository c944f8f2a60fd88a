"""The search index on disk: a LanceDB table of title vectors with two full-text indexes.

`search/<version>/` holds the table, `search/index.json` names the current version, the embedder and its
dimension. A build writes beside the old version and switches by replacing `index.json`; unchanged input is
recognised by its fingerprint and costs neither an embedding nor the import of LanceDB.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitaca_core import stamps
from bitaca_core.catalogue.store import Catalogue
from bitaca_core.errors import SchemaError, WorkError
from bitaca_core.search.documents import document, fingerprint
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bitaca_core.search.embed import Embedder

LOG = logging.getLogger("bitaca.search")
INDEX_SCHEMA = 2
TABLE = "titles"
STAGE = "index"
"""Name of the index's receipt."""
EMBED_BATCH = 16
_REBUILD = "run `bitaca run --only index` to build it again"


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """`index.json`."""

    schema: int
    version: str
    embedder: str
    dimension: int
    titles: int


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a build did: `built` is False when the index was already right."""

    version: str
    titles: int
    built: bool


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
) -> IndexReport:
    """Build the index of a catalogue, or do nothing when it already is the current one.

    Parameters
    ----------
    progress : callable
        Called with the share that is done, 0 to 1.
    """
    documents = [document(title) for title in catalogue.titles]
    version = f"v{INDEX_SCHEMA}-{fingerprint(documents, embedder.name, INDEX_SCHEMA)}"
    folder = paths.search / version
    if not force and _is_current(paths, version):
        return IndexReport(version, len(documents), built=False)
    import numpy as np

    known = {} if force else _known_vectors(paths, embedder.name)
    vectors = np.zeros((len(documents), embedder.dimension), np.float32)
    fresh = []
    for row, doc in enumerate(documents):
        if doc.meaning in known:
            vectors[row] = known[doc.meaning]
        else:
            fresh.append(row)
    for start in range(0, len(fresh), EMBED_BATCH):
        batch = fresh[start : start + EMBED_BATCH]
        vectors[batch] = embedder.encode([documents[row].meaning for row in batch])
        progress(0.9 * (start + len(batch)) / len(fresh))
    temporary = paths.search / f".{version}.{os.getpid()}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    _write_table(temporary, [asdict(doc) for doc in documents], vectors)
    shutil.rmtree(folder, ignore_errors=True)
    temporary.rename(folder)
    _switch(paths, IndexInfo(INDEX_SCHEMA, version, embedder.name, embedder.dimension, len(documents)))
    progress(1.0)
    return IndexReport(version, len(documents), built=True)


def _known_vectors(paths: DataPaths, embedder: str) -> dict[str, NDArray[np.float32]]:
    """Return the current index's vectors by the text that they were made from; empty where it cannot serve."""
    try:
        info = read_info(paths)
        if info is None or info.embedder != embedder or damage(paths, info.version, verify=True):
            return {}
        return OpenIndex(paths, info).by_meaning()
    except (SchemaError, WorkError) as error:
        LOG.info("the old search index gives no vectors: %s", error)
        return {}


def damage(paths: DataPaths, version: str, verify: bool = False) -> str | None:
    """Say what of an index differs from what was written, by its receipt; None when nothing does."""
    receipt = stamps.load(paths, STAGE)
    if receipt is None or receipt.facts.get("version") != version:
        return "the index has no receipt"
    for name, change in stamps.damage(paths, receipt, verify).items():
        return f"{name} is missing" if change == "missing" else f"{name} was changed ({change})"
    return None


def _is_current(paths: DataPaths, version: str) -> bool:
    try:
        info = read_info(paths)
    except SchemaError:
        return False
    return info is not None and info.version == version and damage(paths, version, verify=True) is None


def _write_table(folder: Path, rows: list[dict[str, Any]], vectors: NDArray[np.float32]) -> None:
    import lancedb
    import pyarrow as pa
    from lancedb.index import FTS

    flat = pa.array(vectors.reshape(-1))
    columns = {
        name: pa.array([row[name] for row in rows], pa.string())
        for name in ("title_id", "words", "names", "meaning")
    }
    columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
    table = lancedb.connect(folder).create_table(TABLE, pa.table(columns))
    if not rows:
        return
    table.create_index(
        "words",
        config=FTS(
            language="Portuguese", stem=True, ascii_folding=True, remove_stop_words=True, with_position=False
        ),
    )
    table.create_index(
        "meaning", config=FTS(language="English", stem=True, remove_stop_words=True, with_position=False)
    )
    table.create_index(
        "names",
        config=FTS(
            base_tokenizer="ngram",
            ngram_min_length=3,
            ngram_max_length=3,
            stem=False,
            remove_stop_words=False,
            with_position=False,
        ),
    )


def _switch(paths: DataPaths, info: IndexInfo) -> None:
    """Name the new version as current, then drop all but it and the one before (a reader may still hold it)."""
    path = index_file(paths)
    before: str | None = None
    if path.is_file():
        try:
            before = json.loads(path.read_text("utf-8")).get("version")
        except (ValueError, AttributeError):
            before = None  # unreadable: it is being replaced now
    temporary = path.with_name(f"index.json.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(asdict(info), indent=1) + "\n", "utf-8")
    temporary.replace(path)
    files = [path, *(file for file in (paths.search / info.version).rglob("*") if file.is_file())]
    outputs = tuple(stamps.output(paths, file) for file in sorted(files))
    stamps.save(paths, stamps.StageReceipt(STAGE, outputs, facts={"version": info.version}))
    for old in paths.search.iterdir():
        if old.is_dir() and old.name.startswith("v") and old.name not in (info.version, before):
            shutil.rmtree(old, ignore_errors=True)


class OpenIndex:
    """One version of the index, opened: full text by LanceDB, vectors also in memory and searched exactly."""

    def __init__(self, paths: DataPaths, info: IndexInfo) -> None:
        import lancedb
        import numpy as np

        self.info = info
        folder = paths.search / info.version
        try:
            self._table: Any = lancedb.connect(folder).open_table(TABLE)
            data = self._table.to_arrow()
        except (ValueError, OSError, RuntimeError) as error:
            raise WorkError(
                f"the search index {info.version} cannot be opened ({error})", hint=_REBUILD
            ) from error
        self.ids: list[str] = data["title_id"].to_pylist()
        column = data["vector"].combine_chunks()
        flat = np.asarray(column.values if hasattr(column, "values") else column.flatten(), np.float32)
        self.vectors: NDArray[np.float32] = flat.reshape(len(self.ids), info.dimension)
        self.row_of = {title_id: row for row, title_id in enumerate(self.ids)}

    def match(self, column: str, text: str, limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, BM25 score)` of a full-text column, best first."""
        from lancedb import query

        match: Any = query.MatchQuery
        found = (
            self._table.search(match(text, column), query_type="fts")
            .select(["title_id", "_score"])
            .limit(limit)
            .to_arrow()
        )
        return list(zip(found["title_id"].to_pylist(), found["_score"].to_pylist(), strict=True))

    def by_meaning(self) -> dict[str, NDArray[np.float32]]:
        """Return each title's vector by the text that it was made from."""
        texts = self._table.to_arrow()["meaning"].to_pylist()
        return dict(zip(texts, self.vectors, strict=True))

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, cosine)` nearest to a unit vector, best first; exact."""
        import numpy as np

        scores = self.vectors @ vector
        best = np.argsort(-scores, kind="stable")[:limit]
        return [(self.ids[row], float(scores[row])) for row in best]

    def nearest_on_disk(self, vector: NDArray[np.float32], limit: int) -> list[tuple[str, float]]:
        """Return the same as `nearest` from LanceDB itself (the cache is held equal to it by a test)."""
        found = (
            self._table.search(vector, vector_column_name="vector")
            .distance_type("cosine")
            .select(["title_id", "_distance"])
            .limit(limit)
            .to_arrow()
        )
        return [(key, 1.0 - distance) for key, distance in zip(found["title_id"].to_pylist(), found["_distance"].to_pylist(), strict=True)]  # fmt: skip
