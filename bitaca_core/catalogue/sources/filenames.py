"""What a video file's name says: title, year, season and episode. Release junk is cut off.

Conventions: `Title (2020).mkv`, `Title.2020.1080p.BluRay.x264-GRP.mkv`, `Show - S01E02 - Name.mkv`,
`Show 1x02.mkv`, `[Group] Show - 03 [1080p].mkv`, `Temporada 1/Show T01E02.mkv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.errors import CatalogueError

_JUNK = re.compile(
    r"\b(?:\d{3,4}[pi]|4k|uhd|hdr(?:10)?|10bit|8bit|x26[45]|h ?26[45]|hevc|avc|av1|xvid|divx|blu ?-?ray|b[dr]rip|web ?-?dl|webrip|web|"
    r"hdtv|dvd(?:rip|scr)?|remux|proper|repack|extended|unrated|dual(?: audio)?|multi|dublado|legendado|nacional|aac\d?|ac3|dts|ddp?\d?|"
    r"flac|opus|mp3|5 ?1|2 ?0|amzn|nf|internal|complete)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\[[^\]]*\]|\{[^}]*\}")
_EPISODE = re.compile(
    r"(?<![a-z0-9])(?:[st](\d{1,2})[ ._-]?e[p]?(\d{1,4})|(\d{1,2})x(\d{2,3}))(?![0-9])", re.IGNORECASE
)
_ANIME_EPISODE = re.compile(r" - (\d{1,3})(?:v\d)?\s*$")
_SPOKEN_EPISODE = re.compile(r"\b(?:ep|epis[oó]dio|episode|cap[ií]tulo)[ .]?(\d{1,4})\b", re.IGNORECASE)
_YEAR_IN_PARENTHESES = re.compile(r"\(((?:18|19|20)\d\d)\)")
_YEAR = re.compile(r"(?<=[ ])((?:19|20)\d\d)(?=[ ]|$)")
_SEASON_FOLDER = re.compile(
    r"^(?:season|temporada|s|t)[ ._-]?(\d{1,2})$|^(?:specials|especiais)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class NameParts:
    """What the name says; `season` and `episode` are None for a film, `episode_title` where it is written."""

    title: str
    year: int | None = None
    season: int | None = None
    episode: int | None = None
    episode_title: str | None = None


def read_name(path: Path) -> NameParts:
    """Read a video's name, asking its folder where the file itself names no show.

    Raises
    ------
    CatalogueError
        Nothing is left that could be a title.
    """
    name = _plain(path.stem)
    season_folder = _SEASON_FOLDER.match(path.parent.name)
    if match := _EPISODE.search(name):
        season, episode = int(match[1] or match[3]), int(match[2] or match[4])
        return _episode(path, name[: match.start()], name[match.end() :], season, episode)
    if match := (_SPOKEN_EPISODE.search(name) if season_folder else None):
        return _episode(
            path, name[: match.start()], name[match.end() :], _season(season_folder), int(match[1])
        )
    cleaned = _cut_junk(name)
    if match := _ANIME_EPISODE.search(cleaned):
        return _episode(path, cleaned[: match.start()], "", _season(season_folder), int(match[1]))
    title, year = _title_and_year(name)
    if not title:
        raise CatalogueError("the file name has no title", file=path, hint="name it like `Title (2020).mkv`")
    return NameParts(title, year)


def _season(folder: re.Match[str] | None) -> int:
    if folder is None:
        return 1
    return int(folder[1]) if folder[1] else 0


def _episode(path: Path, before: str, after: str, season: int, episode: int) -> NameParts:
    show, year = _title_and_year(before)
    if not show:
        folder = path.parent.parent if _SEASON_FOLDER.match(path.parent.name) else path.parent
        show, year = _title_and_year(_plain(folder.name))
    if not show:
        raise CatalogueError(
            "no show's name in the file or its folder", file=path, hint="name it `Show S01E02.mkv`"
        )
    rest = _cut_junk(after).strip(" -.")
    return NameParts(show, year, season, episode, rest or None)


def _plain(stem: str) -> str:
    text = _BRACKETS.sub(" ", stem)
    if " " not in text.strip():
        text = text.replace(".", " ")
    return re.sub(r"\s+", " ", text.replace("_", " ")).strip()


def _cut_junk(text: str) -> str:
    match = next((found for found in _JUNK.finditer(text) if found.start() > 0), None)
    return (text[: match.start()] if match else text).strip(" -(")


def _title_and_year(text: str) -> tuple[str, int | None]:
    if match := _YEAR_IN_PARENTHESES.search(text):
        return text[: match.start()].strip(" -."), int(match[1])
    years = list(_YEAR.finditer(text))
    if years:
        return _cut_junk(text[: years[-1].start()]).strip(" -."), int(years[-1][1])
    return _cut_junk(text).strip(" -."), None
