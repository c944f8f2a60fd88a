"""The tables of `app.db`, as numbered migrations. A migration, once released, is never edited."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bitaca_core.errors import SchemaError

MIGRATIONS: tuple[str, ...] = (
    # 1: viewers, what they watched, what they said, what their player reported
    """
    CREATE TABLE viewers (
        viewer_id TEXT PRIMARY KEY,
        created_s REAL NOT NULL,
        seen_s REAL NOT NULL
    ) STRICT;
    CREATE TABLE progress (
        viewer_id TEXT NOT NULL REFERENCES viewers ON DELETE CASCADE,
        title_id TEXT NOT NULL,
        position_s REAL NOT NULL,
        duration_s REAL NOT NULL,
        furthest_s REAL NOT NULL,
        finished INTEGER NOT NULL,
        updated_s REAL NOT NULL,
        PRIMARY KEY (viewer_id, title_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX progress_recent ON progress (updated_s, title_id);
    CREATE TABLE ratings (
        viewer_id TEXT NOT NULL REFERENCES viewers ON DELETE CASCADE,
        title_id TEXT NOT NULL,
        value INTEGER NOT NULL CHECK (value IN (-1, 1)),
        updated_s REAL NOT NULL,
        PRIMARY KEY (viewer_id, title_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE messages (
        message_id INTEGER PRIMARY KEY,
        viewer_id TEXT NOT NULL REFERENCES viewers ON DELETE CASCADE,
        role TEXT NOT NULL CHECK (role IN ('viewer', 'derona')),
        text TEXT NOT NULL,
        created_s REAL NOT NULL
    ) STRICT;
    CREATE INDEX messages_viewer ON messages (viewer_id, message_id);
    CREATE INDEX messages_age ON messages (created_s);
    CREATE TABLE playback_sessions (
        session_id TEXT PRIMARY KEY,
        viewer_id TEXT REFERENCES viewers ON DELETE CASCADE,
        title_id TEXT NOT NULL,
        created_s REAL NOT NULL,
        updated_s REAL NOT NULL,
        report TEXT NOT NULL
    ) STRICT;
    CREATE INDEX playback_sessions_age ON playback_sessions (created_s);
    """,
    # 2: whether a viewer's history is kept is the viewer's own choice; reports of one viewer are counted
    """
    ALTER TABLE viewers ADD COLUMN keeps_history INTEGER NOT NULL DEFAULT 1 CHECK (keeps_history IN (0, 1));
    CREATE INDEX playback_sessions_viewer ON playback_sessions (viewer_id, updated_s);
    """,
    # 3: what viewers say: marks on titles, what they picked to begin with, what may be shown to them
    """
    CREATE TABLE marks (
        viewer_id TEXT NOT NULL REFERENCES viewers ON DELETE CASCADE,
        title_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('list', 'hidden', 'watched', 'dropped')),
        liking REAL NOT NULL CHECK (liking BETWEEN -1 AND 1),
        updated_s REAL NOT NULL,
        PRIMARY KEY (viewer_id, title_id, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tastes (
        viewer_id TEXT NOT NULL REFERENCES viewers ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('genre', 'title')),
        value TEXT NOT NULL,
        place INTEGER NOT NULL,
        PRIMARY KEY (viewer_id, kind, value)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE limits (
        viewer_id TEXT PRIMARY KEY REFERENCES viewers ON DELETE CASCADE,
        max_age INTEGER,
        only_allowed INTEGER NOT NULL CHECK (only_allowed IN (0, 1)),
        languages TEXT NOT NULL,
        diversity REAL NOT NULL CHECK (diversity BETWEEN 0 AND 1),
        pin TEXT
    ) STRICT;
    CREATE TABLE allowed (
        viewer_id TEXT NOT NULL REFERENCES viewers ON DELETE CASCADE,
        title_id TEXT NOT NULL,
        PRIMARY KEY (viewer_id, title_id)
    ) STRICT, WITHOUT ROWID;
    """,
    # 4: conversations, so that they outlive the process; what was said can be searched, accents folded
    """
    CREATE TABLE conversations (
        conversation_id TEXT PRIMARY KEY,
        viewer_id TEXT NOT NULL REFERENCES viewers ON DELETE CASCADE,
        lang TEXT NOT NULL,
        updated_s REAL NOT NULL
    ) STRICT;
    CREATE INDEX conversations_viewer ON conversations (viewer_id, updated_s);
    CREATE INDEX conversations_age ON conversations (updated_s);
    ALTER TABLE messages ADD COLUMN conversation_id TEXT REFERENCES conversations ON DELETE CASCADE;
    ALTER TABLE messages ADD COLUMN turn_id TEXT;
    ALTER TABLE messages ADD COLUMN state_after TEXT;
    CREATE INDEX messages_conversation ON messages (conversation_id, turn_id);
    CREATE VIRTUAL TABLE messages_words USING fts5 (
        text, viewer_id, content = 'messages', content_rowid = 'message_id',
        tokenize = "unicode61 remove_diacritics 2"
    );
    INSERT INTO messages_words (messages_words) VALUES ('rebuild');
    CREATE TRIGGER messages_said AFTER INSERT ON messages BEGIN
        INSERT INTO messages_words (rowid, text, viewer_id) VALUES (new.message_id, new.text, new.viewer_id);
    END;
    CREATE TRIGGER messages_gone AFTER DELETE ON messages BEGIN
        INSERT INTO messages_words (messages_words, rowid, text, viewer_id)
        VALUES ('delete', old.message_id, old.text, old.viewer_id);
    END;
    """,
)


def statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; those within a trigger stay together."""
    pending = ""
    for part in script.split(";"):
        pending += part + ";"
        if sqlite3.complete_statement(pending):
            if pending.strip(" \n;"):
                yield pending
            pending = ""


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database to the newest version, one transaction per migration.

    Raises
    ------
    SchemaError
        The database was written by a newer release.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found > len(MIGRATIONS):
            raise SchemaError(
                f"app.db has schema version {found}, newer than this release reads ({len(MIGRATIONS)})",
                file=path,
                hint="install the newer release, or point BITACA_HOME at another folder",
            )
        for number, script in enumerate(MIGRATIONS[found:], start=found + 1):
            for statement in statements(script):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
