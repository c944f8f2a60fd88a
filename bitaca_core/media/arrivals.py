"""Which files of a folder have come to rest: what is still being copied, downloaded or recorded is left alone.

A file is at rest when its size and time of change have not moved for a while, by our own steady clock: times on a
network drive are another machine's. Only names, sizes and times are read, so it works on any file system.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.catalogue.libraries import MAX_FILES

UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".opdownload")
"""Endings that copying and downloading programs give to what they have not finished, before or behind the suffix."""

Mark = tuple[int, int]
"""Size and mtime_ns of a file."""


def unfinished(name: str) -> bool:
    """Return whether a name says that its file is not finished (`film.mp4.part`, `film.tmp.mp4`, `.film`, `~film`)."""
    lower = name.casefold()
    stem = lower.rpartition(".")[0]
    return lower.startswith((".", "~")) or lower.endswith(("~", *UNFINISHED)) or stem.endswith(UNFINISHED)


def marks(folder: Path) -> dict[Path, Mark]:
    """Return size and time of each finished-looking file under `folder`; what cannot be looked at is not there."""
    found: dict[Path, Mark] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not unfinished(name))
        for name in names:
            if unfinished(name):
                continue
            path = Path(place, name)
            try:
                status = path.stat()
            except OSError:
                continue
            found[path] = (status.st_size, status.st_mtime_ns)
            if len(found) >= MAX_FILES:
                return found
    return found


@dataclass(slots=True)
class _Sighting:
    mark: Mark
    since_s: float


class Arrivals:
    """Remembers what was seen when; every decision depends on the marks and the time that it is given.

    Parameters
    ----------
    settle_s : float
        How long a file must not have changed.
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._seen: dict[Path, _Sighting] = {}
        self._told: dict[Path, Mark] = {}

    def look(self, found: dict[Path, Mark], now_s: float) -> set[Path]:
        """Take what is there now, and return the files that came to rest since they were last returned."""
        self._seen = {path: self._sighted(path, mark, now_s) for path, mark in found.items()}
        self._told = {path: mark for path, mark in self._told.items() if path in found}
        fresh = {
            path: found[path] for path in found if self.at_rest(path, now_s) and self._told.get(path) != found[path]
        }  # fmt: skip
        self._told |= fresh
        return set(fresh)

    def at_rest(self, path: Path, now_s: float) -> bool:
        """Return whether a file was there at the last look and has not changed for long enough."""
        sighting = self._seen.get(path)
        return sighting is not None and now_s - sighting.since_s >= self._settle_s

    def mark(self, path: Path) -> Mark | None:
        """Return size and time of a file at the last look, None when it was not there."""
        sighting = self._seen.get(path)
        return sighting.mark if sighting is not None else None

    def known(self, path: Path) -> bool:
        """Return whether a file has been at rest before, whatever happens to it now."""
        return path in self._told

    def _sighted(self, path: Path, mark: Mark, now_s: float) -> _Sighting:
        before = self._seen.get(path)
        return before if before is not None and before.mark == mark else _Sighting(mark, now_s)
