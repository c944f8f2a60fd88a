"""`bitaca run`: looks at the receipts first, and starts Prefect only when there is something to do."""

from __future__ import annotations

import importlib
import json
from typing import Annotated, Literal

import typer

from bitaca_core.errors import WorkError
from bitaca_core.settings import load_settings

Stage = Literal["ingest", "package", "index", "evaluate"]


def run(
    only: Annotated[Stage | None, typer.Option(help="one stage: ingest, package, index or evaluate")] = None,
    title: Annotated[str | None, typer.Option(help="one title id")] = None,
    force: Annotated[bool, typer.Option("--force", help="do it again even where receipts hold")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="also compare contents, not only size and time")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Ingest, package, index and evaluate as one Prefect flow; what is done already stays as it is."""
    from bitaca_core.media.supervise import interruptible

    settings = load_settings()
    work = importlib.import_module("flows.work")
    with interruptible():
        items = work.outstanding(settings, only=only, title=title, force=force, verify=verify)
        if not items:
            _nothing(as_json)
            return
        attended = importlib.import_module("flows.attended")
        with importlib.import_module("flows.terminal").Terminal(settings.paths) as terminal:
            summary = attended.run(settings, terminal, only=only, title=title, force=force, verify=verify)
    if as_json:
        print(json.dumps({"schema": 1, **summary}, ensure_ascii=False))
        raise typer.Exit(1 if summary["failed"] else 0)
    if summary["failed"]:
        total = len(summary["failed"]) + len(summary["done"])
        raise WorkError(
            f"{len(summary['failed'])} of {total} steps failed", hint="`bitaca status` says which and why"
        )


def _nothing(as_json: bool) -> None:
    from bitaca_core.media import failures

    if as_json:
        print(json.dumps({"schema": 1, "done": [], "failed": [], "refused": []}))
        return
    unusable = [failure for failure in failures.load(load_settings().paths).values() if failure.stands()]
    print("nothing to do" + (f"; {len(unusable)} cannot be used: see `bitaca status`" if unusable else ""))
