"""`bitaca plan` and `bitaca status`: what is to do and what is published, read from receipts in under a second."""

from __future__ import annotations

import importlib
import json
from typing import Annotated, Any

import typer

from bitaca_core.settings import DataPaths, load_settings

AsJson = Annotated[bool, typer.Option("--json", help="print one JSON object")]
Verify = Annotated[bool, typer.Option("--verify", help="also compare contents, not only size and time")]


def plan(verify: Verify = False, as_json: AsJson = False) -> None:
    """What `run` would do, and why: every source, receipt, published file, the index and reports are compared.

    `blocked` is what no run can do: a person must bring the missing file back, or replace the unusable one.
    """
    from bitaca_core.catalogue.store import read_sheets
    from bitaca_core.media import planning

    settings = load_settings()
    work = importlib.import_module("flows.work")
    ahead = work.outlook(settings, verify=verify)
    rows = [_step(step) for step in ahead.steps] + [
        {
            "action": "blocked",
            "stage": "package",
            "subject": item.title_id,
            "title_id": item.title_id,
            "reasons": list(item.reasons),
            "damaged": item.damaged,
        }
        for item in ahead.blocked
    ]
    rebuilding = any((step.stage, step.subject) == ("ingest", work.CATALOGUE) for step in ahead.steps)
    total = None if rebuilding else len(read_sheets(settings.paths))
    command = "bitaca run" + (" --verify" if verify else "") if ahead.steps else None
    if as_json:
        print(json.dumps({
            "schema": 1, "titles": total, "verified": verify, "items": rows, "command": command,
        }, ensure_ascii=False))  # fmt: skip
        return
    for row in rows:
        print(f"{row['action']:8} {row['subject']}: {planning.short(row['reasons'])}")
    if total is None:
        print("what else is to do is known when the catalogue is built again")
    elif total == 0:
        print(
            "no sources yet: `bitaca demo`, `bitaca up --library DIR` or `bitaca ingest SOURCE` brings some"
        )
    if command:
        print(f"`{command}` does it")
    elif not rows and total:
        print(f"nothing to do: {total} titles are published{' and verified' if verify else ''}")


def _step(step: Any) -> dict[str, Any]:
    """Return a step of the run as the plan's row; one whose video must be drawn first is rendered, then packaged."""
    work = importlib.import_module("flows.work")
    action = "render" if step.reason == work.NOT_RENDERED else step.stage
    return {
        "action": action,
        "stage": step.stage,
        "subject": step.subject,
        "title_id": step.subject if step.stage == "package" else None,
        "reasons": list(step.reasons or (step.reason,)),
    }


def status(as_json: AsJson = False) -> None:
    """What is published, running or to be done, title by title; what search knows, and which model recommends."""
    from bitaca_core.catalogue import quarantine
    from bitaca_core.catalogue.store import read_sheets
    from bitaca_core.media import failures, library, planning
    from bitaca_core.media.progress import ProgressBoard, told
    from bitaca_core.recommend import standing

    paths = load_settings().paths
    pending = {item.title_id: item for item in planning.pending(paths)}
    running = ProgressBoard(paths).read()
    failed = failures.load(paths)
    rows: list[dict[str, Any]] = []
    for title_id in sorted({*read_sheets(paths), *running, *failed, *library.published_ids(paths)}):
        item, entry = pending.get(title_id), running.get(title_id)
        package = library.published(paths, title_id)
        rows.append({
            "title_id": title_id,
            "published": package.package_id if package else None,
            "duration_s": package.duration_s if package else None,
            "stage": entry["stage"] if entry else None,
            "percent": entry["percent"] if entry else None,
            "frames": entry.get("frames") if entry else None,
            "total_frames": entry.get("total_frames") if entry else None,
            "speed": entry.get("speed") if entry else None,
            "left_s": entry.get("left_s") if entry else None,
            "pending": list(item.reasons) if item else [],
            "failure": failed[title_id].message if title_id in failed else None,
        })  # fmt: skip
    recommending = standing.standing(paths.models / "recommend")
    meaning = _embedded(paths)
    conflicts = sum(len(found) for found in quarantine.load(paths).values())
    if as_json:
        told_all = {
            "schema": 1,
            "home": str(paths.home),
            "titles": rows,
            "search": meaning,
            "conflicts": conflicts,
            "recommendations": recommending,
        }
        print(json.dumps(told_all, ensure_ascii=False))
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
        elif row["title_id"] in running:
            state += f"; {told(running[row['title_id']])}"
        if row["pending"] and row["pending"] != [row["failure"]]:
            item = pending[row["title_id"]]
            state += f"; {'blocked' if item.action == 'blocked' else 'to do'}: {item.reason}"
        print(f"{row['title_id']:40} {state}")
    print(standing.told(recommending))
    if meaning is not None:
        print(_embedded_line(meaning))
    if conflicts:
        print(
            f"conflicts: {conflicts} rows or fields contradict the catalogue, see {quarantine.quarantine_file(paths)}"
        )


def _embedded(paths: DataPaths) -> dict[str, Any] | None:
    """Return how many titles search knows by meaning, and how fast the rest follows while a build runs."""
    from bitaca_core.search.freshness import share_embedded
    from bitaca_core.search.progress import read_progress

    share = share_embedded(paths)
    if share is None:
        return None
    note = read_progress(paths)
    return {
        "embedded": share[0],
        "titles": share[1],
        "percent": round(100 * share[0] / share[1], 1) if share[1] else 100.0,
        "texts_per_s": note.texts_per_s if note else None,
        "left_s": round(note.left_s) if note and note.left_s is not None else None,
    }


def _embedded_line(meaning: dict[str, Any]) -> str:
    line = f"search by meaning: {meaning['embedded']} of {meaning['titles']} titles ({meaning['percent']} %)"
    if meaning["left_s"] is not None:
        line += f", {meaning['texts_per_s']:.0f} a second, about {meaning['left_s']} s left"
    elif meaning["embedded"] < meaning["titles"]:
        line += "; the others are found by their words until `bitaca run` goes on"
    return line
