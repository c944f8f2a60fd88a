"""What the home page shows, in order: recommendation's rows when it answers, plain shelves until then."""

from __future__ import annotations

from typing import Any

from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.search.query import Query
from gradio_app import titles
from gradio_app.services import Services
from gradio_app.words import words

ROW_MAX = 24


def home_rows(services: Services, viewer: str | None, lang: str) -> list[dict[str, Any]]:
    """Return rows `{key, title, items}`; an item is a card, with its position on "continue" rows."""
    board = services.progress()
    found = [
        *_continue_row(services, viewer, lang, board),
        *_preparing_row(services, lang, board),
        *_recommended_rows(services, viewer, lang, board),
    ]
    return [row for row in found if row["items"]]


def _continue_row(
    services: Services, viewer: str | None, lang: str, board: dict[str, Any]
) -> list[dict[str, Any]]:
    if viewer is None:
        return []
    items = []
    for watched in services.viewers.continue_watching(viewer):
        title = services.catalogue.resolve(watched.title_id)
        if title is None or watched.title_id not in services.packages:
            continue
        card = titles.card(services, title, lang, board)
        card |= {
            "share": round(watched.share, 3),
            "resume": titles.clock_text(watched.position_s),
            "watch_url": f"/watch/{watched.title_id}",
        }
        items.append(card)
    return [{"key": "continue", "title": words(lang)("row_continue"), "items": items}]


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
        if row.key == "continue":
            continue  # ours knows the position and the episode
        items = []
        for hit in row.items[:ROW_MAX]:
            title = services.catalogue.resolve(hit.title_id)
            if title is not None:
                items.append(titles.card(services, title, lang, board))
        found.append({"key": row.key, "title": row.title, "items": items})
    return found or shelves(services, lang, board)


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


def find(services: Services, text: str, lang: str, limit: int) -> list[Title]:
    """Return titles for typed text: name matches first, then the full search; no title twice."""
    hits = list(services.search.suggest(text, limit))
    if len(hits) < limit:
        hits += services.search.search(Query.from_text(text, lang), limit)
    return _unique(services, hits, limit)


def similar(services: Services, title: Title, limit: int = 12, playable_first: bool = True) -> list[Title]:
    """Return titles like this one; what can be watched comes first, in the order of likeness."""
    if services.search is None:
        return []
    found = _unique(services, services.search.similar(title.title_id, limit * 2), limit * 2)
    if playable_first:
        found.sort(key=lambda other: not services.playable(other))
    return found[:limit]


def _unique(services: Services, hits: list[Any], limit: int) -> list[Title]:
    seen: dict[str, Title] = {}
    for hit in hits:
        title = services.catalogue.resolve(hit.title_id)
        if title is not None:
            seen.setdefault(title.title_id, title)
    return list(seen.values())[:limit]
