"""What a running packaging shows in Prefect: a progress artifact, kept up to date from the board."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
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
    """Show the title's line of the board as the artifact `progress-<title_id>` while the block runs.

    A server that does not answer costs the display and nothing else; outside of a run of Prefect nothing is shown.
    """
    if FlowRunContext.get() is None:
        yield
        return
    try:
        made = create_progress_artifact(0.0, key=f"progress-{title_id}", description=f"{title_id}: begins")
    except Exception:  # whatever Prefect or the network raises: it is only a display
        yield
        return
    artifact = cast(UUID, made)
    ended = threading.Event()
    context = contextvars.copy_context()
    thread = threading.Thread(
        target=context.run,
        args=(_follow, ProgressBoard(paths), title_id, artifact, ended, every_s),
        daemon=True,
    )
    thread.start()
    try:
        yield
    except BaseException:
        ended.set()
        thread.join()
        raise
    ended.set()
    thread.join()
    _update(artifact, progress=100.0, description=f"{title_id}: done")


def _follow(
    board: ProgressBoard, title_id: str, artifact: UUID, ended: threading.Event, every_s: float
) -> None:
    before = ""
    while not ended.wait(every_s):
        entry = board.read().get(title_id)
        line = f"{title_id}: {told(entry)}" if entry else before
        if entry and line != before:
            _update(artifact, progress=entry["percent"], description=line)
            before = line


def _update(artifact: UUID, **what: Any) -> None:
    try:
        update_progress_artifact(artifact, **what)
    except Exception:  # as above
        return
