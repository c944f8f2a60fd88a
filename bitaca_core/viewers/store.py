"""Anonymous viewers: what they watched, where they stopped, what they said. All SQL of the project is here.

SQLite in WAL mode, one connection a thread, short transactions. Times are Unix seconds from the `clock` that
the caller gives; positions and durations are seconds of media.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bitaca_core.errors import InputError
from bitaca_core.viewers.conversations import LINES_MAX, TIDY_STEPS_AT_ONCE, ConversationsStore
from bitaca_core.viewers.interactions import InteractionsStore
from bitaca_core.viewers.marks import MarksStore
from bitaca_core.viewers.schema import migrate

VIEWER_ID = re.compile(r"[0-9a-f]{32}")
RESUME_MIN_S = 5.0
"""Shorter than this is a look, not a start: nothing to continue."""
FINISHED_SHARE = 0.95
"""Past this share of the duration a title counts as watched to the end."""
HISTORY_MAX = 500
REPORT_MAX_BYTES = 65_536
"""A player's report is bounded so that nobody can fill the disk with one row."""
REPORTS_MAX = 50
"""Reports kept of one viewer, the latest: nor with many."""
VERSIONS_MAX = 50_000
DAY_S = 86_400.0
NOBODY = ""
"""In place of a viewer, for writes that no `version` is about."""
VIEWERS_DAYS = 365
"""A viewer who was not seen for so long goes, with all that was kept."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What one viewer did with one film or episode. Positions in seconds; `updated_s` is Unix time."""

    title_id: str
    position_s: float
    duration_s: float
    finished: bool
    updated_s: float

    @property
    def share(self) -> float:
        """Part of the duration that was reached, 0 to 1."""
        return min(1.0, self.position_s / self.duration_s) if self.duration_s > 0 else 0.0


class ViewerStore(MarksStore, InteractionsStore, ConversationsStore):
    """`app.db`: created with its folder at first use; safe to share between threads.

    Parameters
    ----------
    db_path : Path
        The database file.
    clock : callable
        Returns the time in Unix seconds.
    """

    def __init__(self, db_path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = db_path
        self._clock = clock
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._ready = False
        self._writes = 0
        self._versions: dict[str, int] = {}
        self._versions_from = 0
        self._tidied_s = float("-inf")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            return connection
        if not self._ready:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _for_the_owner_only(self._path)
        connection = sqlite3.connect(
            self._path, timeout=10.0, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        with self._lock:
            if not self._ready:
                migrate(connection, self._path)
                self._ready = True
            self._open.append(connection)
        self._local.connection = connection
        return connection

    @contextmanager
    def _write(self, *viewers: str) -> Iterator[sqlite3.Connection]:
        """Run a transaction. `viewers` are those whose `version` it changes; everybody's where none is named."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
        self._changed(viewers)

    def _changed(self, viewers: tuple[str, ...]) -> None:
        with self._lock:
            self._writes += 1
            if not viewers or len(self._versions) > VERSIONS_MAX:
                self._versions.clear()
                self._versions_from = self._writes
            for viewer in viewers:
                self._versions[viewer] = self._writes

    def version(self, viewer: str) -> int:
        """Return a number that differs after each write about the viewer through this store (of what is said to
        Derona only `delete_...` counts), for those who remember an answer. Other processes' writes do not count."""
        return self._versions.get(viewer, self._versions_from)

    def close(self) -> None:
        """Close every connection; the store may be used again afterwards."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()
            self._local = threading.local()

    # --- viewers

    def create_viewer(self, keeps_history: bool = True) -> str:
        """Return the id of a new anonymous viewer: 32 hex digits, 128 random bits."""
        viewer = secrets.token_hex(16)
        now = self._clock()
        with self._write(viewer) as db:
            db.execute("INSERT INTO viewers VALUES (?, ?, ?, ?)", (viewer, now, now, int(keeps_history)))
        return viewer

    def keeps_history(self, viewer: str) -> bool:
        """Return whether what the viewer watches, says and reports may be kept.

        Raises
        ------
        InputError
            There is no such viewer.
        """
        row = None
        if VIEWER_ID.fullmatch(viewer) is not None:
            statement = "SELECT keeps_history FROM viewers WHERE viewer_id = ?"
            row = self._connection().execute(statement, (viewer,)).fetchone()
        if row is None:
            raise InputError("no such viewer", kind="viewer")
        return bool(row[0])

    def keep_history(self, viewer: str, keeps: bool) -> None:
        """Keep the viewer's choice. From now on nothing is added when it is no; what was kept stays until
        `forget`; raises InputError when there is no such viewer."""
        if self.keeps_history(viewer) == keeps:
            return
        with self._write(viewer) as db:
            db.execute("UPDATE viewers SET keeps_history = ? WHERE viewer_id = ?", (int(keeps), viewer))

    def exists(self, viewer: str) -> bool:
        """Return whether this viewer is known (and was not forgotten)."""
        if VIEWER_ID.fullmatch(viewer) is None:
            return False
        return (
            self._connection().execute("SELECT 1 FROM viewers WHERE viewer_id = ?", (viewer,)).fetchone()
            is not None
        )

    def touch(self, viewer: str) -> bool:
        """Note that the viewer is here; False when there is no such viewer. At most one write an hour."""
        row = (
            self._connection().execute("SELECT seen_s FROM viewers WHERE viewer_id = ?", (viewer,)).fetchone()
        )
        if row is None:
            return False
        now = self._clock()
        if now - row[0] > 3600:
            with self._write(viewer) as db:
                db.execute("UPDATE viewers SET seen_s = ? WHERE viewer_id = ?", (now, viewer))
        return True

    # --- watching

    def record_progress(
        self, viewer: str, title_id: str, position_s: float, duration_s: float, finished: bool | None = None
    ) -> None:
        """Keep where `viewer` stands in a film or episode, unless the viewer wants no history.

        Parameters
        ----------
        finished : bool or None
            True when the player reached the credits; None decides by `FINISHED_SHARE`.

        Raises
        ------
        InputError
            A negative or non-finite time, or an unknown viewer.
        """
        if not (0 <= position_s < float("inf") and 0 < duration_s < float("inf")):
            raise InputError(f"a position of {position_s} s in {duration_s} s cannot be kept")
        if not self.keeps_history(viewer):
            return
        position_s = min(position_s, duration_s)
        done = position_s >= FINISHED_SHARE * duration_s if finished is None else finished
        with self._write(viewer) as db:
            db.execute(
                "INSERT INTO progress VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (viewer_id, title_id) DO UPDATE SET "
                "position_s = excluded.position_s, duration_s = excluded.duration_s, "
                "furthest_s = max(furthest_s, excluded.furthest_s), finished = excluded.finished, "
                "updated_s = excluded.updated_s",
                (viewer, title_id, position_s, duration_s, position_s, int(done), self._clock()),
            )

    def resume_s(self, viewer: str, title_id: str) -> float:
        """Return where to continue, in seconds; 0 when not begun or watched to the end."""
        row = (
            self._connection()
            .execute(
                "SELECT position_s FROM progress WHERE viewer_id = ? AND title_id = ? AND finished = 0",
                (viewer, title_id),
            )
            .fetchone()
        )
        return float(row[0]) if row and row[0] >= RESUME_MIN_S else 0.0

    def history(self, viewer: str, limit: int = HISTORY_MAX) -> list[Watched]:
        """Return what the viewer watched, latest first."""
        return self._watched(
            "SELECT * FROM progress WHERE viewer_id = ? ORDER BY updated_s DESC LIMIT ?", viewer, limit
        )

    def continue_watching(self, viewer: str, limit: int = 20) -> list[Watched]:
        """Return what was begun (at least 5 s) and not finished, latest first."""
        statement = (
            "SELECT * FROM progress WHERE viewer_id = ? AND finished = 0 AND position_s >= ? "
            "ORDER BY updated_s DESC LIMIT ?"
        )
        return self._watched(statement, viewer, RESUME_MIN_S, limit)

    def _watched(self, statement: str, *values: object) -> list[Watched]:
        rows = self._connection().execute(statement, values).fetchall()
        return [Watched(row[1], row[2], row[3], bool(row[5]), row[6]) for row in rows]

    def popular(self, limit: int = 20, within_days: float = 90.0) -> list[tuple[str, int]]:
        """Return `(title_id, viewers)` by how many viewers got past 30 s or a fifth of it lately."""
        since = self._clock() - within_days * DAY_S
        rows = (
            self._connection()
            .execute(
                "SELECT title_id, count(*) AS viewers FROM progress WHERE updated_s >= ? "
                "AND (furthest_s >= 30 OR furthest_s >= 0.2 * duration_s) "
                "GROUP BY title_id ORDER BY viewers DESC, max(updated_s) DESC, title_id LIMIT ?",
                (since, limit),
            )
            .fetchall()
        )
        return [(row[0], int(row[1])) for row in rows]

    def rate(self, viewer: str, title_id: str, value: int) -> None:
        """Keep a thumb: 1 up, -1 down, 0 takes it back."""
        if value not in (-1, 0, 1):
            raise InputError(f"a rating is -1, 0 or 1, not {value}")
        if not self.exists(viewer):
            raise InputError("no such viewer", kind="viewer")
        with self._write(viewer) as db:
            if value == 0:
                db.execute("DELETE FROM ratings WHERE viewer_id = ? AND title_id = ?", (viewer, title_id))
                return
            db.execute(
                "INSERT INTO ratings VALUES (?, ?, ?, ?) ON CONFLICT (viewer_id, title_id) DO UPDATE SET "
                "value = excluded.value, updated_s = excluded.updated_s",
                (viewer, title_id, value, self._clock()),
            )

    def ratings(self, viewer: str) -> dict[str, int]:
        """Return the viewer's thumbs by title id."""
        rows = self._connection().execute(
            "SELECT title_id, value FROM ratings WHERE viewer_id = ?", (viewer,)
        )
        return {row[0]: int(row[1]) for row in rows.fetchall()}

    # --- reports

    def save_playback_report(
        self, session_id: str, viewer: str | None, title_id: str, report: object
    ) -> None:
        """Keep what a player reported of one playback; a later report of the session replaces it.

        The oldest of a viewer's reports beyond `REPORTS_MAX` go; none is kept of one who wants no history.

        Raises
        ------
        InputError
            The report is too large or cannot be written as JSON (a number that is none), or the viewer is unknown.
        """
        try:
            text = json.dumps(report, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            size_bytes = len(text.encode())
        except (ValueError, TypeError, RecursionError) as error:
            raise InputError(f"a playback report must be JSON ({error})") from error
        if size_bytes > REPORT_MAX_BYTES:
            raise InputError(f"a playback report may have at most {REPORT_MAX_BYTES} bytes")
        if viewer is not None and not self.keeps_history(viewer):
            return
        now = self._clock()
        with self._write(NOBODY) as db:
            db.execute(
                "INSERT INTO playback_sessions VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (session_id) DO UPDATE SET "
                "updated_s = excluded.updated_s, report = excluded.report "
                "WHERE viewer_id IS excluded.viewer_id AND title_id = excluded.title_id",
                (session_id, viewer, title_id, now, now, text),
            )
            db.execute(
                "DELETE FROM playback_sessions WHERE viewer_id = ?1 AND rowid IN (SELECT rowid FROM "
                "playback_sessions WHERE viewer_id = ?1 ORDER BY updated_s DESC, rowid DESC LIMIT -1 OFFSET ?2)",
                (viewer, REPORTS_MAX),
            )

    def playback_reports(self, since_s: float = 0.0, limit: int = 1000) -> list[dict[str, object]]:
        """Return kept reports, latest first, without the viewers' ids."""
        rows = (
            self._connection()
            .execute(
                "SELECT session_id, title_id, created_s, report FROM playback_sessions WHERE updated_s >= ? "
                "ORDER BY updated_s DESC LIMIT ?",
                (since_s, limit),
            )
            .fetchall()
        )
        return [
            {"session_id": r[0], "title_id": r[1], "created_s": r[2], "report": _report(r[3])} for r in rows
        ]

    # --- leaving

    def clear_history(self, viewer: str) -> int:
        """Delete what the viewer watched and where they stopped; list, thumbs and messages stay. Return how many."""
        with self._write() as db:
            return db.execute("DELETE FROM progress WHERE viewer_id = ?", (viewer,)).rowcount

    def forget(self, viewer: str) -> bool:
        """Delete the viewer and everything kept about them; False when there was no such viewer."""
        with self._write(viewer) as db:
            gone = db.execute("DELETE FROM viewers WHERE viewer_id = ?", (viewer,)).rowcount > 0
        if gone:
            self.tidy_words(TIDY_STEPS_AT_ONCE)
        return gone

    def export(self, viewer: str) -> dict[str, object]:
        """Return everything kept about the viewer, ready for JSON.

        Raises
        ------
        InputError
            There is no such viewer.
        """
        db = self._connection()
        statement = "SELECT created_s, seen_s, keeps_history FROM viewers WHERE viewer_id = ?"
        row = db.execute(statement, (viewer,)).fetchone()
        if row is None:
            raise InputError("no such viewer", kind="viewer")
        limits = self.limits(viewer)
        reports = db.execute(
            "SELECT session_id, title_id, created_s, report FROM playback_sessions WHERE viewer_id = ?",
            (viewer,),
        ).fetchall()
        return {
            "schema": 1,
            "viewer_id": viewer,
            "created_s": row[0],
            "seen_s": row[1],
            "keeps_history": bool(row[2]),
            "history": [asdict(item) for item in self.history(viewer)],
            "ratings": self.ratings(viewer),
            "marks": {
                kind: {key: asdict(mark) for key, mark in kept.items()}
                for kind, kept in self.marks(viewer).items()
            },
            "tastes": asdict(self.tastes(viewer)),
            "limits": asdict(limits) | {"allowed": sorted(limits.allowed)},
            "messages": [asdict(item) for item in self.messages(viewer, LINES_MAX)],
            "playback": [
                {"session_id": r[0], "title_id": r[1], "created_s": r[2], "report": _report(r[3])}
                for r in reports
            ],
        }

    def purge(
        self, now: float | None = None, *, messages_days: float = 30.0, telemetry_days: float = 90.0,
        viewers_days: float = VIEWERS_DAYS,
    ) -> dict[str, int]:  # fmt: skip
        """Delete what is past its retention; return how many rows of each kind went.

        Viewers not seen for `viewers_days` go with all they had.
        """
        now = self._clock() if now is None else now
        with self._write() as db:
            messages = db.execute(
                "DELETE FROM messages WHERE created_s < ?", (now - messages_days * DAY_S,)
            ).rowcount
            db.execute("DELETE FROM conversations WHERE updated_s < ?", (now - messages_days * DAY_S,))
            playback = db.execute(
                "DELETE FROM playback_sessions WHERE created_s < ?", (now - telemetry_days * DAY_S,)
            ).rowcount
            viewers = db.execute(
                "DELETE FROM viewers WHERE seen_s < ?", (now - viewers_days * DAY_S,)
            ).rowcount
        if now - self._tidied_s > DAY_S:
            self.tidy_words()
            self._tidied_s = now
        return {"messages": messages, "playback": playback, "viewers": viewers}


def _report(text: str) -> object:
    """Return a kept report. Older releases let `NaN` in, which is no JSON and no fact: it is read as null."""
    return json.loads(text, parse_constant=lambda _name: None)


def _for_the_owner_only(path: Path) -> None:
    """Make the database before SQLite does, and close one that others may read; its journals take its mode."""
    with contextlib.suppress(OSError):  # SQLite meets the same obstacle and names it
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        with contextlib.suppress(
            FileNotFoundError, PermissionError
        ):  # somebody else's file: its owner decides
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
