"""A folder of mixed videos: films, series in season folders, `.nfo`, subtitles and posters beside them.

The `.nfo` speaks before the file name, the file name before the folder. Links are not followed, so a library
cannot lead out of itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bitaca_core.catalogue.normalize import fold, title_id_for
from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.catalogue.sources.filenames import NameParts, read_name
from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.jsonl import first_reason
from bitaca_core.catalogue.sources.nfo import Nfo, read_nfo
from bitaca_core.catalogue.sources.subtitles import guess_language, subtitles_of
from bitaca_core.catalogue.titles import TITLE_ID_MAX, Episode, Kind, Title
from bitaca_core.errors import CatalogueError

VIDEO_EXTENSIONS = frozenset(
    (".mp4", ".m4v", ".mkv", ".webm", ".mov", ".avi", ".ts", ".mpg", ".mpeg", ".wmv", ".ogv")
)
SHORT_MAX_S = 40 * 60
"""Below forty minutes a film is a short (the usual festival line)."""
_POSTERS = ("{stem}-poster", "poster", "folder", "cover")


@dataclass(slots=True)
class _Show:
    """A series while its episodes are being collected."""

    name: str
    year: int | None
    folder: Path
    episodes: dict[tuple[int, int], tuple[Path, Episode, tuple[Path, ...]]] = field(default_factory=dict)


def read_library(root: Path) -> Iterator[Found | Rejection]:
    """Yield every film of the folder in name order, then every series with its episodes."""
    shows: dict[tuple[str, int | None], _Show] = {}
    taken: dict[str, Path] = {}
    for folder, files in _walk(root):
        for video in files:
            if video.suffix.casefold() not in VIDEO_EXTENSIONS:
                continue
            if video.is_symlink():
                yield Rejection(video, None, "is a link; links are not followed")
                continue
            if video.stat().st_size == 0:
                yield Rejection(video, None, "the file is empty")
                continue
            yield from _read_video(video, folder, files, shows, taken)
    for key in sorted(shows, key=str):
        yield from _read_show(shows[key])


def _walk(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield Path(folder), [Path(folder) / name for name in sorted(names) if not name.startswith(".")]


def _read_video(
    video: Path,
    folder: Path,
    files: list[Path],
    shows: dict[tuple[str, int | None], _Show],
    taken: dict[str, Path],
) -> Iterator[Found | Rejection]:
    nfo, complaint = _nfo_for(video, files)
    if complaint:
        yield complaint
    try:
        name = read_name(video)
    except CatalogueError as error:
        if nfo is None or nfo.title is None:
            yield Rejection(video, None, f"{error.message}; {error.hint}")
            return
        name = NameParts(nfo.title, nfo.year, nfo.season, nfo.episode)
    if name.episode is not None or (nfo and nfo.root == "episodedetails"):
        rejection = _collect_episode(video, folder, files, name, nfo, shows)
        if rejection:
            yield rejection
        return
    found = _film(video, files, name, nfo)
    if isinstance(found, Found) and (other := taken.setdefault(found.title.title_id, video)) != video:
        yield Rejection(
            video, None, f"same title and year as {other.name}; only one version of a film is kept"
        )
        return
    yield found


def _nfo_for(video: Path, files: list[Path]) -> tuple[Nfo | None, Rejection | None]:
    videos = sum(file.suffix.casefold() in VIDEO_EXTENSIONS for file in files)
    names = {video.with_suffix(".nfo").name} | ({"movie.nfo"} if videos == 1 else set())
    for file in files:
        if file.name in names and not file.is_symlink():
            try:
                return read_nfo(file), None
            except CatalogueError as error:
                return None, Rejection(
                    file, error.line, f"{error.message}; the video is read by its name instead"
                )
    return None, None


def _film(video: Path, files: list[Path], name: NameParts, nfo: Nfo | None) -> Found | Rejection:
    shown = (nfo.title if nfo else None) or name.title
    original = (nfo.original_title if nfo else None) or shown
    year = (nfo.year if nfo else None) or name.year
    duration_s = nfo.runtime_s if nfo else None
    kind: Kind = "short" if duration_s is not None and duration_s < SHORT_MAX_S else "film"
    title_id = title_id_for(original, year)
    try:
        title = Title(
            title_id=title_id,
            kind=kind,
            original_title=original,
            title_pt=shown if shown != original else None,
            aliases=(name.title,) if fold(name.title) not in (fold(shown), fold(original)) else (),
            year=year,
            duration_s=duration_s,
            **_shared_fields(nfo),
        )
    except ValidationError as error:
        return Rejection(video, None, first_reason(error))
    sheet = SourceSheet(
        title_id=title_id,
        video=video.resolve(),
        subtitles=subtitles_of(video.resolve(), [file.resolve() for file in files]),
        poster=_poster(video.stem, files),
        age_rating=title.age_rating,
    )
    return Found(title, (sheet,))


def _shared_fields(nfo: Nfo | None) -> dict[str, Any]:
    if nfo is None:
        return {"source": "library"}
    return {
        "source": "library",
        "directors": nfo.directors,
        "cast": nfo.cast,
        "countries": nfo.countries,
        "genres": nfo.genres,
        "themes": nfo.themes,
        **_plot(nfo),
        "age_rating": nfo.age_rating,
    }


def _plot(nfo: Nfo | None) -> dict[str, str]:
    """Return the plot under the language that it is written in: most `.nfo` files are in English."""
    if nfo is None or nfo.plot is None:
        return {}
    return {"synopsis_en" if guess_language(nfo.plot) == "en" else "synopsis_pt": nfo.plot}


def _poster(stem: str, files: list[Path]) -> Path | None:
    wanted = [pattern.format(stem=stem).casefold() for pattern in _POSTERS]
    found = {
        file.stem.casefold(): file for file in files if file.suffix.casefold() in (".jpg", ".jpeg", ".png")
    }
    return next((found[name].resolve() for name in wanted if name in found), None)


def _collect_episode(
    video: Path, folder: Path, files: list[Path], name: NameParts, nfo: Nfo | None, shows: dict[tuple[str, int | None], _Show]
) -> Rejection | None:  # fmt: skip
    show_name = (nfo.show_title if nfo else None) or name.title
    season = next((n for n in (nfo.season if nfo else None, name.season) if n is not None), 1)
    number = next((n for n in (nfo.episode if nfo else None, name.episode) if n is not None), None)
    if number is None:
        return Rejection(video, None, "no episode number in the file name or its .nfo")
    key = (fold(show_name), name.year)
    show = shows.setdefault(key, _Show(show_name, name.year, folder))
    if (season, number) in show.episodes:
        other = show.episodes[season, number][0]
        return Rejection(video, None, f"season {season} episode {number} is already {other.name}")
    suffix = f"-s{season:02}e{number:02}"
    base = title_id_for(show_name, name.year)[: TITLE_ID_MAX - len(suffix)].rstrip("-")
    episode = Episode(
        title_id=base + suffix,
        season=season,
        number=number,
        title_pt=(nfo.title if nfo else None) or name.episode_title or f"Episódio {number}",
        title_en=None if (nfo and nfo.title) or name.episode_title else f"Episode {number}",
        **_plot(nfo),
        duration_s=nfo.runtime_s if nfo else None,
    )
    show.episodes[season, number] = (video, episode, tuple(files))
    return None


def _read_show(show: _Show) -> Iterator[Found | Rejection]:
    nfo: Nfo | None = None
    for folder in (show.folder, show.folder.parent):
        file = folder / "tvshow.nfo"
        if file.is_file() and not file.is_symlink():
            try:
                nfo = read_nfo(file)
            except CatalogueError as error:
                yield Rejection(
                    file, error.line, f"{error.message}; the series is read by its file names instead"
                )
            break
    shown = (nfo.title if nfo else None) or show.name
    original = (nfo.original_title if nfo else None) or shown
    year = (nfo.year if nfo else None) or show.year
    ordered = [show.episodes[key] for key in sorted(show.episodes)]
    try:
        title = Title(
            title_id=title_id_for(original, year),
            kind="series",
            original_title=original,
            title_pt=shown if shown != original else None,
            aliases=(show.name,) if fold(show.name) not in (fold(shown), fold(original)) else (),
            year=year,
            episodes=tuple(episode for _, episode, _ in ordered),
            **_shared_fields(nfo),
        )
    except ValidationError as error:
        yield Rejection(show.folder, None, first_reason(error))
        return
    sheets = tuple(
        SourceSheet(
            title_id=episode.title_id,
            video=video.resolve(),
            subtitles=subtitles_of(video.resolve(), [file.resolve() for file in files]),
            age_rating=title.age_rating,
        )
        for video, episode, files in ordered
    )
    yield Found(title, sheets)
