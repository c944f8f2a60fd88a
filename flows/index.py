"""Prefect's view of indexing: the work is `bitaca_core.search.index`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from bitaca_core.search.index import IndexReport
from bitaca_core.settings import DataPaths, load_settings
from flows import indexing


@task(name="build-search-index", retries=2, retry_delay_seconds=2)
def build_index_task(home: Path, embedder: str, force: bool) -> IndexReport:
    """Build the index in a process of its own."""
    return indexing.build(DataPaths(home), embedder, force)


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
