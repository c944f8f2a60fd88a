"""What a reader yields: a title with its videos, or the place and reason of a row that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.titles import Title


@dataclass(frozen=True, slots=True)
class Found:
    """A valid title and the source videos that came with it (none for metadata alone)."""

    title: Title
    sheets: tuple[SourceSheet, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row or file that was left out. `line` counts from 1; None where the whole file is meant."""

    file: Path
    line: int | None
    reason: str

    def to_dict(self) -> dict[str, object]:
        """Return the rejection for `--json`."""
        return {"file": str(self.file), "line": self.line, "reason": self.reason}

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else str(self.file)
        return f"{place}: {self.reason}"
