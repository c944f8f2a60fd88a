"""Reads a table of any usual shape into named columns of text: CSV, TSV, `;`, `|`, `::`, JSON lines, one JSON list.

What separates the cells is told from the rows themselves, so that a comma in a title does not make a TSV a CSV.
UTF-8 is tried first, then Latin-1, in which the older film sets are written.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bitaca_core.errors import InputError

ENCODINGS = ("utf-8-sig", "latin-1")
SEPARATORS = ("\t", "|", ";", ",")
SAMPLE_ROWS = 60
ROWS_MAX = 5_000_000
BYTES_MAX = 2 << 30
WHOLE = "data"
"""The member of a JSON object that holds the rows, as anime-offline-database has it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of equal length, each cell stripped; `names` are casefolded, `c0`, `c1`, … where there is no header.

    A cell that held several values has `|` between them.
    """

    names: list[str]
    columns: list[list[str]]


def read(path: Path) -> Table:
    """Read the whole table.

    Raises
    ------
    InputError
        The file is missing, empty, too large, or a row is wrong; with the line.
    """
    path = Path(path)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise InputError("the table of items is larger than 2 GB", file=path, hint="leave columns out")
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the items cannot be read: {error.strerror}", file=path) from error
    text = _decode(raw)
    first = text.lstrip()[:1]
    if not first:
        raise InputError("the table of items is empty", file=path, line=1)
    if first in "{[":
        return _of_objects(_objects(text, path))
    return _of_rows(_rows(text, path), path)


def _decode(raw: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes everything")


def _rows(text: str, path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows, each with the number of its line."""
    lines = [line for line in text[: 1 << 18].split("\n")[: SAMPLE_ROWS + 1] if line.strip()]
    # The last line may be cut off; one line alone is not.
    if all("::" in line for line in lines[:-1] or lines):
        return [
            (number, line.rstrip("\r").split("::"))
            for number, line in enumerate(text.split("\n"), 1)
            if line.strip()
        ]
    csv.field_size_limit(1 << 24)
    tried = [(_fit(text, one, path), -place, one) for place, one in enumerate(SEPARATORS)]
    (_, width), _, separator = max(tried)
    # Pipes and tabs are never quoted by those who write them, and a title may begin with a quotation mark.
    if separator in "\t|" and _plain(text, separator, width):
        return [
            (number, line.rstrip("\r").split(separator))
            for number, line in enumerate(text.split("\n"), 1)
            if line.strip()
        ]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    found, line = [], 1
    try:
        for row in reader:
            if row:
                found.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"the row cannot be read: {error}", file=path, line=reader.line_num) from error
    return found


def _plain(text: str, separator: str, width: int) -> bool:
    """Say whether the first lines all have `width` cells without any heed to quotation marks."""
    lines = [line for line in text[: 1 << 18].split("\n")[:SAMPLE_ROWS] if line.strip()]
    return all(line.count(separator) == width - 1 for line in lines)


def _fit(text: str, separator: str, path: Path) -> tuple[float, int]:
    """Say how well a separator suits: the share of the first rows that have the commonest width, and that width."""
    # Lenient about the cut at the end, where a quoted cell may stay open.
    reader = csv.reader(io.StringIO(text[: 1 << 18], newline=""), delimiter=separator)
    widths = []
    try:
        widths = [len(row) for row in islice(reader, SAMPLE_ROWS) if row]
    except csv.Error as error:
        if not widths:
            raise InputError(f"the row cannot be read: {error}", file=path, line=reader.line_num) from error
    width, often = Counter(widths).most_common(1)[0] if widths else (1, 0)
    return (often / len(widths) if width > 1 else 0.0), width


def _of_rows(rows: list[tuple[int, list[str]]], path: Path) -> Table:
    if len(rows) > ROWS_MAX:
        raise InputError(f"more than {ROWS_MAX} items", file=path, line=rows[ROWS_MAX][0])
    width = Counter(len(row) for _, row in rows[:1000]).most_common(1)[0][0]
    bad = next(((line, row) for line, row in rows if len(row) != width), None)
    if bad is not None:
        raise InputError(
            f"{len(bad[1])} columns where {width} are expected",
            file=path,
            line=bad[0],
            hint="quote cells that hold the separator",
        )
    header = len(rows) > 1 and _is_header(rows[0][1], rows[1][1])
    head = rows[0][1] if header else []
    names = [cell.strip().casefold() for cell in head] or [f"c{place}" for place in range(width)]
    body = rows[1:] if header else rows
    return Table(names, [[row[place].strip() for _, row in body] for place in range(width)])


def _is_header(first: Sequence[str], second: Sequence[str]) -> bool:
    """A header has no numbers, and no cell twice; it differs from the row below in that it has none."""
    cells = [cell.strip() for cell in first]
    filled = [cell for cell in cells if cell]
    if any(_is_number(cell) for cell in filled) or len(set(filled)) < len(filled):
        return False
    # Without a number in the second row either, only words that name columns make a header.
    if any(_is_number(cell.strip()) for cell in second):
        return True
    return any(word in cell.casefold() for cell in cells for word in ("id", "title", "name", "genre", "item"))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _objects(text: str, path: Path) -> list[Mapping[str, object]]:
    """Return JSON lines, or one JSON value that holds a list of objects; a first line about the file is passed over."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict) and isinstance(whole.get(WHOLE), list):
        whole = whole[WHOLE]
    if isinstance(whole, list):
        bad = next((place for place, row in enumerate(whole, 1) if not isinstance(row, dict)), None)
        if bad is not None or not whole:
            raise InputError("expected a list of objects, one an item", file=path, line=1)
        return whole
    rows: list[Mapping[str, object]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError("not a JSON object on a line", file=path, line=number) from error
        if not isinstance(row, dict):
            raise InputError("not a JSON object on a line", file=path, line=number)
        if not (number == 1 and "$schema" in row):
            rows.append(row)
    if not rows:
        raise InputError("the table of items is empty", file=path, line=1)
    return rows


def _of_objects(rows: Sequence[Mapping[str, object]]) -> Table:
    """Return one column a member, in order of first appearance; members of members have theirs: `a.b`."""
    flat = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    return Table([name.casefold() for name in names], [[row.get(name, "") for row in flat] for name in names])


def _flat(row: Mapping[str, object], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{name}.")
        else:
            found[before + name] = _cell(value)
    return found


def _cell(value: object) -> str:
    if isinstance(value, list):
        # A list of objects says of each the names it holds: {"name": "Aventura"}.
        return "|".join(_cell(one).replace("|", " ") for one in value)
    if isinstance(value, dict):
        named = next((value[name] for name in ("name", "title") if name in value), None)
        return _cell(named) if named is not None else " ".join(_cell(one) for one in value.values())
    return "" if value is None else str(value).strip()
