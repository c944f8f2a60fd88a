"""A folder of mixed videos: films, series in season folders, `.nfo`, subtitles and posters beside them.

The `.nfo` speaks before the file name, the file name before the folder. Links are not followed, so a library
cannot lead out of itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bitaca_core.catalogue.normalize import fold, title_id_for
from bitaca_core.catalogue.sheet import SourceSheet, SubtitleSource
from bitaca_core.catalogue.sources.filenames import NameParts, read_name
from bitaca_core.catalogue.sources.findings import Found, Rejection, first_reason, is_utf8, unreadable
from bitaca_core.catalogue.sources.nfo import Nfo, read_nfo
from bitaca_core.catalogue.sources.rows import SHORT_MAX_S
from bitaca_core.catalogue.sources.subtitles import EXTENSIONS as SUBTITLE_EXTENSIONS
from bitaca_core.catalogue.sources.subtitles import guess_language, subtitle_source, subtitles_of
from bitaca_core.catalogue.titles import TITLE_ID_MAX, TITLE_MAX_CHARS, Episode, Kind, Title
from bitaca_core.errors import CatalogueError

VIDEO_EXTENSIONS = frozenset(
    (".mp4", ".m4v", ".mkv", ".webm", ".mov", ".avi", ".ts", ".mpg", ".mpeg", ".wmv", ".ogv")
)
NOT_UTF8 = "its name or its folder's is not UTF-8; rename it"
_POSTERS = ("{stem}-poster", "poster", "folder", "cover")


@dataclass(slots=True)
class _Show:
    """A series while its episodes are being collected."""

    name: str
    year: int | None
    folder: Path
    episodes: dict[tuple[int, int], tuple[Path, Episode, tuple[Path, ...]]] = field(default_factory=dict)


def read_library(
    root: Path, ready: Callable[[Path], bool] = lambda file: True
) -> Iterator[Found | Rejection]:
    """Yield every film of the folder in name order, then every series with its episodes.

    Files that are not `ready` are as if they were not there.

    What cannot be used is a rejection of that file: nothing that one file is, or becomes while it is read, keeps
    the others out.
    """
    shows: dict[tuple[str, int | None], _Show] = {}
    taken: dict[str, Path] = {}
    for folder, present, complaints in _walk(root):
        yield from complaints
        files = [file for file in present if ready(file)]
        for video in files:
            if not _is_video(video):
                continue
            try:
                if video.is_symlink():
                    yield Rejection(video, None, "is a link; links are not followed")
                elif video.stat().st_size == 0:
                    yield Rejection(video, None, "the file is empty")
                else:
                    yield from _read_video(video, folder, files, shows, taken)
            except OSError as error:
                yield Rejection(video, None, unreadable(error))
    for key in sorted(shows, key=str):
        yield from _read_show(shows[key])


def _is_video(file: Path) -> bool:
    return file.suffix.casefold() in VIDEO_EXTENSIONS


def _walk(root: Path) -> Iterator[tuple[Path, list[Path], list[Rejection]]]:
    """Yield each folder with its files, and what of it cannot be looked at."""
    closed: list[Rejection] = []

    def note(error: OSError) -> None:
        closed.append(Rejection(Path(error.filename or root), None, unreadable(error)))

    for place, folders, names in os.walk(root, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        folder = Path(place)
        files = [folder / name for name in sorted(names) if not name.startswith(".")]
        odd = [file for file in files if not is_utf8(file)]
        told = [Rejection(file, None, NOT_UTF8) for file in odd if _is_video(file) or _is_beside(file)]
        yield folder, [file for file in files if file not in odd] if odd else files, [*closed, *told]
        closed.clear()
    if closed:
        yield root, [], closed


def _is_plain(file: Path) -> bool:
    """Return whether a file is one to open: no link, and nothing that waits for a writer."""
    return not file.is_symlink() and file.is_file()


def _is_beside(file: Path) -> bool:
    return file.suffix.casefold() in (".nfo", *SUBTITLE_EXTENSIONS)


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
        yield from _collect_episode(video, folder, files, name, nfo, shows)
        return
    for found in _film(video, files, name, nfo):
        if isinstance(found, Found) and (other := taken.setdefault(found.title.title_id, video)) != video:
            reason = f"same title and year as {other.name}; only one version of a film is kept"
            yield Rejection(video, None, reason)
        else:
            yield found


def _nfo_for(video: Path, files: list[Path]) -> tuple[Nfo | None, Rejection | None]:
    names = {video.with_suffix(".nfo").name}
    if sum(map(_is_video, files)) == 1:
        names.add("movie.nfo")
    for file in files:
        if file.name in names and _is_plain(file):
            return _read_nfo(file, "the video is read by its name instead")
    return None, None


def _read_nfo(file: Path, otherwise: str) -> tuple[Nfo | None, Rejection | None]:
    """Return what the file says, or why it says nothing and what happens `otherwise`."""
    try:
        return read_nfo(file), None
    except CatalogueError as error:
        return None, Rejection(file, error.line, f"{error.message}; {otherwise}")
    except OSError as error:
        return None, Rejection(file, None, f"{unreadable(error)}; {otherwise}")


class _Names:
    """Names as they may go into a title; notes each that had to be cut."""

    def __init__(self, told_by: Path) -> None:
        self.told_by = told_by
        self.cut: list[Rejection] = []

    def fit(self, text: str) -> str:
        if len(text) <= TITLE_MAX_CHARS:
            return text
        reason = f"a name of {len(text)} characters was cut to {TITLE_MAX_CHARS}"
        if not any(known.reason == reason for known in self.cut):
            self.cut.append(Rejection(self.told_by, None, reason))
        return text[: TITLE_MAX_CHARS - 1].rstrip() + "…"


def _film(video: Path, files: list[Path], name: NameParts, nfo: Nfo | None) -> Iterator[Found | Rejection]:
    names = _Names(video)
    shown = names.fit((nfo.title if nfo else None) or name.title)
    original = names.fit((nfo.original_title if nfo else None) or shown)
    spelt = names.fit(name.title)
    year = (nfo.year if nfo else None) or name.year
    duration_s = nfo.runtime_s if nfo else None
    kind: Kind = "short" if duration_s is not None and duration_s < SHORT_MAX_S else "film"
    title_id = title_id_for(original, year)
    yield from names.cut
    try:
        title = Title(
            title_id=title_id,
            kind=kind,
            original_title=original,
            title_pt=shown if shown != original else None,
            aliases=(spelt,) if fold(spelt) not in (fold(shown), fold(original)) else (),
            year=year,
            duration_s=duration_s,
            **_shared_fields(nfo),
        )
    except ValidationError as error:
        yield Rejection(video, None, first_reason(error))
        return
    subtitles, complaints = _subtitles(video, files)
    yield from complaints
    sheet = SourceSheet(
        title_id=title_id,
        video=video.resolve(),
        subtitles=subtitles,
        poster=_poster(video.stem, files),
        age_rating=title.age_rating,
    )
    yield Found(title, (sheet,))


def _subtitles(video: Path, files: Iterable[Path]) -> tuple[tuple[SubtitleSource, ...], list[Rejection]]:
    """Return the video's subtitles, and those that cannot be read."""
    found, complaints = [], []
    for file in subtitles_of(video, list(files)):
        try:
            if _is_plain(file):
                found.append(subtitle_source(file.resolve(), video.stem))
            else:
                complaints.append(Rejection(file, None, "is no plain file; links are not followed"))
        except OSError as error:
            complaints.append(Rejection(file, None, unreadable(error)))
    return tuple(found), complaints


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
    return next((found[name].resolve() for name in wanted if name in found and _is_plain(found[name])), None)


def _collect_episode(
    video: Path, folder: Path, files: list[Path], name: NameParts, nfo: Nfo | None, shows: dict[tuple[str, int | None], _Show]
) -> Iterator[Rejection]:  # fmt: skip
    names = _Names(video)
    show_name = names.fit((nfo.show_title if nfo else None) or name.title)
    season = next((n for n in (nfo.season if nfo else None, name.season) if n is not None), 1)
    number = next((n for n in (nfo.episode if nfo else None, name.episode) if n is not None), None)
    if number is None:
        yield Rejection(video, None, "no episode number in the file name or its .nfo")
        return
    key = (fold(show_name), name.year)
    show = shows.setdefault(key, _Show(show_name, name.year, folder))
    if (season, number) in show.episodes:
        other = show.episodes[season, number][0]
        yield Rejection(video, None, f"season {season} episode {number} is already {other.name}")
        return
    suffix = f"-s{season:02}e{number:02}"
    base = title_id_for(show_name, name.year)[: TITLE_ID_MAX - len(suffix)].rstrip("-")
    told = (nfo.title if nfo else None) or name.episode_title
    episode = Episode(
        title_id=base + suffix,
        season=season,
        number=number,
        title_pt=names.fit(told or f"Episódio {number}"),
        title_en=None if told else f"Episode {number}",
        **_plot(nfo),
        duration_s=nfo.runtime_s if nfo else None,
    )
    show.episodes[season, number] = (video, episode, tuple(files))
    yield from names.cut


def _read_show(show: _Show) -> Iterator[Found | Rejection]:
    nfo: Nfo | None = None
    for file in (show.folder / "tvshow.nfo", show.folder.parent / "tvshow.nfo"):
        if _is_plain(file):
            nfo, complaint = _read_nfo(file, "the series is read by its file names instead")
            if complaint:
                yield complaint
            break
    names = _Names(show.folder)
    shown = names.fit((nfo.title if nfo else None) or show.name)
    original = names.fit((nfo.original_title if nfo else None) or shown)
    year = (nfo.year if nfo else None) or show.year
    yield from names.cut
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
    sheets = []
    for video, episode, files in ordered:
        subtitles, complaints = _subtitles(video, files)
        yield from complaints
        sheets.append(
            SourceSheet(
                title_id=episode.title_id,
                video=video.resolve(),
                subtitles=subtitles,
                age_rating=title.age_rating,
            )
        )
    yield Found(title, tuple(sheets))
