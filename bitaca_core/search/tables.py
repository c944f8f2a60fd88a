"""The LanceDB table of one index version: how it is written, indexed, tagged, and where it lies."""

from __future__ import annotations

import contextlib
import warnings
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow
    from numpy.typing import NDArray

TABLE = "titles"
TAG = "published"
"""The table version that readers open: set when rows and every index of it are written, never before."""
APPROXIMATE_FROM = 100_000
"""Rows from which vectors get an HNSW graph; below, an exact scan costs milliseconds and misses nothing."""
TEXTS = ("title_id", "words", "names", "meaning", "kind")
TEXT_COLUMNS = ("words", "meaning", "names")
"""Those with a full-text index (`_index`; `postings.py` reads them the same way)."""
NUMBERS = ("year", "duration_s", "age")
SETS = ("genres", "countries")


def write_table(
    place: Path | str,
    rows: list[dict[str, Any]],
    vectors: NDArray[np.float32],
    known: NDArray[np.bool_],
    embedder: str,
    *,
    approximate_from: int = APPROXIMATE_FROM,
    storage_options: dict[str, str] | None = None,
) -> None:
    """Write rows, then full-text, scalar and (of many) vector indices, then the tag that shows them to readers.

    Parameters
    ----------
    vectors : ndarray of float32, shape (len(rows), dimension)
    known : ndarray of bool, shape (len(rows),)
        Which rows have a vector; the others' is null: it is not known yet, and near to nothing.
    embedder : str
        Recorded in the table's schema.
    """
    import lancedb

    data = _arrow(rows, vectors, known, embedder)
    table = lancedb.connect(place, storage_options=storage_options).create_table(
        TABLE, data, mode="overwrite", on_bad_vectors="null"
    )
    if rows:
        _index(table, int(known.sum()), approximate_from)
    compact(table)
    table.tags.create(TAG, table.version)


def open_table(place: Path | str, storage_options: dict[str, str] | None = None, table: str = TABLE) -> Any:
    """Open the tagged version of a table.

    Raises
    ------
    ValueError, OSError, RuntimeError
        There is no whole table here.
    """
    import lancedb

    found = lancedb.connect(place, storage_options=storage_options).open_table(table)
    found.checkout(TAG)
    return found


def drop_tables(place: str, storage_options: dict[str, str] | None = None) -> None:
    """Delete what was written at a place; what is gone already is no error."""
    import lancedb

    with contextlib.suppress(ValueError, OSError, RuntimeError):
        lancedb.connect(place, storage_options=storage_options).drop_all_tables()


def compact(table: Any) -> None:
    """Merge the small files of a table that nobody else has open, and drop its old versions."""
    with warnings.catch_warnings():  # LanceDB warns of readers of old versions: there are none
        warnings.simplefilter("ignore", UserWarning)
        table.optimize(cleanup_older_than=timedelta(0))


def _arrow(
    rows: list[dict[str, Any]], vectors: NDArray[np.float32], known: NDArray[np.bool_], embedder: str
) -> pyarrow.Table:
    import pyarrow as pa

    texts = pa.list_(pa.string())
    types = (
        dict.fromkeys(TEXTS, pa.string()) | dict.fromkeys(NUMBERS, pa.int32()) | dict.fromkeys(SETS, texts)
    )
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()}
    flat = pa.array(vectors.reshape(-1), pa.float32())
    columns["vector"] = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1], mask=pa.array(~known))
    return pa.table(columns).replace_schema_metadata({"bitaca.embedder": embedder})


def _index(table: Any, embedded: int, approximate_from: int) -> None:
    from lancedb.index import FTS, Bitmap, BTree, HnswSq, LabelList

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
    for name in NUMBERS:
        table.create_index(name, config=BTree())
    table.create_index("title_id", config=BTree())
    table.create_index("kind", config=Bitmap())
    for name in SETS:
        table.create_index(name, config=LabelList())
    if embedded >= approximate_from:  # never IVF_PQ alone: its recall was measured at .36 to .71
        table.create_index("vector", config=HnswSq(distance_type="cosine"))
