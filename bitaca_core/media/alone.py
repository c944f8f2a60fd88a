"""One worker a title: who publishes or amends it holds its lock; others wait and then find the work done."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from bitaca_core.settings import DataPaths


@contextlib.contextmanager
def alone(paths: DataPaths, title_id: str) -> Iterator[None]:
    """Hold the title's lock."""
    folder = paths.state / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"package-{title_id}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
