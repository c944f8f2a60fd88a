"""Reads any table of items into words about each: genres, tags, years, people, free text.

What a column holds is told from its values: flags of 0 and 1 (each a word), several words with `|`, `,` or `;`
between, years and dates (as half-decades, which overlap), free text. Titles are read for their year alone, because
a shared word in a title says little.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bitaca_core.errors import InputError

ENCODINGS = ("utf-8-sig", "latin-1")
YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
IN_TITLE = re.compile(r"\((1[89]\d\d|20\d\d)[^)]*\)\s*$")
WORD = re.compile(r"[^\W\d_]{3,}")
TEXT_LENGTH = 60
"""A column whose cells are longer than this on average is free text."""
ROWS_MAX = 5_000_000
Reader = Callable[[Sequence[str]], list[list[str]]]


def read(path: Path, wanted: Sequence[str]) -> dict[str, list[str]]:
    """Return the words about each item; items of `wanted` that the table does not have are absent.

    Parameters
    ----------
    wanted : sequence of str
        The ids that the ratings name; the column that has most of them is the id.

    Raises
    ------
    InputError
        The file cannot be read as a table, or no column has any of the ids.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the items cannot be read: {error.strerror}", file=path) from error
    names, columns = _columns(_decode(raw), path)
    ids = set(wanted)
    shares = [len(ids.intersection(column)) for column in columns]
    best = max(range(len(columns)), key=lambda place: (shares[place], -place))
    if shares[best] == 0:
        raise InputError(
            "no column has an id that the ratings name", file=path, hint="give the table of the same items"
        )
    words: list[list[str]] = [[] for _ in columns[best]]
    for place, (name, column) in enumerate(zip(names, columns, strict=True)):
        if place != best:
            for row, more in zip(words, _words(name, column), strict=True):
                row.extend(more)
    found: dict[str, list[str]] = {}
    for item, row in zip(columns[best], words, strict=True):
        if item in ids:
            found.setdefault(item, []).extend(row)
    return found


def _decode(raw: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("latin-1 decodes everything")


def _columns(text: str, path: Path) -> tuple[list[str], list[list[str]]]:
    """Return names and columns of a table in JSON lines, CSV, TSV, `::` or `|`."""
    first = text.lstrip()[:1]
    if first == "{":
        return _json_columns(text, path)
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    if not lines:
        raise InputError("the table of items is empty", file=path, line=1)
    if all("::" in line for line in lines):
        rows = [line.split("::") for line in text.splitlines() if line.strip()]
    else:
        separator = max("\t;|,", key=lambda one: (min(line.count(one) for line in lines), one == ","))
        csv.field_size_limit(1 << 24)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if row]
    if len(rows) > ROWS_MAX:
        raise InputError(f"more than {ROWS_MAX} items", file=path)
    width = Counter(len(row) for row in rows[:1000]).most_common(1)[0][0]
    bad = next((number for number, row in enumerate(rows, 1) if len(row) != width), None)
    if bad is not None:
        message = f"{len(rows[bad - 1])} columns where {width} are expected"
        raise InputError(message, file=path, line=bad, hint="quote cells that hold the separator")
    header = not any(cell.strip().isdigit() for cell in rows[0]) and len(rows) > 1
    names = (
        [cell.strip().casefold() for cell in rows[0]] if header else [f"c{place}" for place in range(width)]
    )
    columns = [list(column) for column in zip(*(rows[1:] if header else rows), strict=True)]
    return names, [[cell.strip() for cell in column] for column in columns]


def _json_columns(text: str, path: Path) -> tuple[list[str], list[list[str]]]:
    rows: list[Mapping[str, object]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError("not a JSON object on a line", file=path, line=number) from error
        if not isinstance(row, dict):
            raise InputError("not a JSON object on a line", file=path, line=number)
        rows.append(row)
    names = sorted({name for row in rows for name in row})
    return names, [[_flat(row.get(name)) for row in rows] for name in names]


def _flat(value: object) -> str:
    if isinstance(value, list):
        return "|".join(_flat(one) for one in value)
    if isinstance(value, dict):
        return " ".join(_flat(one) for one in value.values())
    return "" if value is None else str(value)


def _words(name: str, column: list[str]) -> list[list[str]]:
    """Return the words that one column says of each row."""
    filled = [cell for cell in column if cell]
    if not filled:
        return [[] for _ in column]
    kinds = set(filled)
    if kinds <= {"0", "1"}:
        return [[f"{name}={cell}"] if cell == "1" else [] for cell in column]
    if sum("http" in cell[:5] for cell in filled) > len(filled) / 2:
        return [[] for _ in column]
    if sum(bool(IN_TITLE.search(cell)) for cell in filled) > len(filled) / 2:
        return [_year(IN_TITLE.search(cell)) for cell in column]
    if "year" in name or sum(bool(YEAR.search(cell)) and len(cell) < 24 for cell in filled) > len(filled) / 2:
        return [_year(YEAR.search(cell)) for cell in column]
    separator = max("|,;", key=lambda one: sum(one in cell for cell in filled))
    long = sum(map(len, filled)) / len(filled)
    parts = [[part.strip().casefold() for part in cell.split(separator) if part.strip()] for cell in column]
    longest = sum(len(part) for row in parts for part in row) / max(1, sum(map(len, parts)))
    if long > TEXT_LENGTH and longest > 30:
        return [[f"w:{word.casefold()}" for word in WORD.findall(cell)] for cell in column]
    if len({part for row in parts for part in row}) > 0.5 * sum(map(len, parts)):
        return [[] for _ in column]  # a title, a number of its own: shared by nobody
    return [[f"{name}={part}" for part in row] for row in parts]


def _year(found: re.Match[str] | None) -> list[str]:
    """Return two half-decades a year, shifted against each other, so that neighbours share one."""
    if found is None:
        return []
    year = int(found[1])
    return [f"year={year // 5 * 5}", f"year~{(year + 2) // 5 * 5}"]
