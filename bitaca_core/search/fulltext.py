"""Full-text questions to an open table by LanceDB's asynchronous door.

The synchronous one goes to its loop's thread and back six times a question; this one once, which is a millisecond.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from bitaca_core.search.tables import TABLE, TAG


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """Return the loop that all open tables share, running in a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="bitaca-fulltext", daemon=True).start()
    return loop


def _run(question: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run_coroutine_threadsafe(question, _loop()).result()


class FullText:
    """The full-text columns of the tagged version of a table. Safe to share between threads.

    Raises
    ------
    ValueError, OSError, RuntimeError
        There is no whole table here.
    """

    def __init__(self, place: Path | str, options: dict[str, str] | None = None) -> None:
        self._table: Any = _run(_opened(place, options))

    def match(self, column: str, text: str, limit: int) -> list[tuple[str, float]]:
        """Return `(title_id, BM25 score)`, best first."""
        return self.matches([(column, text, limit)])[0]

    def matches(self, asked: Sequence[tuple[str, str, int]]) -> list[list[tuple[str, float]]]:
        """Return the same for several columns or texts, with one way to the loop and back."""
        return [
            list(zip(found["title_id"].to_pylist(), found["_score"].to_pylist(), strict=True))
            for found in _run(self._all(asked))
        ]

    async def _all(self, asked: Sequence[tuple[str, str, int]]) -> list[Any]:
        return await asyncio.gather(*(self._asked(*question) for question in asked))

    async def _asked(self, column: str, text: str, limit: int) -> Any:
        from lancedb import query

        match: Any = query.MatchQuery
        wanted = self._table.query().nearest_to_text(match(text, column))
        return await wanted.select(["title_id", "_score"]).limit(limit).to_arrow()


async def _opened(place: Path | str, options: dict[str, str] | None) -> Any:
    import lancedb

    connection = await lancedb.connect_async(place, storage_options=options)
    table = await connection.open_table(TABLE)
    await table.checkout(TAG)
    return table
