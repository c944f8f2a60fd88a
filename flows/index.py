"""Prefect's view of indexing: the work is `bitaca_core.search.index`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from bitaca_core.catalogue.store import load_catalogue, titles_file
from bitaca_core.search.embed import open_embedder
from bitaca_core.search.index import IndexReport, build_index
from bitaca_core.settings import DataPaths


@task(name="build-search-index", retries=2, retry_delay_seconds=2)
def build_index_task(home: Path, embedder: str, force: bool) -> IndexReport:
    """Embed the catalogue and write the index, unless it is already right."""
    paths = DataPaths(home)
    return build_index(load_catalogue(titles_file(paths)), paths, open_embedder(embedder), force=force)


@flow(name="index", validate_parameters=True)
def index_flow(home: Path, embedder: str = "minilm", force: bool = False) -> dict[str, object]:
    """Build the search index of the catalogue; return its version and whether there was work."""
    report = build_index_task(home, embedder, force)
    return {"version": report.version, "titles": report.titles, "built": report.built}
