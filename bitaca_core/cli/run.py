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
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Ingest, package, index and evaluate as one Prefect flow; what is done already stays as it is."""
    settings = load_settings()
    work = importlib.import_module("flows.work")
    items = work.outstanding(settings, only=only, title=title, force=force)
    if not items:
        _report({"done": [], "failed": []}, as_json)
        return
    importlib.import_module("flows.environment").prepare(settings.paths.prefect)
    summary = importlib.import_module("flows.pipeline").bitaca_run(only=only, title=title, force=force)
    _report(summary, as_json)
    if summary["failed"]:
        raise WorkError(
            f"{len(summary['failed'])} of {len(items)} steps failed", hint="bitaca status says which and why"
        )


def _report(summary: dict[str, list[str]], as_json: bool) -> None:
    if as_json:
        print(json.dumps(summary))
    elif not summary["done"] and not summary["failed"]:
        print("nothing to do")
    else:
        for name in summary["done"]:
            print(f"done    {name}")
        for name in summary["failed"]:
            print(f"failed  {name}")
