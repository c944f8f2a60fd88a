"""Our JSON lines: one `Title` an object a line, optionally with `video` and `subtitles` paths beside it.

`title_id` may be left out: it follows from `original_title` and `year`. Paths are relative to the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bitaca_core.catalogue.normalize import title_id_for
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.sources.findings import Found, Rejection, overlong
from bitaca_core.catalogue.sources.subtitles import subtitle_source
from bitaca_core.catalogue.titles import Title

LINE_MAX_BYTES = 262_144
"""One title never needs more; an endless line must not fill the memory."""


def read_jsonl(path: Path, source: str = "jsonl") -> Iterator[Found | Rejection]:
    """Yield the titles of a JSON-lines file in order; empty lines are passed over."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(LINE_MAX_BYTES + 1):
            number += 1
            if len(line) > LINE_MAX_BYTES:
                yield Rejection(path, number, f"the line is longer than {LINE_MAX_BYTES} bytes")
                while line and not line.endswith(b"\n"):
                    line = stream.readline(LINE_MAX_BYTES)
                continue
            if line.strip():
                yield _read_row(path, number, line, source)


def _read_row(path: Path, number: int, line: bytes, source: str) -> Found | Rejection:
    try:
        row = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Rejection(path, number, f"not UTF-8 (byte {error.start + 1} of the line)")
    except json.JSONDecodeError as error:
        return Rejection(path, number, f"not JSON: {error.msg} (column {error.colno})")
    except RecursionError:
        return Rejection(path, number, "not JSON: nested too deeply")
    if not isinstance(row, dict):
        return Rejection(path, number, "expected an object with the fields of a title")
    video, subtitles = row.pop("video", None), row.pop("subtitles", [])
    row.setdefault("source", source)
    if "title_id" not in row and isinstance(row.get("original_title"), str):
        row["title_id"] = title_id_for(
            row["original_title"], row["year"] if isinstance(row.get("year"), int) else None
        )
    try:
        title = Title.model_validate(row)
    except ValidationError as error:
        return Rejection(path, number, first_reason(error))
    if (reason := overlong(title)) is not None:
        return Rejection(path, number, reason)
    if video is None:
        return Found(title)
    return _with_video(path, number, title, video, subtitles)


def _with_video(path: Path, number: int, title: Title, video: Any, subtitles: Any) -> Found | Rejection:
    if title.episodes:
        return Rejection(
            path, number, "video: a series has its videos in its episodes' rows of a library folder"
        )
    if not isinstance(video, str) or not isinstance(subtitles, list):
        return Rejection(path, number, "video: expected a path; subtitles: expected a list of paths")
    try:
        files = [(path.parent / str(name)).resolve() for name in (video, *subtitles)]
        for file in files:
            if not file.is_file():
                return Rejection(path, number, f"no such file: {file}")
        sidecars = tuple(subtitle_source(file, files[0].stem) for file in files[1:])
    except (OSError, ValueError) as error:  # not ours to read, or no path at all
        return Rejection(path, number, f"video or subtitles: {error}")
    sheet = SourceSheet(
        title_id=title.title_id,
        video=files[0],
        subtitles=sidecars,
        age_rating=title.age_rating,
        descriptors=title.descriptors,
    )
    return Found(title, (sheet,))


def first_reason(error: ValidationError) -> str:
    """Return the first complaint of a validation in one line, and how many more there are."""
    first, *more = error.errors(include_url=False, include_context=False)
    place = ".".join(str(part) for part in first["loc"]) or "row"
    rest = f" (and {len(more)} more)" if more else ""
    return f"{place}: {first['msg']}{rest}"
