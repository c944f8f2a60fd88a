"""What the operator is told of the pipeline's work: how each title stands, why one failed, what to do next."""

from __future__ import annotations

from typing import Any

from bitaca_core.media import failures
from gradio_app.services import Services

FIRST, LAST = ("failed",), ("queued", "published")
"""What asks for somebody comes first, what asks for nothing last; work under way stands between them."""


def operator_work(services: Services) -> list[dict[str, Any]]:
    """Return one line a title: failed ones, those being worked on, those that wait, those published."""
    board = services.progress()
    stages = dict.fromkeys(services.queue, "queued")
    stages |= dict.fromkeys(services.failures, "failed")
    stages |= {unit: str(entry["stage"]) for unit, entry in board.items()}
    stages |= dict.fromkeys(services.packages, "published")
    lines = [
        work_line(services, unit, stage, board[unit]["percent"] if unit in board else 0)
        for unit, stage in stages.items()
    ]
    return sorted(lines, key=lambda line: (_place(line["stage"]), line["title_id"]))


def _place(stage: str) -> int:
    return -1 if stage in FIRST else LAST.index(stage) + 1 if stage in LAST else 0


def work_line(services: Services, unit: str, stage: str, percent: int = 0) -> dict[str, Any]:
    """Return one line of the operator's table.

    `reason` is that of the last failure, also of a published title whose new version failed. `next` is None,
    `retry` (it may go well another time) or `replace` (the file itself is the obstacle); `command` does it.
    """
    failure = services.failures.get(unit) if stage in ("failed", "published") else None
    if stage == "failed" and failure is None:
        # The board is read at each question, failures with the library: this one is newer.
        failure = failures.load(services.settings.paths).get(unit)
    troubled = stage == "failed" or failure is not None
    package = services.packages.get(unit)
    return {
        "title_id": unit,
        "stage": stage,
        "percent": 100 if stage == "published" else None if stage == "failed" else percent,
        "package_id": package.package_id if package else None,
        "reason": failure.message if failure else None,
        "next": None if not troubled else "replace" if failure and failure.of_input else "retry",
        "command": f"bitaca run --title {unit}" if troubled else None,
    }
