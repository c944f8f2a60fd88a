"""What the home page shows, in order: recommendation's rows when it answers, plain shelves until then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.search.words import read_query
from gradio_app import titles
from gradio_app.services import Services
from gradio_app.words import words

ROW_MAX = 24


def home_rows(services: Services, viewer: str | None, lang: str) -> list[dict[str, Any]]:
    """Return rows `{key, title, items}`; an item is a card, with its position on "continue" rows.

    A recommended card says why it is shown (`reason`), where the row does not say it already.
    """
    board = services.progress()
    recommended = _recommended_rows(services, viewer, lang, board)
    own = [row for row in recommended if row["key"] == "continue"]
    found = [
        *(own if services.recommender is not None else _continue_row(services, viewer, lang, board)),
        *_preparing_row(services, lang, board),
        *(row for row in recommended if row["key"] != "continue"),
    ]
    return [row for row in found if row["items"]]


def _continue_row(
    services: Services, viewer: str | None, lang: str, board: dict[str, Any]
) -> list[dict[str, Any]]:
    if viewer is None:
        return []
    units = [watched.title_id for watched in services.viewers.continue_watching(viewer)]
    items = _going_on(services, viewer, units, lang, board)
    return [{"key": "continue", "title": words(lang)("row_continue"), "items": items}]


def _going_on(
    services: Services, viewer: str, units: list[str], lang: str, board: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return cards of films and episodes to go on with: from where they stopped, or the next one."""
    say = words(lang)
    watched = {one.title_id: one for one in services.viewers.history(viewer)}
    items = []
    for unit in units:
        title = services.catalogue.resolve(unit)
        if title is None or unit not in services.packages:
            continue
        there = watched.get(unit)
        begun = there is not None and not there.finished and there.position_s > 0
        episode = services.catalogue.episode(unit)
        at = titles.clock_text(there.position_s) if there is not None and begun else "0:00"
        go_on = say("continue_from", at=at)
        if episode is not None:
            number = say("episode_number", number=episode.number)
            go_on = f"{number} · {at}" if begun else number
        items.append(
            titles.card(services, title, lang, board)
            | {
                "share": round(there.share, 3) if there is not None and begun else 0.0,
                "resume": at,
                "go_on": go_on,
                "watch_url": f"/watch/{unit}",
            }
        )
    return items


def _preparing_row(services: Services, lang: str, board: dict[str, Any]) -> list[dict[str, Any]]:
    working, waiting = [], []
    for title in services.catalogue.titles:
        if titles.preparing(services, title, board) is not None:
            working.append(title)
        elif titles.queued(services, title, board):
            waiting.append(title)
    items = _cards(services, [*working, *waiting], lang, board)
    return [{"key": "preparing", "title": words(lang)("row_preparing"), "items": items}]


def _recommended_rows(
    services: Services, viewer: str | None, lang: str, board: dict[str, Any]
) -> list[dict[str, Any]]:
    if services.recommender is None:
        return shelves(services, lang, board)
    found = []
    for row in services.recommender.rows(viewer, lang):
        if row.key == "continue" and viewer is not None:
            items = _going_on(services, viewer, [hit.title_id for hit in row.items], lang, board)
        else:
            items = [
                titles.card(services, title, lang, board) | _reason(services, row.key, hit, lang)
                for hit in row.items[:ROW_MAX]
                if (title := services.catalogue.resolve(hit.title_id)) is not None
            ]
        found.append({"key": row.key, "title": row.title, "items": items})
    return found or shelves(services, lang, board)


def _reason(services: Services, key: str, hit: Any, lang: str) -> dict[str, Any]:
    """Return why a card is in its row, where the row's name is not the reason."""
    if key == "for-you":
        return {"reason": services.recommender.reason(hit, lang)}
    if key.startswith("because:"):  # the row names the title; the card, what the two share
        return {"reason": services.recommender.reason(replace(hit, why=hit.why[1:]), lang)}
    return {}


def shelves(services: Services, lang: str, board: dict[str, Any]) -> list[dict[str, Any]]:
    """Return rows that need no search: what plays here, then one row a genre, playable titles first."""
    say = words(lang)
    playable = [title for title in services.catalogue.titles if services.playable(title)]
    found = [
        {"key": "playable", "title": say("row_playable"), "items": _cards(services, playable, lang, board)}
    ]
    by_genre: dict[str, list[Title]] = {}
    for title in services.catalogue.titles:
        for genre in title.genres:
            by_genre.setdefault(genre, []).append(title)
    for genre, members in sorted(by_genre.items(), key=lambda pair: -len(pair[1])):
        if len(members) >= 4:
            members.sort(key=lambda title: not services.playable(title))
            name = genre_name(genre, lang)
            found.append(
                {"key": f"genre:{genre}", "title": name, "items": _cards(services, members, lang, board)}
            )
    return found


def _cards(
    services: Services, members: list[Title], lang: str, board: dict[str, Any]
) -> list[dict[str, Any]]:
    return [titles.card(services, title, lang, board) for title in members[:ROW_MAX]]


def find(services: Services, text: str, lang: str, limit: int, viewer: str | None = None) -> list[Title]:
    """Return titles for typed text: name matches first, then the full search; no title twice."""
    search = services.search_for(viewer)
    hits = list(search.suggest(text, limit))
    if len(hits) < limit:
        hits += search.search(read_query(text, lang), limit)
    return _unique(services, hits, limit)


def similar(
    services: Services, title: Title, limit: int = 12, playable_first: bool = True, viewer: str | None = None
) -> list[Title]:
    """Return titles like this one: its franchise and makers first; `more_like` says why, too."""
    return [found for found, _ in more_like(services, title, limit, viewer, playable_first=playable_first)]


def more_like(
    services: Services, title: Title, limit: int = 12, viewer: str | None = None, lang: str = "pt",
    *, playable_first: bool = False,
) -> list[tuple[Title, str]]:  # fmt: skip
    """Return titles like this one, each with the reason in words (empty where there is none to say).

    With `playable_first`, what can be watched comes first, in the order of likeness.
    """
    if services.recommender is not None:
        hits = services.recommender.more_like(title.title_id, viewer, limit * 2)
        reasons = {hit.title_id: services.recommender.reason(hit, lang) for hit in hits}
    elif services.search is not None:
        hits = services.search.similar(title.title_id, limit * 2)
        reasons = {}
    else:
        return []
    found = [(other, reasons.get(other.title_id, "")) for other in _unique(services, hits, limit * 2)]
    if playable_first:
        found.sort(key=lambda pair: not services.playable(pair[0]))
    return found[:limit]


def _unique(services: Services, hits: list[Any], limit: int) -> list[Title]:
    seen: dict[str, Title] = {}
    for hit in hits:
        title = services.catalogue.resolve(hit.title_id)
        if title is not None:
            seen.setdefault(title.title_id, title)
    return list(seen.values())[:limit]
