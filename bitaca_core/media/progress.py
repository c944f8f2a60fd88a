"""ProgressBoard: how far each title's work is, in one small file that the app and the terminal read.

Each entry names the process that works, so that work which died with its process is not shown for ever.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable
from typing import Literal, NotRequired, TypedDict

from bitaca_core.media import pace, processes
from bitaca_core.media.pace import Pace
from bitaca_core.settings import DataPaths

Stage = Literal["render", "analyse", "encode", "package", "verify", "publish", "done", "failed"]

PROGRESS_FILE = "progress.json"
"""Below the state folder."""
WRITE_EVERY_S = 0.25
"""Updates of one title and stage that come faster than this are not written (its 100 % always is)."""
OVER = ("done", "failed")
"""Stages that say how work ended: they stand without a process."""


class Entry(TypedDict):
    """One title's line: `percent` 0-100, `updated` seconds since the epoch; the rest as in `pace.Measure`, where the
    stage has frames to count."""

    stage: Stage
    percent: float
    updated: float
    frames: NotRequired[int]
    total_frames: NotRequired[int]
    speed: NotRequired[float | None]
    left_s: NotRequired[float | None]


class _Row(Entry):
    """An entry as it is stored: with the process that wrote it and when that process began."""

    process: int
    began: str


class ProgressBoard:
    """Shared by processes: each update is a locked read-change-replace of `state/progress.json`.

    Parameters
    ----------
    paths : DataPaths
        The data folder.
    clock : callable
        Returns seconds since the epoch.
    steady : callable
        A clock that nobody sets, seconds: for speeds.
    """

    def __init__(
        self,
        paths: DataPaths,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = paths.state / PROGRESS_FILE
        self._clock = clock
        self._steady = steady
        self._paces: dict[str, Pace] = {}
        self._written: dict[str, tuple[Stage, float]] = {}

    def begin(self, title_id: str, frames: int, duration_s: float) -> None:
        """Learn how long a title is: its encoding is then also told in frames, speed and time left."""
        self._paces[title_id] = Pace(frames, duration_s)

    def update(self, title_id: str, stage: Stage, percent: float) -> None:
        """Record that `title_id` is `percent` (0-100) through `stage`."""
        known_pace = self._paces.get(title_id) if stage == "encode" else None
        measure = known_pace.at(percent, self._steady()) if known_pace else None
        now = self._clock()
        known = self._written.get(title_id)
        if known is not None and known[0] == stage and percent < 100 and now - known[1] < WRITE_EVERY_S:
            return
        self._written[title_id] = (stage, now)
        row: _Row = {
            "stage": stage,
            "percent": round(min(100.0, max(0.0, percent)), 1),
            "updated": now,
            "process": os.getpid(),
            "began": processes.began(os.getpid()),
        }
        if measure is not None:
            row["frames"], row["total_frames"] = measure.frames, measure.total_frames
            row["speed"] = None if measure.speed is None else round(measure.speed, 2)
            row["left_s"] = None if measure.left_s is None else round(measure.left_s, 1)
        self._change(lambda board: board.update({title_id: row}))

    def clear(self, title_id: str) -> None:
        """Take a title off the board: its work is over."""
        self._written.pop(title_id, None)
        if title_id in self._rows():
            self._change(lambda board: board.pop(title_id, None))

    def read(self) -> dict[str, Entry]:
        """Return the board; empty when nothing was ever recorded or the file is unreadable."""
        found: dict[str, Entry] = {}
        for title_id, row in self._rows().items():
            entry: Entry = {"stage": row["stage"], "percent": row["percent"], "updated": row["updated"]}
            if "frames" in row:
                entry["frames"], entry["total_frames"] = row["frames"], row["total_frames"]
                entry["speed"], entry["left_s"] = row["speed"], row["left_s"]
            found[title_id] = entry
        return found

    def _rows(self) -> dict[str, _Row]:
        """Return what is on the board, without work whose process is gone."""
        try:
            board = json.loads(self._file.read_bytes())
            return {title_id: row for title_id, row in board.items() if _stands(row)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _change(self, change: Callable[[dict[str, _Row]], object]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            board = self._rows()
            change(board)
            fresh = self._file.with_name(f".progress-{os.getpid()}.json")
            fresh.write_text(json.dumps(board))
            fresh.replace(self._file)


def told(entry: Entry) -> str:
    """Return an entry in words: "encode 34 %, 1,234 of 5,000 frames, 2.3x, 1:05 left"."""
    measures = pace.words(
        entry.get("frames"), entry.get("total_frames"), entry.get("speed"), entry.get("left_s")
    )
    return f"{entry['stage']} {entry['percent']:.0f} %" + (f", {measures}" if measures else "")


def _stands(row: _Row) -> bool:
    if row["stage"] in OVER:
        return True
    return processes.alive(row["process"]) and row["began"] == processes.began(row["process"])
