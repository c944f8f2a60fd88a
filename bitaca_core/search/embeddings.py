"""Vectors by the text that they were made from, kept beside the index versions: `search/embeddings/<embedder>/`.

A LanceDB table of (digest of the text, vector). Each batch is one append, so an interrupted embedding goes on after
its last batch, and a text that did not change is never embedded twice, whichever index version asks.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitaca_core.search.tables import compact
from bitaca_core.settings import DataPaths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bitaca_core.search.embed import Embedder

LOG = logging.getLogger("bitaca.search")
TABLE = "vectors"
BATCH_TEXTS = 512
"""Texts of one append: some five to ten seconds of work, which is what an interruption can cost."""
SLICE_TEXTS = 64
WORKERS_MAX = 8
UNUSED_SHARE = 0.25
"""Vectors of texts that are gone are dropped when they are more than this share."""


def text_key(text: str) -> str:
    """Return what a text's vector is kept under: 32 hex digits of its digest."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class VectorStore:
    """The vectors of one embedder. One process writes at a time (the index's own lock sees to it)."""

    def __init__(self, paths: DataPaths, embedder: str, dimension: int) -> None:
        slug = re.sub(r"[^a-z0-9]+", "-", embedder.casefold()).strip("-")
        digest = hashlib.sha256(embedder.encode()).hexdigest()[:8]
        self.folder: Path = paths.search / "embeddings" / f"{slug[:40]}-{digest}-{dimension}"
        self.dimension = dimension
        self._table: Any = None

    def read(self, keys: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors that are there of these keys. A store that cannot be read is begun again, and said."""
        import numpy as np

        if not self.folder.is_dir():
            return {}
        try:
            data = self._open().to_arrow()
            known = data["key"].to_pylist()
            flat = data["vector"].combine_chunks()
            vectors = np.asarray(flat.flatten(), np.float32).reshape(len(known), self.dimension)
        except (ValueError, OSError, RuntimeError, KeyError) as error:
            LOG.warning("the stored vectors cannot be read and are made again (%s)", error)
            self._table = None
            shutil.rmtree(self.folder, ignore_errors=True)
            return {}
        wanted = set(keys)
        return {key: vectors[row] for row, key in enumerate(known) if key in wanted}

    def add(self, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Append vectors, shape (len(keys), dimension): all of them or, when it is cut off, none."""
        import pyarrow as pa

        flat = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), self.dimension)
        self._open().add(pa.table({"key": pa.array(list(keys), pa.string()), "vector": flat}))

    def tidy(self, keys: Iterable[str]) -> None:
        """Make one file of the appended ones, and drop the vectors of texts that are gone when they are many."""
        table = self._open()
        wanted = set(keys)
        unused = [key for key in table.to_arrow()["key"].to_pylist() if key not in wanted]
        if len(unused) > UNUSED_SHARE * max(1, len(wanted)):
            for start in range(0, len(unused), 1000):
                listed = ", ".join(f"'{key}'" for key in unused[start : start + 1000])
                table.delete(f"key IN ({listed})")
        compact(table)

    def clear(self) -> None:
        """Forget every vector."""
        self._table = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _open(self) -> Any:
        if self._table is None:
            import lancedb
            import pyarrow as pa

            vector = pa.list_(pa.float32(), self.dimension)
            schema = pa.schema([pa.field("key", pa.string()), pa.field("vector", vector)])
            self.folder.mkdir(parents=True, exist_ok=True)
            self._table = lancedb.connect(self.folder).create_table(TABLE, schema=schema, exist_ok=True)
        return self._table


def embed_missing(
    store: VectorStore,
    texts: dict[str, str],
    embedder: Embedder,
    done: Callable[[dict[str, NDArray[np.float32]]], None],
    workers: int | None = None,
) -> None:
    """Embed texts batch by batch, short ones first, storing each batch before the next.

    Parameters
    ----------
    texts : dict
        Text by key.
    done : callable
        Called with the vectors of each batch once they are stored.
    workers : int or None
        Threads that encode side by side, each on one core; every core's when None.
    """
    import numpy as np

    order = sorted(texts, key=lambda key: len(texts[key]))
    count = workers or max(1, min(WORKERS_MAX, len(os.sched_getaffinity(0))))
    with ThreadPoolExecutor(count) as pool:
        for start in range(0, len(order), BATCH_TEXTS):
            batch = order[start : start + BATCH_TEXTS]
            parts = [batch[at : at + SLICE_TEXTS] for at in range(0, len(batch), SLICE_TEXTS)]
            made = list(pool.map(embedder.encode, [[texts[key] for key in part] for part in parts]))
            vectors = np.concatenate(made)
            store.add(batch, vectors)
            done(dict(zip(batch, vectors, strict=True)))
