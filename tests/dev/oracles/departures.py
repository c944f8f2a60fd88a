"""Reads `player/DEPARTURES.md`: every known difference to other parsers, with clause and verdict.

A row's first three cells are matched: the parser, a pattern of file names, and a field as `compare` names it. The
others are for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.dev.oracles.compare import Difference

TABLE = Path(__file__).resolve().parents[3] / "player" / "DEPARTURES.md"
COLUMNS = ("parser", "file", "field", "they read", "we read", "clause", "verdict")


@dataclass(frozen=True, slots=True)
class Departure:
    """One row."""

    parser: str
    file: str
    field: str
    line: int

    def covers(self, difference: Difference) -> bool:
        """Return whether the difference is this one."""
        return (
            self.parser == difference.oracle
            and self.field == difference.field
            and fnmatchcase(difference.file, self.file)
        )

    def concerns(self, names: Iterable[str]) -> bool:
        """Return whether any of the files could show it."""
        return any(fnmatchcase(name, self.file) for name in names)

    def __str__(self) -> str:
        return f"{TABLE.name}:{self.line}: {self.parser} | {self.file} | {self.field}"


def read(text: str) -> list[Departure]:
    """Return the rows of all tables that have these columns.

    Raises
    ------
    ValueError
        A row has another number of cells, or an empty one.
    """
    rows: list[Departure] = []
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            inside = False
            continue
        cells = tuple(cell.strip().strip("`") for cell in line.strip().strip("|").split("|"))
        if cells == COLUMNS:
            inside = True
        elif inside and not set(line) <= set("|-: "):
            if len(cells) != len(COLUMNS) or not all(cells):
                raise ValueError(f"{TABLE.name}:{number}: {len(COLUMNS)} cells are needed, all with text")
            rows.append(Departure(cells[0], cells[1], cells[2], number))
    return rows


def judge(
    differences: Sequence[Difference], departures: Sequence[Departure], names: Sequence[str]
) -> tuple[list[Difference], list[Departure]]:
    """Return the differences that no row explains, and the rows about these files that nothing shows any more."""
    unlisted = [one for one in differences if not any(row.covers(one) for row in departures)]
    stale = [
        row for row in departures if row.concerns(names) and not any(row.covers(one) for one in differences)
    ]
    return unlisted, stale
