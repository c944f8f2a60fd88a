"""How far the embedding is, in `search/embedding.json`, while a build runs: for `bitaca status` and the flow."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bitaca_core.settings import DataPaths

STALE_S = 180.0
"""A note that nobody renewed for so long is of a build that ended: a batch takes seconds."""


@dataclass(frozen=True, slots=True)
class EmbeddingProgress:
    """How many titles are embedded, of how many, how fast, and when that was noted (seconds since 1970)."""

    version: str
    embedded: int
    titles: int
    texts_per_s: float
    noted_at_s: float

    @property
    def left_s(self) -> float | None:
        """Seconds that the rest will take at this speed; None before the first batch."""
        return (self.titles - self.embedded) / self.texts_per_s if self.texts_per_s else None


def progress_file(paths: DataPaths) -> Path:
    """Return where the note lies."""
    return paths.search / "embedding.json"


def read_progress(paths: DataPaths, now_s: float | None = None) -> EmbeddingProgress | None:
    """Return the note of a build that is running; None when there is none."""
    try:
        note = EmbeddingProgress(**json.loads(progress_file(paths).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return note if (time.time() if now_s is None else now_s) - note.noted_at_s < STALE_S else None


class ProgressNote:
    """Writes the note of one build."""

    def __init__(
        self,
        paths: DataPaths,
        version: str,
        titles: int,
        embedded: int,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._file = progress_file(paths)
        self._version, self._titles, self._first = version, titles, embedded
        self._clock, self._wall = clock, wall
        self._began_s = clock()

    def write(self, embedded: int) -> None:
        """Note that so many titles are embedded."""
        elapsed_s = self._clock() - self._began_s
        speed = (embedded - self._first) / elapsed_s if elapsed_s > 0 else 0.0
        note = EmbeddingProgress(self._version, embedded, self._titles, round(speed, 2), self._wall())
        temporary = self._file.with_name(f"{self._file.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(asdict(note)) + "\n", "utf-8")
        temporary.replace(self._file)

    def remove(self) -> None:
        """The build has ended."""
        self._file.unlink(missing_ok=True)
