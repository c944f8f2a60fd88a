"""What viewers and Derona said to each other: kept by turns, read back, searched, exported and deleted by its owner.

A *turn* is a message with its answer. With each is kept the state after it, so that a conversation goes on after a
restart and can go back to before any message that is still kept.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Literal

LINES_MAX = 2000
"""Lines kept of one viewer, the latest: a thousand questions with their answers."""
TURNS_READ_MAX = 32
"""Turns of a conversation that can be gone back to after a restart, the latest."""
PAGE_MAX = 100
QUERY_WORDS_MAX = 12
TIDY_PAGES = 500
"""Pages of the search index that one step of tidying merges: some milliseconds."""
TIDY_STEPS_MAX = 10_000
TIDY_STEPS_AT_ONCE = 40
"""Enough for a million lines, in a second or two: whoever deletes waits for it."""
_SPEECH = ""
"""In place of a viewer: what is said changes no viewer's `version`."""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a conversation with Derona; `created_s` is Unix time."""

    role: Literal["viewer", "derona"]
    text: str
    created_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """A kept line with what it can be found by. `conversation_id` is None of lines of older releases."""

    message_id: int
    conversation_id: str | None
    role: Literal["viewer", "derona"]
    text: str
    created_s: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A message with its answer, to be kept.

    Parameters
    ----------
    turn_id : str
        The message's id, as the page gave it.
    state_after : str
        The dialogue's state as JSON.
    replaces : tuple of str
        Turns of this conversation that go: those that an edited message undoes.
    """

    viewer_id: str
    conversation_id: str
    lang: str
    turn_id: str
    said: str
    answered: str
    state_after: str
    created_s: float
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A message of a kept conversation and the state after it."""

    turn_id: str
    text: str
    state_after: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation as it was left: its language and the latest messages, oldest first.

    Of a longer one there is a message more than `TURNS_READ_MAX`, for the state before the others.
    """

    lang: str
    turns: tuple[Asked, ...]


class ConversationsStore:
    """The part of the viewers' store that keeps conversations."""

    _clock: Callable[[], float]
    _connection: Callable[[], sqlite3.Connection]
    _write: Callable[..., AbstractContextManager[sqlite3.Connection]]

    def keep_turns(self, turns: Iterable[Turn]) -> int:
        """Keep turns in one transaction, in their order; return how many were kept.

        Of viewers who are unknown (or were forgotten meanwhile), and of those who want no history, nothing is. The
        oldest lines beyond `LINES_MAX` of a viewer go.
        """
        turns = list(turns)
        kept = 0
        with self._write(_SPEECH) as db:
            willing: dict[str, bool] = {}
            for turn in turns:
                if turn.viewer_id not in willing:
                    statement = "SELECT keeps_history FROM viewers WHERE viewer_id = ?"
                    row = db.execute(statement, (turn.viewer_id,)).fetchone()
                    willing[turn.viewer_id] = row is not None and bool(row[0])
                if willing[turn.viewer_id]:
                    kept += _keep(db, turn)
            for viewer in (viewer for viewer, wants in willing.items() if wants):
                _trim(db, viewer)
        return kept

    def conversation(self, viewer: str, conversation_id: str) -> Kept | None:
        """Return the viewer's own conversation as it was left; None where there is none."""
        db = self._connection()
        row = db.execute(
            "SELECT lang FROM conversations WHERE conversation_id = ? AND viewer_id = ?",
            (conversation_id, viewer),
        ).fetchone()
        if row is None:
            return None
        turns = db.execute(
            "SELECT turn_id, text, state_after FROM messages WHERE conversation_id = ? AND role = 'viewer' "
            "ORDER BY message_id DESC LIMIT ?",
            (conversation_id, TURNS_READ_MAX + 1),
        ).fetchall()
        return Kept(row[0], tuple(Asked(*turn) for turn in reversed(turns)))

    def messages(self, viewer: str, limit: int = 50) -> list[Message]:
        """Return the viewer's latest lines, of all conversations, oldest first."""
        rows = (
            self._connection()
            .execute(
                "SELECT role, text, created_s FROM messages WHERE viewer_id = ? ORDER BY message_id DESC LIMIT ?",
                (viewer, limit),
            )
            .fetchall()
        )
        return [Message(*row) for row in reversed(rows)]

    def lines(
        self, viewer: str, query: str = "", *, before: int | None = None, limit: int = 50
    ) -> tuple[list[Line], int | None]:
        """Return a page of the viewer's lines, latest first, and where the next one begins (None at the end).

        Parameters
        ----------
        query : str
            Words that a line must have, all of them, in any order; the last may be only begun. Accents and case do
            not matter. Without words, every line is returned.
        before : int or None
            Only lines older than this `message_id`.
        limit : int
            1 to `PAGE_MAX`.
        """
        limit = min(max(1, limit), PAGE_MAX)
        older = before if before is not None else 2**62
        columns = "m.message_id, m.conversation_id, m.role, m.text, m.created_s"
        words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", query))[:QUERY_WORDS_MAX]
        if words:
            rows = self._connection().execute(
                f"SELECT {columns} FROM messages_words AS w JOIN messages AS m ON m.message_id = w.rowid "  # noqa: S608
                "WHERE messages_words MATCH ? AND w.rowid < ? AND m.viewer_id = ? ORDER BY w.rowid DESC LIMIT ?",
                (_match(viewer, words), older, viewer, limit + 1),
            )
        else:
            rows = self._connection().execute(
                f"SELECT {columns} FROM messages AS m WHERE m.viewer_id = ? AND m.message_id < ? "  # noqa: S608
                "ORDER BY m.message_id DESC LIMIT ?",
                (viewer, older, limit + 1),
            )
        found = [Line(*row) for row in rows.fetchall()]
        more = len(found) > limit
        return found[:limit], found[limit - 1].message_id if more else None

    def export_conversations(self, viewer: str) -> dict[str, object]:
        """Return everything that was said, by conversation, oldest first, ready for JSON."""
        rows = self._connection().execute(
            "SELECT conversation_id, role, text, created_s FROM messages WHERE viewer_id = ? ORDER BY message_id",
            (viewer,),
        )
        found: dict[str | None, list[dict[str, object]]] = {}
        for conversation_id, role, text, created_s in rows:
            found.setdefault(conversation_id, []).append(asdict(Message(role, text, created_s)))
        return {
            "schema": 1,
            "viewer_id": viewer,
            "conversations": [{"conversation_id": key, "lines": lines} for key, lines in found.items()],
        }

    def delete_conversation(self, viewer: str, conversation_id: str) -> bool:
        """Delete one conversation of the viewer; False where there is none of theirs."""
        with self._write(viewer) as db:
            statement = "DELETE FROM conversations WHERE conversation_id = ? AND viewer_id = ?"
            gone = db.execute(statement, (conversation_id, viewer)).rowcount > 0
        if gone:
            self.tidy_words(TIDY_STEPS_AT_ONCE)
        return gone

    def delete_conversations(self, viewer: str) -> int:
        """Delete everything that the viewer and Derona said; return how many lines went."""
        with self._write(viewer) as db:
            lines = db.execute("DELETE FROM messages WHERE viewer_id = ?", (viewer,)).rowcount
            db.execute("DELETE FROM conversations WHERE viewer_id = ?", (viewer,))
        if lines:
            self.tidy_words(TIDY_STEPS_AT_ONCE)
        return lines

    def tidy_words(self, steps: int = TIDY_STEPS_MAX) -> None:
        """Take the words of deleted lines out of the search index, which only marks them as deleted.

        In short transactions, so that nobody waits for long. What more than `steps` of them would take is left to
        the daily purge.

        References
        ----------
        SQLite FTS5 documentation, "The 'merge' Command": a negative number begins a merge of everything, positive
        ones go on with it until a step changes fewer than two rows.
        """
        pages = -TIDY_PAGES
        for _ in range(steps):
            with self._write(_SPEECH) as db:
                before = db.total_changes
                db.execute("INSERT INTO messages_words (messages_words, rank) VALUES ('merge', ?)", (pages,))
                if db.total_changes - before < 2:
                    return
            pages = TIDY_PAGES


def _trim(db: sqlite3.Connection, viewer: str) -> None:
    """Delete the viewer's oldest lines beyond `LINES_MAX`, and conversations of which nothing is left."""
    gone = db.execute(
        "DELETE FROM messages WHERE viewer_id = ?1 AND message_id <= (SELECT message_id FROM messages "
        "WHERE viewer_id = ?1 ORDER BY message_id DESC LIMIT 1 OFFSET ?2)",
        (viewer, LINES_MAX),
    ).rowcount
    if gone:
        db.execute(
            "DELETE FROM conversations WHERE viewer_id = ? AND conversation_id NOT IN "
            "(SELECT conversation_id FROM messages WHERE viewer_id = ? AND conversation_id IS NOT NULL)",
            (viewer, viewer),
        )


def _keep(db: sqlite3.Connection, turn: Turn) -> int:
    """Write one turn; return 1, or 0 where the conversation is another viewer's."""
    owner = db.execute(
        "INSERT INTO conversations VALUES (?, ?, ?, ?) ON CONFLICT (conversation_id) DO UPDATE SET "
        "lang = excluded.lang, updated_s = excluded.updated_s "
        "WHERE viewer_id = excluded.viewer_id",
        (turn.conversation_id, turn.viewer_id, turn.lang, turn.created_s),
    ).rowcount
    if owner == 0:
        return 0
    for gone in turn.replaces:
        statement = "DELETE FROM messages WHERE conversation_id = ? AND turn_id = ?"
        db.execute(statement, (turn.conversation_id, gone))
    kept = (turn.viewer_id, turn.created_s, turn.conversation_id, turn.turn_id)
    db.executemany(
        "INSERT INTO messages (viewer_id, created_s, conversation_id, turn_id, role, text, state_after) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*kept, "viewer", turn.said, turn.state_after), (*kept, "derona", turn.answered, None)],
    )
    return 1


def _match(viewer: str, words: list[str]) -> str:
    """Return the full-text query: these words, each as a string that has no syntax, within the viewer's own lines."""
    *whole, last = (f'"{word}"' for word in words)
    said = " AND ".join([*whole, f"{last} *"])
    return f'viewer_id : "{viewer}" AND text : ({said})'
