"""`bitaca ingest`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def ingest(
    source: Annotated[
        Path,
        typer.Argument(
            help="folder of videos, or titles: our .jsonl or .csv, a film list of Wikipedia, anime-offline-database, MovieLens, an export of Jellyfin"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON")] = False,
) -> None:
    """Read a folder or a file of titles into the catalogue; bad rows are named, good ones go in.

    What contradicts the catalogue is kept out, said, and written to `catalogue/quarantine.json`.

    The source is remembered: `bitaca run` reads a folder again when it changed, and a damaged catalogue is set
    aside and built again from all that was read before.
    """
    from bitaca_core.catalogue.ingest import ingest as read_in
    from bitaca_core.settings import load_settings

    report = read_in(source, load_settings().paths)
    if as_json:
        print(json.dumps(report.to_dict(), ensure_ascii=False))
    else:
        for file in report.set_aside:
            typer.echo(f"the catalogue was damaged and is built again; kept as {file}", err=True)
        for rejection in report.rejected:
            typer.echo(f"rejected  {rejection}", err=True)
        for conflict in report.quarantined:
            typer.echo(f"conflict  {conflict}", err=True)
        print(
            f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
            f"{len(report.rejected)} rejected, {len(report.quarantined)} contradictions kept apart"
        )
    nothing_usable = not (report.added or report.updated or report.unchanged)
    if (report.rejected or report.quarantined) and nothing_usable:
        raise typer.Exit(1)
