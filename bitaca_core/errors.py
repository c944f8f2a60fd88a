"""The few kinds of failure that a person can act on, each carrying its data.

Every error that reaches a user is a `BitacaError`: it names what failed, where, what was
expected and what to do. Edges map the kind once: the command line to an exit code, the web
app to an HTTP status.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


class BitacaError(Exception):
    """A failure that can be told to a person in one or two lines.

    Parameters
    ----------
    message : str
        What happened and what was expected, without a trailing full stop.
    kind : str or None
        Stable machine-readable word; the class's own when None.
    file, line, column :
        Position of the bad input, where there is one. Lines and columns count from 1.
    hint : str or None
        What to do about it.
    """

    kind = "error"
    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        kind: str | None = None,
        file: Path | str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind or type(self).kind
        self.file = str(file) if file is not None else None
        self.line = line
        self.column = column
        self.hint = hint

    def to_dict(self) -> dict[str, object]:
        """Return the `{kind, file, line, column, message, hint}` of the `--json` contract."""
        return {
            "kind": self.kind,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "hint": self.hint,
        }

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}. {self.hint}" if self.hint else text


class InputError(BitacaError):
    """The caller gave something that cannot be used: a bad row, file, option or setting."""

    kind = "bad-input"
    exit_code = 2


class WorkError(BitacaError):
    """The input was fine and the work failed: a tool died, a disk filled, a check did not hold."""

    kind = "work-failed"
    exit_code = 1


class MediaError(WorkError):
    """A media tool failed; carries its command and the end of what it said."""

    kind = "media"

    def __init__(
        self, message: str, *, command: list[str] | None = None, stderr_tail: str = "", **more: Any
    ) -> None:
        super().__init__(message, **more)
        self.command = command or []
        self.stderr_tail = stderr_tail


class ManifestError(InputError):
    """A playlist or MPD cannot be played; line and column say where."""

    kind = "manifest"


class CatalogueError(InputError):
    """A catalogue row or source cannot be read."""

    kind = "catalogue"


class SchemaError(InputError):
    """A file on disk has a schema version that this release does not read."""

    kind = "schema"


class RebuildNeeded(SchemaError):
    """A file that can be built again is damaged or of an older release: it is set aside and rebuilt."""

    kind = "damaged"


class RateLimited(BitacaError):
    """Too many requests; `retry_after_s` says when the next one is welcome."""

    kind = "rate-limited"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"too many requests, retry in {retry_after_s:.1f} s")
        self.retry_after_s = retry_after_s


class TokenError(BitacaError):
    """A token was refused; `reason` is one of malformed, signature, expired, path."""

    kind = "token"

    def __init__(self, reason: str) -> None:
        super().__init__(f"token refused: {reason}")
        self.reason = reason
