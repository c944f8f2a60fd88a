"""Prefect's view of ingestion: order and retries only; the work is `bitaca_core.catalogue.ingest`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from bitaca_core.catalogue.ingest import IngestReport, ingest, ingest_sample, rebuild
from bitaca_core.settings import DataPaths, load_settings


@task(name="ingest-sample", retries=1, retry_delay_seconds=1)
def ingest_sample_task(home: Path) -> IngestReport:
    """Put the shipped titles into the catalogue."""
    return ingest_sample(DataPaths(home))


@task(name="ingest-source", task_run_name="ingest {source}", retries=1, retry_delay_seconds=1)
def ingest_source_task(source: Path, home: Path) -> IngestReport:
    """Read one source of any kind; a folder is remembered, so that changes in it are noticed."""
    return ingest(source, DataPaths(home))


@task(name="rebuild-catalogue", retries=1, retry_delay_seconds=1)
def rebuild_task(home: Path) -> IngestReport:
    """Set a damaged catalogue aside and build it again from everything that it was made from."""
    return rebuild(DataPaths(home))


@flow(name="ingest", validate_parameters=True)
def ingest_flow(
    home: Path | None = None,
    sources: list[Path] | None = None,
    sample: bool = True,
    rebuild: bool = False,
) -> list[IngestReport]:
    """Ingest the shipped titles and the given sources; leave what was refused, and why, as an artifact.

    Parameters
    ----------
    home : Path or None
        Data folder; the settings' when None.
    sources : list of Path or None
        Folders of videos, or files of titles of any kind that `bitaca ingest` reads.
    sample : bool
        Whether to enter the titles that ship with Bitaca.
    rebuild : bool
        Whether to build a damaged catalogue again first, from all its sources.
    """
    home = home or load_settings().home
    reports = [rebuild_task(home)] if rebuild else []
    reports += [ingest_sample_task(home)] if sample else []
    reports += [ingest_source_task(source, home) for source in sources or []]
    create_table_artifact(
        key="ingest-refused",
        description="Rows and files that were left out",
        table=[
            {"file": _shown(str(row.file)), "line": row.line, "reason": _shown(row.reason)}
            for report in reports
            for row in report.rejected
        ],
    )
    create_table_artifact(
        key="ingest-conflicts",
        description="Rows and fields that contradict the catalogue, and were kept apart",
        table=[
            {"title_id": row.title_id, "field": row.field, "what": _shown(str(row))}
            for report in reports
            for row in report.quarantined
        ],
    )
    return reports


def _shown(text: str) -> str:
    """Return a text that any reader takes: bytes of a file's name that are no UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()
