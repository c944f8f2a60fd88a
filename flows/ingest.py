"""Prefect's view of ingestion: order and retries only; the work is `bitaca_core.catalogue.ingest`."""

from __future__ import annotations

from pathlib import Path

from prefect import flow, task

from bitaca_core.catalogue.ingest import IngestReport, ingest, ingest_sample
from bitaca_core.settings import DataPaths


@task(name="ingest-sample", retries=1, retry_delay_seconds=1)
def ingest_sample_task(home: Path) -> IngestReport:
    """Put the shipped titles into the catalogue."""
    return ingest_sample(DataPaths(home))


@task(name="ingest-source", task_run_name="ingest {source}", retries=1, retry_delay_seconds=1)
def ingest_source_task(source: Path, home: Path) -> IngestReport:
    """Read one folder or JSON-lines file."""
    return ingest(source, DataPaths(home))


@flow(name="ingest", validate_parameters=True)
def ingest_flow(home: Path, sources: list[Path] | None = None, sample: bool = True) -> dict[str, int]:
    """Ingest the shipped titles and the given sources; return how many rows of each kind there were."""
    reports = [ingest_sample_task(home)] if sample else []
    reports += [ingest_source_task(source, home) for source in sources or []]
    return {
        name: sum(len(getattr(report, name)) for report in reports)
        for name in ("added", "updated", "unchanged", "rejected")
    }
