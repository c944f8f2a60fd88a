"""Our CSV: one title a row, the columns named as the fields of `Title`, in any order; comma, semicolon or tab.

Several values of one cell are parted by `|`; `credits` reads `role:name`, `external_ids` `source:id`. A franchise has
the columns `franchise_id`, `franchise_name`, `franchise_order` and `franchise_relation`. `video` and `subtitles` are
paths relative to the file. Only `original_title` and `kind` are needed. Episodes and seasons need JSON lines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.jsonl import title_of_row
from bitaca_core.catalogue.titles import Title

NESTED = ("episodes", "seasons", "franchise", "provenance")
FRANCHISE = ("franchise_id", "franchise_name", "franchise_order", "franchise_relation")
PAIRS = ("credits", "external_ids")
LISTS = (
    "aliases", "directors", "cast", "countries", "languages", "audio_languages", "subtitle_languages", "genres",
    "themes", "moods", "descriptors", "unverified", "subtitles", *PAIRS,
)  # fmt: skip
COLUMNS = (*(name for name in Title.model_fields if name not in NESTED), *FRANCHISE, "video", "subtitles")
NEEDED = ("original_title", "kind")
CELL_MAX_CHARS = 65_536


def read_table(path: Path, source: str = "csv") -> Iterator[Found | Rejection]:
    """Yield the titles of a CSV file in order; a header that cannot be used is the only rejection."""
    with path.open(encoding="utf-8-sig", errors="strict", newline="") as stream:
        try:
            first = stream.readline(CELL_MAX_CHARS)
            delimiter = max(",;\t", key=first.count)
            header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
            if (reason := _wrong_header(header)) is not None:
                yield Rejection(path, 1, reason)
                return
            rows = csv.reader(stream, delimiter=delimiter, strict=True)
            begins = 2
            for cells in rows:
                if any(cells):
                    yield _row(path, begins, header, cells, source)
                begins = rows.line_num + 2
        except UnicodeDecodeError as error:
            yield Rejection(path, None, f"not UTF-8 (near byte {error.start + 1}); save it as UTF-8")
        except csv.Error as error:
            yield Rejection(path, begins, f"not CSV: {error}; nothing after it was read")


def _wrong_header(header: list[str]) -> str | None:
    if twice := sorted({name for name in header if header.count(name) > 1}):
        return f"columns named twice: {', '.join(twice)}"
    if unknown := [name for name in header if name not in COLUMNS]:
        return f"unknown columns {', '.join(map(repr, unknown))}; known: {', '.join(COLUMNS)}"
    if missing := [name for name in NEEDED if name not in header]:
        return f"the columns {', '.join(missing)} are needed"
    return None


def _row(path: Path, line: int, header: list[str], cells: list[str], source: str) -> Found | Rejection:
    if len(cells) != len(header):
        return Rejection(path, line, f"{len(cells)} cells under {len(header)} columns")
    row: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=True):
        text = cell.strip()
        if len(text) > CELL_MAX_CHARS:
            return Rejection(path, line, f"{name}: {len(text)} characters, at most {CELL_MAX_CHARS}")
        if not text:
            continue
        if name not in LISTS:
            row[name] = text
            continue
        values: list[Any] = [part.strip() for part in text.split("|") if part.strip()]
        if name in PAIRS:
            pairs = [tuple(piece.strip() for piece in part.partition(":")[::2]) for part in values]
            if not all(key and value for key, value in pairs):
                return Rejection(path, line, f"{name}: expected name:value parted by |, got {text[:80]!r}")
            values = [{"role": key, "name": value} for key, value in pairs] if name == "credits" else pairs
        row[name] = values
    if "year" in row and row["year"].isdigit():
        row["year"] = int(row["year"])
    place = {name.removeprefix("franchise_"): row.pop(name) for name in FRANCHISE if name in row}
    if place:
        row["franchise"] = {"franchise_id": place.pop("id", None), "order": 1, **place}
    return title_of_row(path, line, row, source)
