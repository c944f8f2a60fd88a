"""The titles' factors in LanceDB: one table beside a published model, whose copy in memory is read from it.

A row is a title: its id, its vector, how many met it. The order of rows is the model's order of titles.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend.interactions import Floats
from bitaca_core.search.tables import TAG, open_table

TABLE = "factors"


def write(folder: Path, items: Sequence[str], factors: Floats, counts: NDArray[np.int64]) -> None:
    """Write the table below a `folder` that has none; readers see it once it is whole.

    Parameters
    ----------
    factors : float32 array of shape (items, width)
    counts : int64 array of shape (items,)
        How many viewers met each title.
    """
    import lancedb
    import pyarrow as pa

    flat = pa.array(np.ascontiguousarray(factors, np.float32).reshape(-1), pa.float32())
    columns = {
        "place": pa.array(range(len(items)), pa.int32()),
        "title_id": pa.array(list(items), pa.string()),
        "met": pa.array(counts, pa.int64()),
        "vector": pa.FixedSizeListArray.from_arrays(flat, max(1, factors.shape[1])),
    }
    table = lancedb.connect(folder).create_table(TABLE, pa.table(columns))
    table.tags.create(TAG, table.version)


def read(folder: Path) -> tuple[list[str], Floats]:
    """Return the ids and the vectors, float32 of shape (items, width), in the order in which they were written.

    Raises
    ------
    ValueError, OSError, RuntimeError
        There is no whole table here.
    """
    data = open_table(folder, table=TABLE).to_arrow().sort_by("place")
    width = data.schema.field("vector").type.list_size
    column = data["vector"].combine_chunks()
    vectors = np.asarray(column.flatten(), np.float32).reshape(len(column), width)
    return data["title_id"].to_pylist(), np.ascontiguousarray(vectors)
