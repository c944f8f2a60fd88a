"""What a page or the API says about a title: pure, from the catalogue and what is published."""

from __future__ import annotations

from typing import Any, Literal

from bitaca_core.catalogue.titles import Episode, Title
from bitaca_core.catalogue.vocabulary import country_name, descriptor_name, genre_name
from gradio_app.services import Services


def duration_text(seconds: float | None) -> str:
    """Return "1 h 32 min", "4 min" or "28 s"; empty when unknown."""
    if not seconds:
        return ""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def clock_text(seconds: float) -> str:
    """Return a position as `12:30` or `1:02:30`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def poster_url(services: Services, title: Title) -> str:
    """Return the poster's address; it changes with the published package, so it can be cached for long."""
    units = services.units(title)
    version = services.packages[units[0]].package_id if units else "t"
    return f"/posters/{title.title_id}?v={version}"


def preparing(services: Services, title: Title, board: dict[str, dict[str, Any]]) -> int | None:
    """Return the percentage of a title that is being prepared and cannot be watched yet, else None."""
    units = services.catalogue.playable_ids(title)
    coming = [unit for unit in units if under_way(board, unit)]
    if not coming or any(unit in services.packages for unit in units):
        return None
    return sum(board[unit]["percent"] for unit in coming) // len(units)


def under_way(board: dict[str, dict[str, Any]], unit: str) -> bool:
    """Return whether work on this id goes on: what failed will not start by itself."""
    return unit in board and board[unit]["stage"] != "failed"


State = Literal["ready", "preparing", "queued", "failed", "absent"]


def unit_state(services: Services, unit: str, board: dict[str, dict[str, Any]]) -> State:
    """Return how a film, short or episode stands: published, being made, waiting for it, failed, or not here."""
    if unit in services.packages:
        return "ready"
    if under_way(board, unit):
        return "preparing"
    if unit in board or unit in services.failures:
        return "failed"
    return "queued" if unit in services.queue else "absent"


def queued(services: Services, title: Title, board: dict[str, dict[str, Any]]) -> bool:
    """Return whether a title cannot be watched yet, nothing of it is being made, and something will be."""
    states = {unit_state(services, unit, board) for unit in services.catalogue.playable_ids(title)}
    return "queued" in states and not states & {"ready", "preparing"}


def length_s(services: Services, title: Title) -> int | None:
    """Return a film's or short's length: the catalogue's, else that of what was packaged; a series has none."""
    if title.episodes:
        return None
    package = services.packages.get(title.title_id)
    return title.duration_s or (max(1, round(package.duration_s)) if package else None)


def card(services: Services, title: Title, lang: str, board: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what a poster card shows, ready for JSON."""
    return {
        "title_id": title.title_id,
        "title": title.name(lang),
        "kind": title.kind,
        "year": title.year,
        "duration_s": length_s(services, title),
        "duration": duration_text(length_s(services, title)),
        "episodes": len(title.episodes),
        "age_rating": title.age_rating,
        "descriptors": [descriptor_name(text, lang) for text in title.descriptors],
        "genres": [genre_name(slug, lang) for slug in title.genres],
        "poster": poster_url(services, title),
        "playable": services.playable(title),
        "preparing": preparing(services, title, board),
        "queued": queued(services, title, board),
        "url": f"/title/{title.title_id}",
        "watch_url": f"/watch/{title.title_id}",
    }


def details(services: Services, title: Title, lang: str, board: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return everything certain about a title; what is unverified is left out."""
    facts = card(services, title, lang, board)
    synopsis = title.synopsis_pt if lang == "pt" else title.synopsis_en
    facts |= {
        "original_title": title.original_title,
        "synopsis": synopsis or title.synopsis_pt or title.synopsis_en,
        "directors": list(title.directors),
        "cast": list(title.cast),
        "countries": [country_name(code, lang) for code in title.countries],
        "failed": "failed"
        in {unit_state(services, unit, board) for unit in services.catalogue.playable_ids(title)},
        "episode_list": [
            episode_facts(services, episode, lang, board)
            for episode in sorted(title.episodes, key=lambda found: (found.season, found.number))
        ],
    }
    for name in title.unverified:
        if name in facts:
            facts[name] = [] if isinstance(facts[name], list) else None
    if "duration_s" in title.unverified:
        facts["duration"] = ""
    return facts


def episode_facts(
    services: Services, episode: Episode, lang: str, board: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return what a list of episodes shows."""
    english = lang == "en"
    return {
        "title_id": episode.title_id,
        "season": episode.season,
        "number": episode.number,
        "title": (episode.title_en if english else None) or episode.title_pt,
        "synopsis": (episode.synopsis_en if english else None) or episode.synopsis_pt,
        "duration": duration_text(episode.duration_s),
        "playable": episode.title_id in services.packages,
        "state": unit_state(services, episode.title_id, board),
        "watch_url": f"/watch/{episode.title_id}",
    }
