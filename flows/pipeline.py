"""`bitaca run` as one Prefect flow: ingest → package (a subflow per title) → index → evaluate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypedDict

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from bitaca_core.catalogue import libraries
from bitaca_core.errors import BitacaError
from bitaca_core.settings import DataPaths, Settings, load_settings
from flows import work
from flows.evaluate import evaluate_flow
from flows.index import index_flow
from flows.ingest import ingest_flow
from flows.package import package_title

Stage = Literal["ingest", "package", "index", "evaluate"]


class Summary(TypedDict):
    """Steps as `stage subject`, those that were done and those that failed."""

    done: list[str]
    failed: list[str]


@task(name="render", task_run_name="render-{title_id}", retries=1, retry_delay_seconds=1)
def render(title_id: str, home: str) -> None:
    """Render one sample title's video."""
    work.render(DataPaths(Path(home)), title_id)


@flow(name="bitaca-run", validate_parameters=True)
def bitaca_run(
    only: Stage | None = None, title: str | None = None, force: bool = False, home: str | None = None
) -> Summary:
    """Do what receipts say is not done. A title that fails does not stop the others.

    Parameters
    ----------
    only : stage or None
        Run one stage.
    title : str or None
        Package one title.
    force : bool
        Do it again even where receipts hold.
    home : str or None
        Data folder; the settings' when None.
    """
    settings = load_settings() if home is None else Settings(home=Path(home))
    paths = settings.paths
    rows: list[dict[str, str]] = []

    def attempt(step: work.Step, action: Callable[[], object]) -> None:
        try:
            action()
        except BitacaError as error:
            rows.append(_row(step, "failed", str(error)))
        else:
            rows.append(_row(step, "done", step.reason))

    for step in work.outstanding(settings, only=only, title=title, force=force):
        if step.stage == "ingest":
            attempt(step, lambda step=step: _ingest(Path(step.subject), paths))
    for step in _media_steps(paths, only, title, force):
        attempt(step, lambda step=step: _package(step, paths, force))
    for step in work.outstanding(settings, only=only, title=title, force=force):
        if step.stage == "index":
            attempt(step, lambda: index_flow(home=str(paths.home), force=force))
        if step.stage == "evaluate":
            attempt(step, lambda: evaluate_flow(home=str(paths.home)))
    create_table_artifact(key="bitaca-run", table=rows, description="What this run did, step by step")
    return {
        "done": [f"{row['stage']} {row['subject']}" for row in rows if row["state"] == "done"],
        "failed": [
            f"{row['stage']} {row['subject']}: {row['note']}" for row in rows if row["state"] == "failed"
        ],
    }


def _ingest(folder: Path, paths: DataPaths) -> None:
    seen = libraries.digest(folder)
    ingest_flow(home=paths.home, sources=[folder], sample=False)
    libraries.remember(paths, folder, seen)


def _media_steps(paths: DataPaths, only: Stage | None, title: str | None, force: bool) -> list[work.Step]:
    if only not in (None, "package"):
        return []
    return work.packaging(paths, title=title, force=force)


def _package(step: work.Step, paths: DataPaths, force: bool) -> None:
    if step.subject in work.missing_units(paths):
        render(step.subject, str(paths.home))
    package_title(step.subject, home=str(paths.home), force=force)


def _row(step: work.Step, state: str, note: str) -> dict[str, str]:
    return {"stage": step.stage, "subject": step.subject, "state": state, "note": note}
