"""Our JSON lines: one `Title` an object a line, optionally with `video` and `subtitles` paths beside it.

`title_id` may be left out: it follows from `original_title` and `year`. Paths are relative to the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bitaca_core.catalogue.normalize import title_id_for
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.sources.findings import Found, Rejection, first_reason, overlong
from bitaca_core.catalogue.sources.lines import objects_of
from bitaca_core.catalogue.sources.subtitles import subtitle_source
from bitaca_core.catalogue.titles import Title


def read_jsonl(path: Path, source: str = "jsonl") -> Iterator[Found | Rejection]:
    """Yield the titles of a JSON-lines file (or one packed with gzip) in order; empty lines are passed over."""
    for number, row in objects_of(path):
        yield row if isinstance(row, Rejection) else title_of_row(path, number, row, source)


def title_of_row(path: Path, number: int, row: dict[str, Any], source: str) -> Found | Rejection:
    """Return the title of one row of ours, with the video that it names beside it."""
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
        return Found(title, file=path, line=number)
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
    return Found(title, (sheet,), path, number)
