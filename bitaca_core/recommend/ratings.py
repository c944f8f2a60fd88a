"""Reads a ratings file of any usual shape: user, item, rating and time in CSV, TSV or `::`, or `user item item …`.

The file is read in blocks of a few megabytes, so ten million rows need little more than their arrays. What cannot
be read is told with its line.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bitaca_core.errors import InputError
from bitaca_core.recommend.interactions import Interactions, last_of_each

BLOCK_BYTES = 8 << 20
SAMPLE_LINES = 200
LINE_BYTES_MAX = 1 << 22
"""A longer line is no row of ratings; read on, it would fill the memory."""
EPOCH_LEAST = 1e8
"""A third column that is never smaller than this holds times (from 1973 on), not ratings."""
SEPARATORS = ("::", "\t", ";", ",", "|", " ")
NAMES = {
    "user": ("user", "userid", "uid", "username", "viewer", "reviewerid", "profile", "u"),
    "item": (
        *("item", "itemid", "iid", "movie", "movieid", "anime", "animeid", "title", "titleid", "film", "i"),
        *("productid", "asin", "animeuid", "isbn", "malid", "contentid"),
    ),
    "rating": ("rating", "score", "value", "stars", "r", "overall", "myscore", "bookrating", "userrating"),
    "time": (
        *("time", "timestamp", "date", "datetime", "ts", "ratedat", "unixreviewtime", "watched"),
        *("mylastupdated", "updatedat", "lastupdated"),
    ),
}
UNRATED = (-1.0, 0.0)
"""Where all other ratings are larger, by a whole step, these say that a title was met and not rated."""
SCALE_LEAST = 5.0
"""Up to a largest rating below this, 0 is an opinion: thumbs, or a scale of its own."""
BINARY = {b"PK": "a zip archive", b"\x1f\x8b": "compressed by gzip", b"PAR1": "a Parquet file"}
EXPECTED = "expected user, item, rating and time (the last two may be missing), or: user item item …"
Repeats = Literal["refuse", "last"]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is laid out. `columns` gives the place of user, item and, where there are, rating and time."""

    separator: str
    header: bool
    columns: dict[str, int] = field(default_factory=dict)
    width: int = 0
    lists: bool = False
    dates: bool = False


def read(path: Path, *, repeats: Repeats = "refuse") -> Interactions:
    """Read a ratings file; ids stay text, in order of first appearance.

    Parameters
    ----------
    repeats : {"refuse", "last"}
        What a second rating of a title by the same user is: an error, or what counts.

    Raises
    ------
    InputError
        The file is missing, empty, of no shape that we know, or a row is wrong; with the line.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            shape = shape_of(stream.read(1 << 18), path)
            return _gather(stream, path, shape, repeats)
    except OSError as error:
        raise InputError(f"the ratings cannot be read: {error.strerror}", file=path) from error


def shape_of(start: bytes, path: Path) -> Shape:
    """Recognise the layout by the file's first lines.

    Raises
    ------
    InputError
        It is none that we know.
    """
    packed = next((word for magic, word in BINARY.items() if start.startswith(magic)), None)
    if packed or b"\x00" in start[:4096]:
        raise InputError(
            f"the file is {packed or 'no text'}", file=path, line=1, hint=f"unpack or export it: {EXPECTED}"
        )
    text = start.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] in ("{", "["):
        raise InputError("JSON is not read as ratings", file=path, line=1, hint=f"export a CSV: {EXPECTED}")
    whole = text if len(start) < (1 << 18) else text[: text.rfind("\n") + 1]
    lines = [line for line in whole.splitlines() if line.strip()][:SAMPLE_LINES]
    if not lines:
        raise InputError("there are no ratings in the file", file=path, line=1, hint=EXPECTED)
    separator = next((one for one in SEPARATORS if _parts(one, lines[:20])), "")
    if not separator:
        raise InputError("no separator is on most lines", file=path, line=1, hint=EXPECTED)
    rows = [[cell.strip().strip('"') for cell in _cells(line, separator)] for line in lines]
    named = _named(rows[0])
    if named:
        missing = [name for name in ("user", "item") if name not in named]
        if missing:
            raise InputError(f"the header names no {missing[0]} column", file=path, line=1, hint=EXPECTED)
        dates = "time" in named and any(
            not _is_number(row[named["time"]]) for row in rows[1:] if len(row) > named["time"]
        )
        return Shape(separator, True, named, len(rows[0]), dates=dates)
    widths = {len(row) for row in rows}
    sure = rows if separator == "," else rows[:1]
    whole_numbers = all(cell.lstrip("-").isdigit() for row in sure for cell in row)
    # A damaged CSV has a wrong row or two; lists have every length.
    uneven = len(widths) > (1 if separator in (" ", "\t") else 4)
    if separator in (" ", "\t", ",") and (uneven or min(widths) > 5) and whole_numbers:
        return Shape(separator, False, lists=True)
    width = len(rows[0])
    if width < 2:
        raise InputError("a row has a single column", file=path, line=1, hint=EXPECTED)
    columns = {"user": 0, "item": 1}
    if width > 2:
        third = [float(row[2]) for row in rows if len(row) > 2 and _is_number(row[2])]
        columns |= {"time": 2} if third and width == 3 and min(third) > EPOCH_LEAST else {"rating": 2}
    if width > 3:
        columns["time"] = 3
    dates = "time" in columns and not _is_number(rows[0][columns["time"]])
    return Shape(separator, False, columns, width, dates=dates)


def _parts(separator: str, lines: list[str]) -> bool:
    """Say whether it stands on the first line and on most others: a bad row is told when it is read."""
    return separator in lines[0].strip() and 2 * sum(separator in line.strip() for line in lines) > len(lines)


def _named(cells: list[str]) -> dict[str, int]:
    """Return the places of known column names; empty where the row is no header."""
    # RecBole writes `name:type`.
    bare = [cell.casefold().partition(":")[0] for cell in cells]
    folded = ["".join(letter for letter in cell if letter.isalnum()) for cell in bare]
    found: dict[str, int] = {}
    for name, words in NAMES.items():
        place = next((folded.index(word) for word in words if word in folded), None)
        if place is not None:
            found[name] = place
    if any(_is_number(cell) for cell in cells) or (not found and len(cells) < 3):
        return {}
    # Words where numbers belong are a header, known or not: `_named` says what it knows of it.
    return found or ({"rating": 2} if not _is_number(cells[2]) else {})


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _cells(line: str, separator: str) -> list[str]:
    return line.split() if separator == " " else line.split(separator)


def _blocks(stream: Any, path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines in blocks, each with the number of its first line."""
    stream.seek(0)
    line, rest = 1, b""
    while True:
        read = stream.read(BLOCK_BYTES)
        block = rest + read
        if read:
            cut = block.rfind(b"\n") + 1
            block, rest = block[:cut], block[cut:]
            if len(rest) > LINE_BYTES_MAX:
                raise InputError("a line is longer than 4 MB", file=path, line=line + block.count(b"\n"))
        if block:
            yield line, block
            line += block.count(b"\n")
        if not read:
            return


class _Names:
    """Numbers for names, in order of first appearance."""

    def __init__(self) -> None:
        self.place: dict[str, int] = {}

    def codes(self, column: Any) -> NDArray[np.int32]:
        """Return the numbers of a pyarrow string array's values."""
        encoded = column.dictionary_encode()
        encoded = encoded.combine_chunks() if hasattr(encoded, "combine_chunks") else encoded
        place = self.place
        known = np.array(
            [place.setdefault(name, len(place)) for name in encoded.dictionary.to_pylist()], np.int32
        )
        found: NDArray[np.int32] = known[encoded.indices.to_numpy()]
        return found

    def names(self) -> NDArray[Any]:
        found = np.empty(len(self.place), object)
        found[:] = list(self.place)
        return found


def _gather(stream: Any, path: Path, shape: Shape, repeats: Repeats) -> Interactions:
    users, items = _Names(), _Names()
    parts: dict[str, list[Any]] = {"user": [], "item": [], "rating": [], "time": []}
    for line, block in _blocks(stream, path):
        skip = 1 if shape.header and line == 1 else 0
        if line == 1:
            block = block.removeprefix(b"\xef\xbb\xbf")
        block = _utf8(block)
        columns = _lists(block, line, path) if shape.lists else _table(block, line, skip, path, shape)
        if columns is None:
            continue
        parts["user"].append(users.codes(columns["user"]))
        parts["item"].append(items.codes(columns["item"]))
        for name, kind in (("rating", np.float32), ("time", np.float64)):
            if name in columns:
                parts[name].append(columns[name].to_numpy(zero_copy_only=False).astype(kind))
    if not parts["user"]:
        raise InputError("there are no ratings in the file", file=path, line=1, hint=EXPECTED)
    joined: dict[str, Any] = {}
    for name in list(parts):  # each column's parts are let go before the next is joined
        part = parts.pop(name)
        joined[name] = np.concatenate(part) if part else None
    if joined["rating"] is not None:
        joined["rating"][unrated(joined["rating"])] = np.nan
    made = Interactions(
        users.names(), items.names(), joined["user"], joined["item"], joined["rating"], joined["time"]
    )
    once = last_of_each(made)
    if len(once) < len(made) and repeats == "refuse":
        _tell_repeat(made, path, shape)
    return once


def unrated(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say which ratings are none: -1 where no other is below 0, 0 where all others are 1 or more, up to 5 at least.

    MyAnimeList's exports have them. Scales with halves (0.5 and up) have no such gap, and keep their 0.
    """
    none = np.zeros(len(values), bool)
    for mark in UNRATED:
        others = values[~none & (values != mark)]
        if len(others) and others.min() >= mark + 1.0 and others.max() >= SCALE_LEAST:
            none |= values == mark
    return none


def _utf8(block: bytes) -> bytes:
    """Return the block in UTF-8; what is not is taken for Latin-1."""
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return block.decode("latin-1").encode("utf-8")
    return block


def _table(block: bytes, line: int, skip: int, path: Path, shape: Shape) -> dict[str, Any] | None:
    """Return the columns of a block as pyarrow arrays; None where it has no rows."""
    import pyarrow as pa
    from pyarrow import csv

    separator = shape.separator
    if separator == "::":
        block, separator = block.replace(b"\t", b" ").replace(b"::", b"\t"), "\t"
    if separator == " ":
        block, separator = b"\n".join(b"\t".join(one.split()) for one in block.split(b"\n")), "\t"
    names = [f"c{place}" for place in range(shape.width)]
    kinds = {f"c{place}": pa.string() for place in range(shape.width)}
    for name in ("rating", "time"):
        if name in shape.columns and not (name == "time" and shape.dates):
            kinds[f"c{shape.columns[name]}"] = pa.float64()
    try:
        table = csv.read_csv(
            io.BytesIO(block),
            read_options=csv.ReadOptions(
                column_names=names, skip_rows=skip, use_threads=False, block_size=1 << 26
            ),
            parse_options=csv.ParseOptions(delimiter=separator),
            convert_options=csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return None
        raise _first_fault(block, line, skip, path, shape, separator) or InputError(
            f"rows {line} and on cannot be read: {error}", file=path, line=line, hint=EXPECTED
        ) from error
    if table.num_rows == 0:
        return None
    found = {name: table.column(f"c{place}") for name, place in shape.columns.items()}
    for name in ("rating", "time"):
        if name in found and name == "time" and shape.dates:
            found[name] = _seconds(found[name], block, line, skip, path, shape, separator)
        elif name in found:
            values = found[name].to_numpy()
            if not np.isfinite(values).all():
                raise _first_fault(block, line, skip, path, shape, separator) or InputError(
                    f"a {name} is not a number", file=path, line=line
                )
    for name in ("user", "item"):
        if "" in found[name].unique().to_pylist():
            raise _first_fault(block, line, skip, path, shape, separator) or InputError(
                f"a row has no {name}", file=path, line=line
            )
    return found


def _seconds(
    column: Any, block: bytes, line: int, skip: int, path: Path, shape: Shape, separator: str
) -> Any:
    """Return dates as seconds since 1970."""
    import pandas as pd
    import pyarrow as pa

    parsed = pd.to_datetime(pd.Series(column.to_pylist()), errors="coerce", utc=True, format="mixed")
    if parsed.isna().any():
        raise _first_fault(block, line, skip, path, shape, separator) or InputError(
            "a time is neither a number nor a date", file=path, line=line
        )
    return pa.array((parsed - pd.Timestamp(0, tz="UTC")).dt.total_seconds().to_numpy())


def _first_fault(
    block: bytes, line: int, skip: int, path: Path, shape: Shape, separator: str
) -> InputError | None:
    """Look for the first row of a block that is wrong, and say why."""
    import pandas as pd

    for number, raw in enumerate(block.decode("utf-8", "replace").split("\n"), line):
        if number < line + skip or not raw.strip():
            continue
        cells = [cell.strip().strip('"') for cell in raw.rstrip("\r").split(separator)]
        if len(cells) != shape.width and '"' not in raw:
            message = f"{len(cells)} columns where {shape.width} are expected"
            return InputError(message, file=path, line=number, hint=EXPECTED)
        for name, place in shape.columns.items():
            cell = cells[place] if place < len(cells) else ""
            if name in ("user", "item") and not cell:
                return InputError(f"the {name} is empty", file=path, line=number, column=place + 1)
            if name == "time" and shape.dates:
                wrong = bool(pd.isna(pd.to_datetime(cell, errors="coerce", utc=True)))
            else:
                wrong = name in ("rating", "time") and not (_is_number(cell) and math.isfinite(float(cell)))
            if wrong:
                message = f"the {name} {cell!r} is not a number"
                return InputError(
                    message, file=path, line=number, column=place + 1, hint="correct or remove the row"
                )
    return None


def _lists(block: bytes, line: int, path: Path) -> dict[str, Any] | None:
    """Read `user item item …` lines; a user without items is passed over."""
    import pyarrow as pa

    users: list[str] = []
    items: list[str] = []
    for number, raw in enumerate(block.decode("utf-8", "replace").split("\n"), line):
        cells = raw.replace(",", " ").split()
        if not cells:
            continue
        wrong = next((cell for cell in cells if not cell.lstrip("-").isdigit()), None)
        if wrong is not None:
            raise InputError(f"{wrong!r} is not the number of a user or an item", file=path, line=number)
        users += [cells[0]] * (len(cells) - 1)
        items += cells[1:]
    return {"user": pa.array(users, pa.string()), "item": pa.array(items, pa.string())} if users else None


def _tell_repeat(made: Interactions, path: Path, shape: Shape) -> None:
    """Raise the error for the first pair that comes a second time."""
    key = made.user.astype(np.int64) * len(made.items) + made.item
    order = np.argsort(key, kind="stable")
    again = order[1:][key[order][1:] == key[order][:-1]]
    second = int(again.min())
    first = int(np.flatnonzero(key == key[second])[0])
    lines = _lines_of(path, shape, (first, second))
    raise InputError(
        f"user {made.users[made.user[second]]!r} has item {made.items[made.item[second]]!r} a second time "
        f"(first on line {lines[0]}); {len(again)} rows are repeated",
        file=path,
        line=lines[1],
        hint="remove the repeated rows, or keep the last of each with --repeats last",
    )


def _lines_of(path: Path, shape: Shape, rows: tuple[int, ...]) -> list[int]:
    """Return the lines on which these interactions (counted from 0) stand."""
    found: dict[int, int] = {}
    count = 0
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, 1):
            if not raw.strip() or (shape.header and number == 1):
                continue
            more = len(raw.replace(b",", b" ").split()) - 1 if shape.lists else 1
            found |= {row: number for row in rows if count <= row < count + more}
            count += more
            if len(found) == len(set(rows)):
                break
    return [found[row] for row in rows]
