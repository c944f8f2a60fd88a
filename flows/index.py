"""Prefect's view of indexing: the work is `bitaca_core.search.index`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from bitaca_core.search.index import IndexReport
from bitaca_core.search.progress import read_progress
from bitaca_core.settings import DataPaths, load_settings
from flows import indexing, progress


@task(name="build-search-index", retries=2, retry_delay_seconds=2)
def build_index_task(home: Path, embedder: str, force: bool) -> IndexReport:
    """Build the index in a process of its own; how far its embedding is shows as an artifact."""
    paths = DataPaths(home)
    with progress.followed("progress-search-index", lambda: _told(paths)):
        return indexing.build(paths, embedder, force)


def _told(paths: DataPaths) -> tuple[float, str] | None:
    note = read_progress(paths)
    if note is None:
        return None
    left = f", about {note.left_s:.0f} s left" if note.left_s is not None else ""
    share = 100 * note.embedded / max(1, note.titles)
    return share, f"{note.embedded} of {note.titles} titles embedded, {note.texts_per_s:.0f} a second{left}"


@flow(name="index", validate_parameters=True)
def index_flow(
    home: Path | None = None, embedder: str | None = None, force: bool = False
) -> dict[str, object]:
    """Build the search index of the catalogue; return its version and whether there was work.

    Parameters
    ----------
    home, embedder
        The settings' when None.
    force : bool
        Embed everything again.
    """
    settings = load_settings()
    report = build_index_task(home or settings.home, embedder or settings.embedder, force)
    return {"version": report.version, "titles": report.titles, "built": report.built}
