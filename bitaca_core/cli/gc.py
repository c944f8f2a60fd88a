"""`bitaca gc`: says what nothing uses any more, with sizes, and deletes it."""

from __future__ import annotations

import json
import time
from typing import Annotated

import typer

from bitaca_core.settings import load_settings

UNITS = ("B", "KiB", "MiB", "GiB")


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be deleted")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Delete superseded packages, what dead processes left, and receipts and rendered videos of no title.

    The published package of a title stays, and so does one that a viewer's media token may still open.
    """
    from bitaca_core.media import garbage

    settings = load_settings()
    found = garbage.find(settings.paths, time.time(), settings.media_token_ttl_s)
    if not as_json:
        for waste in found:
            print(
                f"{waste.kind:9} {readable(waste.size_bytes):>10}  {waste.path.relative_to(settings.home)}"
                f"  ({waste.reason})"
            )
    deleted = [] if dry_run else [waste for waste in found if garbage.delete(settings.paths, waste)]
    freed = sum(waste.size_bytes for waste in deleted)
    total = sum(waste.size_bytes for waste in found)
    if as_json:
        print(json.dumps({
            "schema": 1, "dry_run": dry_run, "freed_bytes": freed,
            "items": [{"kind": w.kind, "path": str(w.path), "size_bytes": w.size_bytes, "reason": w.reason,
                       "deleted": w in deleted} for w in found],
        }, ensure_ascii=False))  # fmt: skip
    elif not found:
        print("nothing to delete")
    elif dry_run:
        print(f"{readable(total)} in {len(found)} entries would go: `bitaca gc` deletes them")
    else:
        busy = len(found) - len(deleted)
        print(f"{readable(freed)} freed" + (f"; {busy} are in use now and stay" if busy else ""))


def readable(size_bytes: int) -> str:
    """Return a size as people read it."""
    value = float(size_bytes)
    for unit in UNITS:
        if value < 1024 or unit == UNITS[-1]:
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
