"""What was kept out because sources contradict each other: `catalogue/quarantine.json`, by source, for a person.

A row that may or may not be a known title waits here whole; of a field on which two sources differ, both values. It
is settled by writing the title in a CSV or JSON-lines file of one's own with its `title_id`: that always counts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.sources.findings import Rejection
from bitaca_core.settings import DataPaths

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row (`field` is None) or one field of it that contradicts the catalogue."""

    file: str | None
    line: int | None
    title: str
    year: int | None
    title_id: str  # of the title in the catalogue that it contradicts
    field: str | None
    known: Any
    new: Any
    sources: tuple[str, str]  # who said what is known, who says otherwise

    def to_dict(self) -> dict[str, Any]:
        """Return the conflict for `--json` and the file."""
        return {name: getattr(self, name) for name in self.__slots__} | {"sources": list(self.sources)}

    def __str__(self) -> str:
        place = Rejection(Path(self.file), self.line, "").__str__()[:-2] if self.file else self.sources[1]
        year = f" ({self.year})" if self.year else ""
        if self.field is None:
            return (
                f"{place}: {self.title}{year} is kept out: it may be {self.title_id}, but {self.known}; "
                f"write it with its title_id to settle it"
            )
        return (
            f"{place}: {self.title}{year}: {self.field} is {_short(self.new)}, but {_short(self.known)} "
            f"by {self.sources[0]}, which is kept"
        )


def _short(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (tuple, list)) else str(value)


def quarantine_file(paths: DataPaths) -> Path:
    """Return where conflicts are kept."""
    return paths.catalogue / "quarantine.json"


def load(paths: DataPaths) -> dict[str, list[dict[str, Any]]]:
    """Return the conflicts of each source; what cannot be read is as none: the next ingestion finds them again."""
    try:
        data = json.loads(quarantine_file(paths).read_bytes())
        rows = data["conflicts"]
        return dict(rows) if data["schema"] == SCHEMA and isinstance(rows, dict) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def replace(paths: DataPaths, source: str, conflicts: list[Conflict]) -> None:
    """Write what a source contradicts, in place of what it did before; only while the catalogue is locked."""
    known = load(paths)
    rows = [json.loads(json.dumps(conflict.to_dict(), default=str)) for conflict in conflicts]
    if known.get(source, []) == rows:
        return
    kept = {key: value for key, value in known.items() if key != source} | ({source: rows} if rows else {})
    target = quarantine_file(paths)
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    text = json.dumps({"schema": SCHEMA, "conflicts": kept}, ensure_ascii=False, indent=1)
    temporary.write_text(text + "\n", "utf-8", errors="backslashreplace")
    temporary.replace(target)
