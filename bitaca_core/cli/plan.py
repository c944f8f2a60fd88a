"""`bitaca plan` and `bitaca status`: what is to do and what is published, read from receipts in under a second."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from bitaca_core.settings import load_settings

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
Verify = Annotated[bool, typer.Option("--verify", help="also compare contents, not only size and time")]


def plan(verify: Verify = False, as_json: AsJson = False) -> None:
    """What `run` would package, and why: every source, receipt and published file is compared."""
    from bitaca_core.media import planning

    paths = load_settings().paths
    items = planning.pending(paths, verify=verify)
    total = len(planning.read_sources(paths))
    if as_json:
        print(json.dumps({
            "schema": 1, "titles": total, "verified": verify,
            "items": [{"title_id": i.title_id, "action": i.action, "reasons": list(i.reasons)} for i in items],
        }, ensure_ascii=False))  # fmt: skip
        return
    for item in items:
        print(f"{item.action:8} {item.title_id}: {item.reason}")
    if not total:
        print(
            "no sources yet: `bitaca demo`, `bitaca up --library DIR` or `bitaca ingest SOURCE` brings some"
        )
    elif not items:
        print(f"nothing to do: {total} titles are published{' and verified' if verify else ''}")


def status(as_json: AsJson = False) -> None:
    """What is published, running or to be done, title by title."""
    from bitaca_core.media import failures, library, planning
    from bitaca_core.media.progress import ProgressBoard

    paths = load_settings().paths
    pending = {item.title_id: item for item in planning.pending(paths)}
    running = ProgressBoard(paths).read()
    failed = failures.load(paths)
    rows: list[dict[str, Any]] = []
    for title_id in sorted({*planning.read_sources(paths), *running, *failed, *library.published_ids(paths)}):
        item, entry = pending.get(title_id), running.get(title_id)
        package = library.published(paths, title_id)
        rows.append({
            "title_id": title_id,
            "published": package.package_id if package else None,
            "duration_s": package.duration_s if package else None,
            "stage": entry["stage"] if entry else None,
            "percent": entry["percent"] if entry else None,
            "pending": list(item.reasons) if item else [],
            "failure": failed[title_id].message if title_id in failed else None,
        })  # fmt: skip
    if as_json:
        print(json.dumps({"schema": 1, "home": str(paths.home), "titles": rows}, ensure_ascii=False))
        return
    if not rows:
        print(f"nothing in {paths.home} yet")
    for row in rows:
        state = (
            f"published {row['published']} ({row['duration_s']:.0f} s)"
            if row["published"]
            else "not published"
        )
        if row["failure"]:
            state += f"; failed: {row['failure']}"
        elif row["stage"]:
            state += f"; {row['stage']} {row['percent']:.0f} %"
        if row["pending"] and row["pending"] != [row["failure"]]:
            state += f"; to do: {pending[row['title_id']].reason}"
        print(f"{row['title_id']:40} {state}")
