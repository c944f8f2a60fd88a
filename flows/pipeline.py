"""`bitaca run` as one Prefect flow: ingest → package (a subflow per title) → index → evaluate."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypedDict

from prefect import flow, task
from prefect.artifacts import create_table_artifact

from bitaca_core.errors import BitacaError, WorkError
from bitaca_core.settings import DataPaths, Settings, load_settings
from flows import narration, work
from flows.chunks import runner
from flows.evaluate import evaluate_flow
from flows.index import index_flow
from flows.ingest import ingest_flow
from flows.package import package_title

Stage = Literal["ingest", "package", "index", "evaluate"]


class Summary(TypedDict):
    """Steps as `stage subject`: done, failed (with the reason), and input files that were refused.

    `blocked` names titles that viewers had and that cannot be made whole: their source is gone too.
    """

    done: list[str]
    failed: list[str]
    refused: list[str]
    blocked: list[str]


class RunFailed(WorkError):
    """The run went to its end and something failed: Prefect's state of the run says so. Carries the summary."""

    def __init__(self, summary: Summary) -> None:
        total = len(summary["failed"]) + len(summary["done"])
        told = [f"{len(summary['failed'])} of {total} steps failed"] if summary["failed"] else []
        told += [f"{len(summary['blocked'])} titles are lost"] if summary["blocked"] else []
        super().__init__(" and ".join(told), hint="`bitaca status` says which and why")
        self.summary = summary


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
    """Do what receipts say is not done. A title that fails does not stop the others, and fails the run at its end.

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

    Raises
    ------
    RunFailed
        Something failed or is lost; all that could be done is done.
    """
    settings = load_settings() if home is None else load_settings().model_copy(update={"home": Path(home)})
    run = _Run(settings.paths)

    def left(stage: Stage) -> list[work.Step]:
        """Return what a stage has to do now that those before it are over."""
        if only not in (None, stage):
            return []
        try:
            ahead = work.outlook(settings, only=stage, title=title, force=force, verify=verify)
        except BitacaError as error:
            run.could_not_look(stage, error)
            return []
        run.blocked += ahead.lost
        return list(ahead.steps)

    run.each(left("ingest"), lambda step: _ingest(run, step, settings.paths))
    run.each(left("package"), lambda step: _package(step, settings, force))
    run.each(left("index"), lambda step: index_flow(settings.home, settings.embedder, force))
    run.each(left("evaluate"), lambda step: evaluate_flow(str(settings.home), names=[step.subject]))
    summary = run.summary()
    create_table_artifact(key="bitaca-run", table=run.table(), description="What this run did, step by step")
    if summary["failed"] or summary["blocked"]:
        raise RunFailed(summary)
    return summary


class _Run:
    """Goes through the steps, tells each, and keeps what became of it."""

    def __init__(self, paths: DataPaths) -> None:
        self.rows: list[dict[str, str]] = []
        self.refused: list[str] = []
        self.blocked: list[str] = []
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

    def could_not_look(self, stage: Stage, error: BitacaError) -> None:
        """Keep that a stage failed before its first step: what it has to do cannot be read."""
        step = work.Step(stage, work.CATALOGUE, "")
        self.rows.append({"stage": stage, "subject": step.subject, "state": "failed", "note": str(error)})
        narration.listener().end(step, str(error))

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
        return {"done": done, "failed": failed, "refused": self.refused, "blocked": self.blocked}

    def table(self) -> list[dict[str, str]]:
        """Return a row for each step and for each lost title."""
        lost = (item.split(": ", 1) for item in self.blocked)
        return self.rows + [
            {"stage": "package", "subject": title_id, "state": "blocked", "note": reason}
            for title_id, reason in lost
        ]


def _ingest(run: _Run, step: work.Step, paths: DataPaths) -> None:
    again = step.subject == work.CATALOGUE
    sources = [] if again else [Path(step.subject)]
    for report in ingest_flow(home=paths.home, sources=sources, sample=False, rebuild=again):
        for file in report.set_aside:
            narration.listener().say(f"damaged, and kept as {file}")
        for rejection in report.rejected:
            narration.listener().say(f"not taken: {rejection}")
            run.refused.append(str(rejection))


def _package(step: work.Step, settings: Settings, force: bool) -> None:
    if step.subject in work.missing_units(settings):
        render(step.subject, str(settings.home))
    spread = package_title.with_options(task_runner=runner(settings))
    spread(step.subject, home=str(settings.home), force=force)
