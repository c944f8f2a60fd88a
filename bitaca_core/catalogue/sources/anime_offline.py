"""anime-offline-database: its JSON lines (a line about the file, then one anime a line) and its one JSON object.

Its titles are romaji or English, its tags English words; it has neither synopsis nor country, so neither is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.lines import items_of, objects_of, plain_suffix
from bitaca_core.catalogue.sources.rows import (
    aliases_of,
    found,
    genres_and_themes,
    kind_of,
    names_of,
    text_of,
    year_of,
)

SOURCE = "anime-offline"
TYPES = ("TV", "MOVIE", "OVA", "ONA", "SPECIAL", "UNKNOWN")
SITES = {"myanimelist.net": "mal", "anilist.co": "anilist", "kitsu.app": "kitsu", "kitsu.io": "kitsu", "anidb.net": "anidb"}  # fmt: skip
_ADDRESS = re.compile(r"https?://(?:www\.)?([a-z.]+)/(?:anime/)?(\d+)/?$")
OTHER_TAGS: dict[str, tuple[str, ...]] = {
    "sci fi": ("ficcao-cientifica",), "science fiction": ("ficcao-cientifica",), "slice of life": ("slice-of-life",),
    "kids": ("familia",), "psychological": ("#psicológico",), "mecha": ("#robôs",), "school": ("#escola",),
    "sports": ("#esporte",), "magic": ("#magia",), "military": ("guerra",), "historical": ("historico",),
    "music": ("#música",), "supernatural": ("#sobrenatural",), "thriller": ("suspense",), "police": ("policial",),
    "martial arts": ("acao", "#artes marciais"), "isekai": ("#outro mundo",), "vampire": ("#vampiros",),
    "iyashikei": ("slice-of-life",), "time travel": ("#viagem no tempo",), "space": ("#espaço",),
}  # fmt: skip
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def read_anime_offline(path: Path) -> Iterator[Found | Rejection]:
    """Yield every anime of the file in order."""
    rows = items_of(path, "data") if plain_suffix(path) == ".json" else objects_of(path)
    for number, row in rows:
        if isinstance(row, Rejection):
            yield row
        elif not isinstance(row, dict):
            yield Rejection(path, number, "expected an object with title, type and sources")
        elif number == 1 and "title" not in row:
            continue  # the line about the file
        else:
            yield _anime(path, number, row)


def _anime(path: Path, number: int, row: dict[str, Any]) -> Found | Rejection:
    kind = row.get("type")
    if kind not in TYPES:
        return Rejection(path, number, f"type: expected one of {', '.join(TYPES)}, got {kind!r}")
    episodes = row.get("episodes")
    season = row.get("animeSeason")
    name = text_of(row.get("title"), 1000)
    synonyms = names_of(row.get("synonyms"), 500)
    original = next((other for other in synonyms if _JAPANESE.search(other)), None) or name
    duration_s = _duration_s(row.get("duration"))
    series = kind != "MOVIE" and not (episodes == 1 and kind != "TV")
    genres, themes = genres_and_themes(names_of(row.get("tags"), 200), OTHER_TAGS)
    credits = [{"name": who, "role": "studio"} for who in names_of(row.get("studios"))]
    credits += [{"name": who, "role": "producer"} for who in names_of(row.get("producers"))]
    return found(
        path,
        number,
        {
            "kind": kind_of(duration_s, series),
            "original_title": original,
            "title_romaji": name,
            "aliases": aliases_of(list(synonyms), original, name),
            "year": year_of(season.get("year")) if isinstance(season, dict) else None,
            "credits": credits,
            "genres": tuple(dict.fromkeys(("anime", *genres))),
            "themes": themes,
            "duration_s": duration_s,
            "external_ids": _ids(row.get("sources")),
            "source": SOURCE,
        },
    )


def _duration_s(value: object) -> int | None:
    if not isinstance(value, dict) or value.get("unit") not in ("SECONDS", None):
        return None
    seconds = value.get("value")
    return seconds if isinstance(seconds, int) and 0 < seconds < 86_400 else None


def _ids(sources: object) -> tuple[tuple[str, str], ...]:
    found_ids: dict[str, str] = {}
    for address in sources if isinstance(sources, list) else ():
        told = _ADDRESS.match(address) if isinstance(address, str) else None
        if told and (site := SITES.get(told.group(1))):
            found_ids.setdefault(site, told.group(2))
    return tuple(found_ids.items())
