"""`bitaca run` and `bitaca resume`: look at the receipts first, and start Prefect only when there is something to do."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Annotated, Any, Literal

import typer

from bitaca_core.errors import WorkError
from bitaca_core.settings import load_settings

Stage = Literal["ingest", "package", "index", "evaluate"]
AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]


def run(
    only: Annotated[Stage | None, typer.Option(help="one stage: ingest, package, index or evaluate")] = None,
    title: Annotated[str | None, typer.Option(help="one title id: package it and nothing else")] = None,
    force: Annotated[bool, typer.Option("--force", help="do it again even where receipts hold")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="also compare contents, not only size and time")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ingest, package, index and evaluate as one Prefect flow; what is done already stays as it is."""
    _run(as_json, only=only, title=title, force=force, verify=verify)


def resume(as_json: AsJson = False) -> None:
    """Go on where an interrupted run stopped.

    What was finished stays; what was half made is made from its beginning. The same as `bitaca run`.
    """
    _run(as_json)


def _run(as_json: bool, **options: Any) -> None:
    from bitaca_core.media.supervise import interruptible

    settings = load_settings()
    work = importlib.import_module("flows.work")
    with interruptible():
        ahead = work.outlook(settings, **options)
        if not ahead.steps:
            _nothing(ahead.lost, as_json)
            return
        attended = importlib.import_module("flows.attended")
        with importlib.import_module("flows.terminal").Terminal(settings.paths) as terminal:
            summary = attended.run(settings, terminal, **options)
    failed, lost = summary["failed"], summary["blocked"]
    if as_json:
        print(json.dumps({"schema": 1, **summary}, ensure_ascii=False))
        raise typer.Exit(1 if failed or lost else 0)
    _tell_lost(lost)
    if failed or lost:
        told = [f"{len(failed)} of {len(failed) + len(summary['done'])} steps failed"] if failed else []
        told += [_count_lost(lost)] if lost else []
        raise WorkError(" and ".join(told), hint="`bitaca status` says which and why")


def _nothing(lost: list[str], as_json: bool) -> None:
    """Say that there is nothing to do; a title that viewers had and nothing here can mend is a failure."""
    from bitaca_core.media import failures

    if as_json:
        print(json.dumps({"schema": 1, "done": [], "failed": [], "refused": [], "blocked": lost}))
        raise typer.Exit(1 if lost else 0)
    unusable = [failure for failure in failures.load(load_settings().paths).values() if failure.stands()]
    print("nothing to do" + (f"; {len(unusable)} cannot be used: see `bitaca status`" if unusable else ""))
    if lost:
        _tell_lost(lost)
        raise WorkError(
            _count_lost(lost), hint="Put the source back where it was, or `bitaca remove ID` the title"
        )


def _tell_lost(lost: list[str]) -> None:
    for title in lost:
        sys.stderr.write(f"lost: {title}\n")


def _count_lost(lost: list[str]) -> str:
    return (
        f"{len(lost)} published {'title is' if len(lost) == 1 else 'titles are'} damaged, with no source left"
    )
