"""`bitaca remove ID`: a title out of the catalogue, the media and the search."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bitaca_core.cli.gc import readable
from bitaca_core.errors import InputError
from bitaca_core.settings import Settings, load_settings

if TYPE_CHECKING:
    from bitaca_core.media.removal import Removal

YES = ("y", "yes", "s", "sim")


def remove(
    title_id: Annotated[str, typer.Argument(metavar="ID", help="title id; a series goes with its episodes")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object; needs --yes")] = False,
) -> None:
    """Take a title out: its media, its rows in the catalogue, its place in the search.

    Your own video files stay. A title of a library folder comes back when that folder is read again: move its file
    out first. What viewers watched and rated stays in their history.
    """
    from bitaca_core.media import removal
    from bitaca_core.media.storage_s3 import open_storage

    settings = load_settings()
    found = removal.plan(settings.paths, title_id)
    if not yes:
        _ask(found, as_json)
    removal.remove(settings.paths, found, open_storage(settings))
    indexed = _search_again(settings)
    if as_json:
        print(json.dumps({
            "schema": 1, "title_id": title_id, "units": list(found.units), "freed_bytes": found.size_bytes,
            "kept": [str(file) for file in found.outside], "indexed": indexed,
        }, ensure_ascii=False))  # fmt: skip
        return
    print(f"removed {found.name} ({title_id}), {readable(found.size_bytes)} freed")
    for file in found.outside:
        print(f"kept    {file}: it comes back when its folder is read again")


def _ask(found: Removal, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise InputError("removing asks first, and nobody can answer here", kind="usage", hint="Add --yes")
    parts = f"{len(found.units)} episodes, " if len(found.units) > 1 else ""
    try:
        answer = input(f"Remove {found.name} ({parts}{readable(found.size_bytes)})? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in YES:
        print("nothing was removed")
        raise typer.Exit(1)


def _search_again(settings: Settings) -> bool:
    """Bring the index in line where there is one; return whether it was built."""
    from bitaca_core.catalogue.store import load_catalogue, titles_file
    from bitaca_core.search.index import Remote, build_index, index_file

    if not index_file(settings.paths).is_file():
        return False
    from bitaca_core.search.embed import open_embedder

    catalogue = load_catalogue(titles_file(settings.paths))
    embedder = open_embedder(settings.embedder)
    return build_index(catalogue, settings.paths, embedder, remote=Remote.of(settings)).built
