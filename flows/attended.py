"""One run of the pipeline with somebody waiting for it: its Prefect, its server and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitaca_core.settings import Settings
from flows import environment, narration, server, work

if TYPE_CHECKING:
    from flows.pipeline import Summary


def run(
    settings: Settings,
    listener: work.Listener,
    *,
    only: work.Stage | None = None,
    title: str | None = None,
    force: bool = False,
    verify: bool = False,
) -> Summary:
    """Run the flow and return what became of each step, failures among them.

    Call it only when something is outstanding, since Prefect takes seconds to load.

    Raises
    ------
    WorkError
        No Prefect server can be had.
    """
    environment.prepare(settings.paths.prefect)
    server.ensure(settings.paths)
    from flows.pipeline import RunFailed, bitaca_run

    with narration.told_to(listener):
        try:
            return bitaca_run(only=only, title=title, force=force, verify=verify, home=str(settings.home))
        except RunFailed as error:
            return error.summary
