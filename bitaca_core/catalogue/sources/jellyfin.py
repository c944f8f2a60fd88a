"""A library export of Jellyfin: the JSON that its API answers at `/Items`, `{"Items": [...]}` or the bare list.

Ask it for `Fields=Overview,Genres,Tags,People,Studios,ProviderIds,MediaStreams,OriginalTitle,ProductionLocations`;
what is not in the answer is unknown. Films come as they are read, series when all their episodes are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bitaca_core.catalogue.normalize import title_id_for
from bitaca_core.catalogue.sources.findings import Found, Rejection
from bitaca_core.catalogue.sources.lines import items_of
from bitaca_core.catalogue.sources.rows import (
    PEOPLE_MAX,
    countries_of,
    found,
    genres_and_themes,
    kind_of,
    names_of,
    text_of,
    year_of,
)
from bitaca_core.catalogue.sources.subtitles import LANGUAGES, guess_language
from bitaca_core.catalogue.titles import TITLE_ID_MAX, TITLE_MAX_CHARS

SOURCE = "jellyfin"
TICKS_PER_S = 10_000_000
EPISODES_MAX = 5000
IDS = {
    "Imdb": "imdb",
    "Tmdb": "tmdb",
    "AniList": "anilist",
    "MyAnimeList": "mal",
    "AniDB": "anidb",
    "Tvdb": "tvdb",
}
ROLES = {"Writer": "writer", "Composer": "composer", "Producer": "producer", "Creator": "creator"}
_RATING = re.compile(r"^(?:BR[-: ]?)?(L|Livre|A?6|A?10|A?12|A?14|A?16|A?18)$", re.IGNORECASE)


def read_jellyfin(path: Path) -> Iterator[Found | Rejection]:
    """Yield the films of an export in order, then its series with their episodes."""
    series: dict[str, tuple[int, dict[str, Any]]] = {}
    episodes: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for number, item in items_of(path, "Items"):
        if isinstance(item, Rejection):
            yield item
            continue
        if not isinstance(item, dict) or not isinstance(item.get("Type"), str):
            yield Rejection(path, number, "expected an item with a Type")
            continue
        match item["Type"]:
            case "Movie" | "Video":
                yield found(path, number, _fields(item) | {"kind": kind_of(_duration_s(item))})
            case "Series":
                series[str(item.get("Id"))] = (number, item)
            case "Episode":
                episodes.setdefault(str(item.get("SeriesId")), []).append((number, item))
            case _:
                continue  # folders, seasons, music: no titles of ours
    for key, (number, item) in series.items():
        complaints: list[Rejection] = []
        yield found(path, number, _series(path, item, episodes.pop(key, []), complaints))
        yield from complaints
    for orphans in episodes.values():
        for number, item in orphans:
            yield Rejection(
                path, number, f"the series of {str(item.get('Name'))[:80]!r} is not in the export"
            )


def _fields(item: dict[str, Any]) -> dict[str, Any]:
    shown = text_of(item.get("Name"), 1000)
    original = text_of(item.get("OriginalTitle"), 1000) or shown
    genres, themes = genres_and_themes((*names_of(item.get("Genres")), *names_of(item.get("Tags"), 100)))
    people = [who for who in item.get("People") or () if isinstance(who, dict) and text_of(who.get("Name"))]
    overview = text_of(item.get("Overview"))
    language = guess_language(overview) if overview else None
    credits = [
        {"name": who["Name"].strip()[:TITLE_MAX_CHARS], "role": ROLES[str(who.get("Type"))]}
        for who in people
        if str(who.get("Type")) in ROLES
    ]
    credits += [{"name": name, "role": "studio"} for name in _inner_names(item.get("Studios"))]
    return {
        "original_title": original,
        "title_pt": shown if shown != original else None,
        "year": year_of(item.get("ProductionYear")),
        "directors": names_of([who["Name"] for who in people if who.get("Type") == "Director"]),
        "cast": names_of([who["Name"] for who in people if who.get("Type") in ("Actor", "GuestStar")]),
        "credits": credits[:PEOPLE_MAX],
        "countries": countries_of(names_of(item.get("ProductionLocations"))),
        "audio_languages": _languages(item, "Audio"),
        "subtitle_languages": _languages(item, "Subtitle"),
        "genres": genres,
        "themes": themes,
        "duration_s": _duration_s(item),
        "synopsis_en" if language == "en" else "synopsis_pt": overview,
        "age_rating": _age(item.get("OfficialRating")),
        "external_ids": _ids(item.get("ProviderIds")),
        "source": SOURCE,
    }


def _series(
    path: Path, item: dict[str, Any], parts: list[tuple[int, dict[str, Any]]], complaints: list[Rejection]
) -> dict[str, Any]:
    fields = _fields(item)
    base = title_id_for(fields["original_title"] or "", fields["year"])
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for number, part in parts[:EPISODES_MAX]:
        season, episode = part.get("ParentIndexNumber", 1), part.get("IndexNumber")
        if not isinstance(season, int) or not isinstance(episode, int) or min(season, episode) < 0:
            complaints.append(Rejection(path, number, "an episode without season and number was left out"))
            continue
        if (season, episode) in rows:
            complaints.append(Rejection(path, number, f"season {season} episode {episode} is there twice"))
            continue
        suffix = f"-s{season:02}e{episode:02}"
        overview = text_of(part.get("Overview"))
        spoken = "synopsis_en" if overview and guess_language(overview) == "en" else "synopsis_pt"
        rows[season, episode] = {
            "title_id": base[: TITLE_ID_MAX - len(suffix)].rstrip("-") + suffix,
            "season": season,
            "number": episode,
            "title_pt": text_of(part.get("Name"), TITLE_MAX_CHARS) or f"Episódio {episode}",
            spoken: overview,
            "duration_s": _duration_s(part),
        }
    seasons = sorted({season for season, _ in rows})
    return fields | {
        "kind": "series",
        "episodes": [rows[key] for key in sorted(rows)],
        "seasons": [{"number": season} for season in seasons],
    }


def _duration_s(item: dict[str, Any]) -> int | None:
    ticks = item.get("RunTimeTicks")
    return ticks // TICKS_PER_S or None if isinstance(ticks, int) and ticks > 0 else None


def _languages(item: dict[str, Any], kind: str) -> tuple[str, ...]:
    streams = [
        part for part in item.get("MediaStreams") or () if isinstance(part, dict) and part.get("Type") == kind
    ]
    codes = (str(part.get("Language") or "").casefold() for part in streams)
    return tuple(
        dict.fromkeys(LANGUAGES.get(code, code) for code in codes if 2 <= len(code) <= 3 and code != "und")
    )


def _age(value: object) -> str | None:
    told = _RATING.match(value.strip()) if isinstance(value, str) else None
    return (
        None
        if told is None
        else "L"
        if told.group(1).casefold() in ("l", "livre")
        else told.group(1).lstrip("Aa")
    )


def _ids(value: object) -> tuple[tuple[str, str], ...]:
    given = value if isinstance(value, dict) else {}
    return tuple((own, str(given[name])) for name, own in IDS.items() if given.get(name))


def _inner_names(value: object) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else []
    return names_of([row.get("Name") for row in rows if isinstance(row, dict)])
