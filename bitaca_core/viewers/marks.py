"""What a viewer says about titles without watching: list, "não me interessa", watched, dropped, tastes, limits.

A mixin of `ViewerStore`, so that SQL stays in this package. Nothing here is observed: every row is something
that the viewer pressed, typed or uploaded, and it counts at the next request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, get_args

from bitaca_core.errors import InputError

MarkKind = Literal["list", "hidden", "watched", "dropped"]
MARK_KINDS: tuple[str, ...] = get_args(MarkKind)
MARKS_MAX = 20_000
"""Marks kept of one viewer, the latest: a long life of films, and a bound for whoever uploads one."""
TASTES_MAX = 24
ALLOWED_MAX = 2_000
AGES = (0, 6, 10, 12, 14, 16, 18)
DIVERSITY = 0.3
"""How far apart the titles of a row are kept where the viewer has not said: 0 not at all, 1 as far as it goes."""
_PIN_COST = {"n": 2**12, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. `liking` is -1 to 1 (an imported score; 0 where nothing was said), `updated_s` Unix time."""

    liking: float
    updated_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be shown to a viewer, and how.

    `max_age` in years (an unknown rating counts as 18); with `only_allowed` nothing but `allowed` is shown, as in
    a child's profile; `languages` (BCP 47) are those that the viewer follows by ear or in subtitles, empty for all.
    `locked`: a PIN is asked for before any of this changes.
    """

    max_age: int | None = None
    only_allowed: bool = False
    allowed: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    diversity: float = DIVERSITY
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Tastes:
    """What the viewer picked to begin with: genre slugs and title ids."""

    genres: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """All that a viewer said: thumbs, marks by kind, tastes, limits."""

    ratings: Mapping[str, int] = field(default_factory=dict)
    marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)
    tastes: Tastes = field(default_factory=Tastes)
    limits: Limits = field(default_factory=Limits)


class MarksStore:
    """The part of the viewers' store that keeps what they say."""

    _clock: Callable[[], float]
    _connection: Callable[[], sqlite3.Connection]
    _write: Callable[..., AbstractContextManager[sqlite3.Connection]]
    exists: Callable[[str], bool]
    ratings: Callable[[str], dict[str, int]]

    def mark(self, viewer: str, title_id: str, kind: str, on: bool = True) -> None:
        """Keep a mark, or take it back.

        Raises
        ------
        InputError
            There is no such mark or viewer.
        """
        if kind not in MARK_KINDS:
            raise InputError(f"a mark is one of {', '.join(MARK_KINDS)}, not {kind!r}")
        if on:
            self.mark_all(viewer, kind, {title_id: 0.0})
            return
        self._known(viewer)
        with self._write(viewer) as db:
            statement = "DELETE FROM marks WHERE viewer_id = ? AND title_id = ? AND kind = ?"
            db.execute(statement, (viewer, title_id, kind))

    def mark_all(
        self, viewer: str, kind: str, likings: Mapping[str, float], when: Mapping[str, float] | None = None
    ) -> None:
        """Keep a mark on each title, with its liking (-1 to 1), in one transaction; oldest beyond `MARKS_MAX` go.

        Parameters
        ----------
        when : mapping or None
            Unix seconds by title id; now for the others.

        Raises
        ------
        InputError
            There is no such mark or viewer, or a liking is out of its range.
        """
        if kind not in MARK_KINDS:
            raise InputError(f"a mark is one of {', '.join(MARK_KINDS)}, not {kind!r}")
        if any(not -1.0 <= liking <= 1.0 for liking in likings.values()):
            raise InputError("a liking is between -1 and 1")
        self._known(viewer)
        now = self._clock()
        times = when or {}
        rows = [(viewer, key, kind, liking, times.get(key, now)) for key, liking in likings.items()]
        with self._write(viewer) as db:
            db.executemany(
                "INSERT INTO marks VALUES (?, ?, ?, ?, ?) ON CONFLICT (viewer_id, title_id, kind) DO UPDATE SET "
                "liking = excluded.liking, updated_s = excluded.updated_s",
                rows,
            )
            db.execute(
                "DELETE FROM marks WHERE viewer_id = ?1 AND (title_id, kind) IN (SELECT title_id, kind FROM marks "
                "WHERE viewer_id = ?1 ORDER BY updated_s DESC, title_id LIMIT -1 OFFSET ?2)",
                (viewer, MARKS_MAX),
            )

    def marks(self, viewer: str) -> dict[str, dict[str, Mark]]:
        """Return the viewer's marks by kind, then title id, latest first; every kind is there."""
        found: dict[str, dict[str, Mark]] = {kind: {} for kind in MARK_KINDS}
        statement = (
            "SELECT kind, title_id, liking, updated_s FROM marks WHERE viewer_id = ? "
            "ORDER BY updated_s DESC, title_id"
        )
        for kind, title_id, liking, updated_s in self._connection().execute(statement, (viewer,)):
            found[kind][title_id] = Mark(liking, updated_s)
        return found

    # --- tastes

    def choose_tastes(self, viewer: str, genres: Iterable[str] = (), titles: Iterable[str] = ()) -> None:
        """Replace what the viewer picked to begin with; raises InputError for too many or an unknown viewer."""
        picked = [("genre", value) for value in dict.fromkeys(genres)]
        picked += [("title", value) for value in dict.fromkeys(titles)]
        if len(picked) > TASTES_MAX:
            raise InputError(f"at most {TASTES_MAX} genres and titles can be picked, not {len(picked)}")
        self._known(viewer)
        with self._write(viewer) as db:
            db.execute("DELETE FROM tastes WHERE viewer_id = ?", (viewer,))
            db.executemany(
                "INSERT INTO tastes VALUES (?, ?, ?, ?)",
                [(viewer, kind, value, place) for place, (kind, value) in enumerate(picked)],
            )

    def tastes(self, viewer: str) -> Tastes:
        """Return what the viewer picked to begin with, in the order of picking."""
        statement = "SELECT kind, value FROM tastes WHERE viewer_id = ? ORDER BY place"
        rows = self._connection().execute(statement, (viewer,)).fetchall()
        return Tastes(
            tuple(value for kind, value in rows if kind == "genre"),
            tuple(value for kind, value in rows if kind == "title"),
        )

    # --- limits

    def limits(self, viewer: str) -> Limits:
        """Return what may be shown to the viewer; no limits where none were set."""
        db = self._connection()
        statement = "SELECT max_age, only_allowed, languages, diversity, pin FROM limits WHERE viewer_id = ?"
        row = db.execute(statement, (viewer,)).fetchone()
        if row is None:
            return Limits()
        allowed = db.execute("SELECT title_id FROM allowed WHERE viewer_id = ?", (viewer,)).fetchall()
        return Limits(
            max_age=row[0],
            only_allowed=bool(row[1]),
            allowed=frozenset(found[0] for found in allowed),
            languages=tuple(row[2].split()),
            diversity=row[3],
            locked=row[4] is not None,
        )

    def set_limits(self, viewer: str, limits: Limits, pin: str = "", new_pin: str | None = None) -> None:
        """Replace the viewer's limits.

        Parameters
        ----------
        pin : str
            Has to be the one that was set, where one was.
        new_pin : str or None
            Four to eight digits that lock the limits from now on, empty to unlock them, None to leave it.

        Raises
        ------
        InputError
            A value out of its range, an unknown viewer, or (`kind` "pin") the wrong PIN.
        """
        if limits.max_age is not None and limits.max_age not in AGES:
            raise InputError(f"a maximum age is one of {', '.join(map(str, AGES))}, not {limits.max_age}")
        if not 0.0 <= limits.diversity <= 1.0:
            raise InputError(f"diversity is between 0 and 1, not {limits.diversity}")
        if len(limits.allowed) > ALLOWED_MAX:
            raise InputError(f"at most {ALLOWED_MAX} titles can be allowed, not {len(limits.allowed)}")
        if new_pin and not (new_pin.isascii() and new_pin.isdigit() and 4 <= len(new_pin) <= 8):
            raise InputError("a PIN has four to eight digits", kind="pin")
        self._known(viewer)
        kept = self._pin(viewer)
        if kept is not None and not _pin_matches(kept, pin):
            raise InputError("the limits are locked by another PIN", kind="pin")
        sealed = kept if new_pin is None else _seal_pin(new_pin) if new_pin else None
        row = (viewer, limits.max_age, int(limits.only_allowed), " ".join(limits.languages), limits.diversity)
        with self._write(viewer) as db:
            db.execute("INSERT OR REPLACE INTO limits VALUES (?, ?, ?, ?, ?, ?)", (*row, sealed))
            db.execute("DELETE FROM allowed WHERE viewer_id = ?", (viewer,))
            db.executemany(
                "INSERT INTO allowed VALUES (?, ?)", [(viewer, key) for key in sorted(limits.allowed)]
            )

    def _pin(self, viewer: str) -> str | None:
        row = self._connection().execute("SELECT pin FROM limits WHERE viewer_id = ?", (viewer,)).fetchone()
        return row[0] if row else None

    # --- together

    def said(self, viewer: str) -> Said:
        """Return everything that the viewer said."""
        return Said(self.ratings(viewer), self.marks(viewer), self.tastes(viewer), self.limits(viewer))

    def _known(self, viewer: str) -> None:
        if not self.exists(viewer):
            raise InputError("no such viewer", kind="viewer")


def _seal_pin(pin: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{hashlib.scrypt(pin.encode(), salt=salt, dklen=32, **_PIN_COST).hex()}"


def _pin_matches(sealed: str, pin: str) -> bool:
    salt, _, digest = sealed.partition(":")
    given = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(salt), dklen=32, **_PIN_COST).hex()
    return hmac.compare_digest(given, digest)
