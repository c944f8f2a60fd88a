"""Tells what items are about from any table of them: words of genres, tags, years, people and texts.

What a column holds is told from its values: flags of 0 and 1 (each a word), several words with `|`, `,` or `;`
between, years and dates (as half-decades, which overlap), numbers (as overlapping tenths), addresses (which join an
item to those it is related to), free text. Each word begins with its column's name, so that `content.vectors` can
weigh columns against one another. The id is looked for as well: the column that has most of the ids that the
ratings name, be it as a number at the end of an address.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bitaca_core.errors import InputError
from bitaca_core.recommend import table

YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
IN_TITLE = re.compile(r"\((1[89]\d\d|20\d\d)[^)]*\)\s*$")
WORD = re.compile(r"[^\W\d_]{3,}")
ADDRESS = re.compile(r"https?://(?:www\.)?([^/|\s]+)/[^|\s]*?(\d+)/?(?=$|\|)")
TEXT = "w"
"""The field of words of free text, whatever column it stands in."""
TEXT_LENGTH = 60
PART_LENGTH = 30
"""A column is free text where its cells are longer than this on average, and so is what stands between separators."""
OWN = 0.8
"""A column of single values of which more than this share are different names the items."""
DISTINCT_MAX = 20
"""More different numbers than this are taken as amounts, not as names."""
TENTHS = 10
NOTHING = frozenset({"", "nan", "none", "null", "n/a", "\\n", "unknown", "(no genres listed)", "-"})
OF_PEOPLE = frozenset({"userid", "user", "username", "timestamp", "time"})
"""Columns of a table of tags that tell who said it and when."""


@dataclass(frozen=True, slots=True)
class Described:
    """What the tables say of the items that the ratings name.

    Attributes
    ----------
    words : mapping of item to words, each `field=value`; items of no table are absent
    texts : mapping of item to its title and free text, for embedding
    """

    words: Mapping[str, Sequence[str]]
    texts: Mapping[str, str]


def read(paths: Path | Sequence[Path], wanted: Sequence[str]) -> Described:
    """Return what one or several tables say; a table may have several rows an item, as tables of tags do.

    Parameters
    ----------
    wanted : sequence of str
        The ids that the ratings name.

    Raises
    ------
    InputError
        A file cannot be read as a table, or no column of it has any of the ids.
    """
    words: dict[str, list[str]] = defaultdict(list)
    texts: dict[str, list[str]] = defaultdict(list)
    ids = set(wanted)
    for path in [paths] if isinstance(paths, str | Path) else paths:
        found = table.read(Path(path))
        place, keys = _ids(found, ids, Path(path))
        for name, column in _others(found, place):
            told = _words(name, column)
            text = _is_text(column)
            for item, row, cell in zip(keys, told, column, strict=True):
                if item in ids:
                    words[item].extend(row)
                    if text and cell:
                        texts[item].append(cell)
        for item in ids.intersection(keys):
            words[item]  # known, even where nothing is said of it
    return Described(dict(words), {item: ". ".join(parts) for item, parts in texts.items()})


def _ids(found: table.Table, ids: set[str], path: Path) -> tuple[int, list[str]]:
    """Return the place of the column that names the items, and each row's id."""
    best: tuple[int, int, list[str]] = (0, 0, [])
    for place, column in enumerate(found.columns):
        tried = [column]
        if any(cell.startswith("http") for cell in column[:50]):
            tried += _numbers_of_sites(column)
        for keys in tried:
            met = len(ids.intersection(keys))
            if met > best[0]:
                best = (met, place, keys)
    if best[0] == 0:
        raise InputError(
            f"no column has an id that the ratings name (such as {min(ids, default='')!r})",
            file=path,
            line=1,
            hint="give the table of the same items: one of its columns must hold the ratings' item ids",
        )
    return best[1], best[2]


def _numbers_of_sites(column: Sequence[str]) -> list[list[str]]:
    """Return for each site of a column of addresses the number of each row there."""
    rows = [dict(ADDRESS.findall(cell)) for cell in column]
    sites = dict.fromkeys(site for row in rows for site in row)
    return [[row.get(site, "") for row in rows] for site in sites]


def _others(found: table.Table, place: int) -> list[tuple[str, list[str]]]:
    """Return the columns that tell of the items; the id does where it is an address that others may name."""
    told = []
    for at, (name, column) in enumerate(zip(found.names, found.columns, strict=True)):
        bare = "".join(letter for letter in name if letter.isalnum())
        if bare in OF_PEOPLE or (at == place and not any(cell.startswith("http") for cell in column[:50])):
            continue
        told.append((name, column))
    return told


def _words(name: str, column: Sequence[str]) -> list[list[str]]:
    """Return the words that one column says of each row."""
    cells = ["" if cell.casefold() in NOTHING else cell for cell in column]
    filled = [cell for cell in cells if cell]
    if not filled:
        return [[] for _ in cells]
    if set(filled) <= {"0", "1"}:
        return [[f"flag={name}"] if cell == "1" else [] for cell in cells]
    if _mostly(filled, lambda cell: cell.startswith("http")):
        return [[f"url={part}" for part in cell.split("|") if part] for cell in cells]
    if _mostly(filled, lambda cell: bool(IN_TITLE.search(cell))):
        return [_year(IN_TITLE.search(cell)) for cell in cells]
    if "year" in name or _mostly(filled, lambda cell: bool(YEAR.search(cell)) and len(cell) < 24):
        return [_year(YEAR.search(cell)) for cell in cells]
    if len(set(filled)) > DISTINCT_MAX and _mostly(filled, _is_number, 0.9):
        return _tenths(name, cells)
    parts = _parts(cells)
    if sum(map(len, filled)) > TEXT_LENGTH * len(filled) and _length(parts) > PART_LENGTH:
        return [[f"{TEXT}={word.casefold()}" for word in WORD.findall(cell)] for cell in cells]
    if len(set(filled)) > OWN * len(filled) and sum(map(len, parts)) < 1.3 * len(filled):
        return [
            [] for _ in cells
        ]  # a title, a number of its own: what stands after a comma in it says little
    return [[f"{name}={part}" for part in row] for row in parts]


def _mostly(cells: Sequence[str], said: Callable[[str], bool], share: float = 0.5) -> bool:
    return sum(map(said, cells)) > share * len(cells)


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def _is_text(cells: Sequence[str]) -> bool:
    """Say whether a column holds sentences or names of its own: what can be embedded."""
    filled = [cell for cell in cells if cell]
    if not filled or _mostly(filled, lambda cell: cell.startswith("http")) or _mostly(filled, _is_number):
        return False
    return len(set(filled)) > 0.5 * len(filled)


def _separator(cells: Sequence[str]) -> str | None:
    """Return what stands between the words of a cell; None for blanks, where the same few words come again and again."""
    separator = max("|,;", key=lambda one: sum(one in cell for cell in cells))
    if any(separator in cell for cell in cells):
        return separator
    whole = {cell for cell in cells if cell}
    single = {part for cell in whole for part in cell.split()}
    return None if 2 * len(single) < len(whole) else separator


def _parts(cells: Sequence[str]) -> list[list[str]]:
    separator = _separator(cells)
    parts = [[part.strip().casefold() for part in cell.split(separator)] for cell in cells]
    return [[part for part in row if part not in NOTHING] for row in parts]


def _length(parts: Sequence[Sequence[str]]) -> float:
    """Return the mean length of what stands between separators."""
    every = [len(part) for row in parts for part in row]
    return sum(every) / max(1, len(every))


def _tenths(name: str, cells: Sequence[str]) -> list[list[str]]:
    """Return two words a number, of tenths by rank that are shifted against each other: neighbours share one."""
    values = np.array([float(cell) if _is_number(cell) else np.nan for cell in cells])
    known = np.isfinite(values)
    edges = np.quantile(values[known], np.linspace(0, 1, 2 * TENTHS + 1))
    half = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, 2 * TENTHS - 1)
    return [
        [f"{name}={place // 2}", f"{name}={(place + 1) // 2}.5"] if there else []
        for place, there in zip(half.tolist(), known.tolist(), strict=True)
    ]


def _year(found: re.Match[str] | None) -> list[str]:
    """Return two half-decades a year, shifted against each other, so that neighbours share one."""
    if found is None:
        return []
    year = int(found[1])
    return [f"year={year // 5 * 5}", f"year={(year + 2) // 5 * 5}~"]
