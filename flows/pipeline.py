"""`bitaca run` as one Prefect flow: ingest → package (a subflow per title) → index → evaluate."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypedDict

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from bitaca_core.errors import BitacaError
from bitaca_core.settings import DataPaths, Settings, load_settings
from flows import narration, work
from flows.evaluate import evaluate_flow
from flows.index import index_flow
from flows.ingest import ingest_flow
from flows.package import package_title

Stage = Literal["ingest", "package", "index", "evaluate"]


class Summary(TypedDict):
    """Steps as `stage subject`: done, failed (with the reason), and input files that were refused."""

    done: list[str]
    failed: list[str]
    refused: list[str]


@task(name="render", task_run_name="render-{title_id}", retries=1, retry_delay_seconds=1)
def render(title_id: str, home: str) -> None:
    """Render one sample title's video."""
    work.render(DataPaths(Path(home)), title_id)


@flow(name="bitaca-run", validate_parameters=True)
def bitaca_run(
    only: Stage | None = None,
    title: str | None = None,
    force: bool = False,
    verify: bool = False,
    home: str | None = None,
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
    verify : bool
        Compare the contents of published files, not only their sizes and times.
    home : str or None
        Data folder; the settings' when None.
    """
    settings = load_settings() if home is None else load_settings().model_copy(update={"home": Path(home)})
    run = _Run(settings.paths)

    def left(stage: Stage) -> list[work.Step]:
        """Return what a stage has to do now that those before it are over."""
        if only not in (None, stage):
            return []
        return work.outstanding(settings, only=stage, title=title, force=force, verify=verify)

    run.each(left("ingest"), lambda step: _ingest(run, Path(step.subject), settings.paths))
    run.each(left("package"), lambda step: _package(step, settings, force))
    run.each(left("index"), lambda step: index_flow(settings.home, settings.embedder, force))
    run.each(left("evaluate"), lambda step: evaluate_flow(str(settings.home), names=[step.subject]))
    create_table_artifact(key="bitaca-run", table=run.rows, description="What this run did, step by step")
    return run.summary()


class _Run:
    """Goes through the steps, tells each, and keeps what became of it."""

    def __init__(self, paths: DataPaths) -> None:
        self.rows: list[dict[str, str]] = []
        self.refused: list[str] = []
        self._log = paths.state / "pipeline.log"

    def each(self, steps: list[work.Step], action: Callable[[work.Step], object]) -> None:
        """Do every step; one that fails is told with its reason, and the next one begins."""
        listener = narration.listener()
        for number, step in enumerate(steps, 1):
            listener.begin(step, number, len(steps))
            reason = self._attempt(step, action)
            state = "done" if reason is None else "failed"
            self.rows.append(
                {"stage": step.stage, "subject": step.subject, "state": state, "note": reason or step.reason}
            )
            listener.end(step, reason)

    def _attempt(self, step: work.Step, action: Callable[[work.Step], object]) -> str | None:
        try:
            action(step)
        except BitacaError as error:
            return str(error)
        except Exception as error:  # ours or a library's mistake: told in a line, kept whole in the log
            with self._log.open("a", encoding="utf-8") as log:
                log.write(f"{datetime.now(UTC).isoformat()} {step.stage} {step.subject}\n")
                traceback.print_exception(error, file=log)
            return f"{type(error).__name__}: {error} (more in {self._log})"
        return None

    def summary(self) -> Summary:
        """Return the steps by their end."""
        done = [f"{row['stage']} {row['subject']}" for row in self.rows if row["state"] == "done"]
        failed = [
            f"{row['stage']} {row['subject']}: {row['note']}" for row in self.rows if row["state"] == "failed"
        ]
        return {"done": done, "failed": failed, "refused": self.refused}


def _ingest(run: _Run, folder: Path, paths: DataPaths) -> None:
    for report in ingest_flow(home=paths.home, sources=[folder], sample=False):
        for rejection in report.rejected:
            narration.listener().say(f"not taken: {rejection}")
            run.refused.append(str(rejection))


def _package(step: work.Step, settings: Settings, force: bool) -> None:
    if step.subject in work.missing_units(settings):
        render(step.subject, str(settings.home))
    package_title(step.subject, home=str(settings.home), force=force)
