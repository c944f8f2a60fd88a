"""Prefect's view of ingestion: order and retries only; the work is `bitaca_core.catalogue.ingest`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from bitaca_core.catalogue.ingest import IngestReport, ingest, ingest_sample
from bitaca_core.settings import DataPaths, load_settings
from flows import work


@task(name="ingest-sample", retries=1, retry_delay_seconds=1)
def ingest_sample_task(home: Path) -> IngestReport:
    """Put the shipped titles into the catalogue."""
    return ingest_sample(DataPaths(home))


@task(name="ingest-source", task_run_name="ingest {source}", retries=1, retry_delay_seconds=1)
def ingest_source_task(source: Path, home: Path) -> IngestReport:
    """Read one folder or JSON-lines file; a folder is remembered, so that changes in it are noticed."""
    paths = DataPaths(home)
    return work.ingest_library(paths, source) if source.is_dir() else ingest(source, paths)


@flow(name="ingest", validate_parameters=True)
def ingest_flow(
    home: Path | None = None, sources: list[Path] | None = None, sample: bool = True
) -> list[IngestReport]:
    """Ingest the shipped titles and the given sources; leave what was refused, and why, as an artifact.

    Parameters
    ----------
    home : Path or None
        Data folder; the settings' when None.
    sources : list of Path or None
        Folders of videos, or JSON-lines files of titles.
    sample : bool
        Whether to enter the titles that ship with Bitaca.
    """
    home = home or load_settings().home
    reports = [ingest_sample_task(home)] if sample else []
    reports += [ingest_source_task(source, home) for source in sources or []]
    create_table_artifact(
        key="ingest-refused",
        description="Rows and files that were left out",
        table=[
            {"file": str(row.file), "line": row.line, "reason": row.reason}
            for report in reports
            for row in report.rejected
        ],
    )
    return reports
