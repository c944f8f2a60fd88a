"""What running work shows in Prefect: a progress artifact, kept up to date from what it notes on disk."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.context import FlowRunContext

from bitaca_core.media.progress import ProgressBoard, told
from bitaca_core.settings import DataPaths

EVERY_S = 2.0


@contextmanager
def shown(paths: DataPaths, title_id: str, every_s: float = EVERY_S) -> Iterator[None]:
    """Show the title's line of the board as the artifact `progress-<title_id>` while the block runs."""

    def look() -> tuple[float, str] | None:
        entry = ProgressBoard(paths).read().get(title_id)
        return (entry["percent"], f"{title_id}: {told(entry)}") if entry else None

    with followed(f"progress-{title_id}", look, title_id, every_s):
        yield


@contextmanager
def followed(
    key: str,
    look: Callable[[], tuple[float, str] | None],
    name: str = "search index",
    every_s: float = EVERY_S,
) -> Iterator[None]:
    """Show what `look` returns (percent and line; None: nothing new) as an artifact while the block runs.

    A server that does not answer costs the display and nothing else; outside of a run of Prefect nothing is shown.
    """
    if FlowRunContext.get() is None:
        yield
        return
    try:
        made = create_progress_artifact(0.0, key=key, description=f"{name}: begins")
    except Exception:  # whatever Prefect or the network raises: it is only a display
        yield
        return
    artifact = cast(UUID, made)
    ended = threading.Event()
    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(_follow, look, artifact, ended, every_s), daemon=True)
    thread.start()
    try:
        yield
    except BaseException:
        ended.set()
        thread.join()
        raise
    ended.set()
    thread.join()
    _update(artifact, progress=100.0, description=f"{name}: done")


def _follow(
    look: Callable[[], tuple[float, str] | None], artifact: UUID, ended: threading.Event, every_s: float
) -> None:
    before = ""
    while not ended.wait(every_s):
        seen = look()
        if seen is not None and seen[1] != before:
            before = seen[1]
            _update(artifact, progress=seen[0], description=before)


def _update(artifact: UUID, **what: Any) -> None:
    try:
        update_progress_artifact(artifact, **what)
    except Exception:  # as above
        return
