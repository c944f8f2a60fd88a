"""Rows for the home page: what to continue, what is like what was watched, what is popular, what is ours.

The scorer is content-based and says so: each recommendation cites the watched title that brought it in. Every
row that is returned has something in it, and what can be watched comes first.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.search.filters import duration_of
from bitaca_core.search.query import Hit, Query, SearchService
from bitaca_core.viewers.store import Watched

ROW_MAX = 20
GENRE_ROWS = 5
GENRE_ROW_MIN = 3
BECAUSE_ROWS = 2
SHORT_MAX_S = 15 * 60
"""`Curtinhas`: what fits in a break."""
RECENT_WEIGHT = 0.85
"""Each older title in the history counts for this much of the one after it."""
OWN_SOURCES = ("sample",)
ROW_TITLES = {
    "continue": ("Continue assistindo", "Continue watching"),
    "because": ("Porque você assistiu {name}", "Because you watched {name}"),
    "for-you": ("Para você", "For you"),
    "popular": ("Populares na Bitaca", "Popular at Bitaca"),
    "house": ("Da casa", "Made here"),
    "library": ("Da sua coleção", "From your library"),
    "binge": ("Para maratonar", "To binge"),
    "shorts": ("Curtinhas", "Short and sweet"),
    "brazil": ("Cinema brasileiro", "Brazilian cinema"),
}


class History(Protocol):
    """What recommendation needs of the viewers' store."""

    def history(self, viewer: str, limit: int = ...) -> list[Watched]: ...

    def continue_watching(self, viewer: str, limit: int = ...) -> list[Watched]: ...

    def popular(self, limit: int = ..., within_days: float = ...) -> list[tuple[str, int]]: ...

    def ratings(self, viewer: str) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the home page. `key` is stable; `title` is for people; `items` is never empty.

    In `continue` an item's `title_id` is what to play: a film, a short or an episode.
    """

    key: str
    title: str
    items: tuple[Hit, ...]


class Recommender:
    """Rows and lists for one catalogue. `catalogue` may be a callable, so that an ingestion is seen at once."""

    def __init__(
        self, search: SearchService, catalogue: Catalogue | Callable[[], Catalogue], viewers: History | None
    ) -> None:
        self._search = search
        self._source = catalogue
        self._viewers = viewers

    def _catalogue(self) -> Catalogue:
        return self._source if isinstance(self._source, Catalogue) else self._source()

    def rows(
        self, viewer_id: str | None = None, lang: str = "pt", *, max_age: int | None = None
    ) -> list[Row]:
        """Return the home page's rows, best first; no row is empty and no two have one key.

        Parameters
        ----------
        max_age : int or None
            Leave out what is rated above this age in years; an unknown rating counts as 18.
        """
        catalogue = self._catalogue()
        every = self._search.search(Query(max_age=max_age), limit=max(1, len(catalogue)))
        allowed = {hit.title_id: hit for hit in every}
        rows: list[Row] = []

        def add(key: str, items: Iterable[Hit], name: str = "", title: str | None = None) -> None:
            kept = tuple(items)[:ROW_MAX]
            if kept:
                rows.append(Row(key, title or _row_title(key.split(":")[0], lang).format(name=name), kept))

        if viewer_id is not None:
            add("continue", self._continue(viewer_id, catalogue, allowed))
        add("house", self._of_source(catalogue, allowed, OWN_SOURCES))
        for source, items in self._because_rows(viewer_id, catalogue, allowed):
            add(f"because:{source.title_id}", items, name=source.name(lang))
        if viewer_id is not None and len(self._liked(viewer_id, catalogue)) > BECAUSE_ROWS:
            add("for-you", [hit for hit in self.because(viewer_id) if hit.title_id in allowed])
        add("library", self._of_source(catalogue, allowed, ("library",)))
        add("popular", [hit for hit in self.popular() if hit.title_id in allowed])
        add("shorts", _where(catalogue, allowed, _is_short))
        add("binge", _where(catalogue, allowed, lambda title: title.kind == "series"))
        add(
            "brazil",
            _where(catalogue, allowed, lambda title: "BR" in title.countries and title.source == "real"),
        )
        for genre in self._telling_genres(catalogue, allowed):
            items = [
                Hit(h.title_id, h.score, h.playable, (f"genre:{genre}",))
                for h in _where(catalogue, allowed, _has(genre))
            ]
            add(f"genre:{genre}", items, title=genre_name(genre, lang))
        return rows

    def because(self, viewer_id: str, limit: int = ROW_MAX) -> list[Hit]:
        """Return titles for this viewer from all of the history, each with the watched title that weighed most."""
        liked = self._liked(viewer_id, self._catalogue())
        seen = frozenset(self._seen(viewer_id, self._catalogue()))
        totals: dict[str, float] = {}
        strongest: dict[str, tuple[float, Hit, str]] = {}
        for source, weight in liked:
            for hit in self._search.similar(source.title_id, 2 * ROW_MAX, exclude=seen):
                term = weight * hit.score
                totals[hit.title_id] = totals.get(hit.title_id, 0.0) + term
                if term > strongest.get(hit.title_id, (0.0, hit, ""))[0]:
                    strongest[hit.title_id] = (term, hit, source.title_id)
        best = sorted(totals, key=lambda key: (-totals[key], key))[:limit]
        top = max(totals.values(), default=1.0)
        return [
            Hit(key, round(totals[key] / top, 4), strongest[key][1].playable, (f"history:{strongest[key][2]}", *strongest[key][1].why[1:]))
            for key in best
        ]  # fmt: skip

    def like(self, title_ids: Sequence[str], limit: int = 10) -> list[Hit]:
        """Return titles like all of these together, none of them among the answer."""
        wanted = frozenset(title_ids)
        totals: dict[str, tuple[float, Hit]] = {}
        for title_id in title_ids:
            for hit in self._search.similar(title_id, 3 * limit, exclude=wanted):
                total, strongest = totals.get(hit.title_id, (0.0, hit))
                totals[hit.title_id] = (total + hit.score, max(strongest, hit, key=lambda one: one.score))
        ranked = sorted(totals.items(), key=lambda item: (-item[1][0], item[0]))[:limit]
        return [
            Hit(key, round(total / len(title_ids), 4), hit.playable, hit.why) for key, (total, hit) in ranked
        ]

    def popular(self, limit: int = ROW_MAX) -> list[Hit]:
        """Return what most viewers watched lately, series counted once; empty while nobody watched anything."""
        if self._viewers is None:
            return []
        catalogue = self._catalogue()
        counts: dict[str, int] = {}
        for any_id, viewers in self._viewers.popular(limit=200):
            title = catalogue.resolve(any_id)
            if title is not None:
                counts[title.title_id] = max(counts.get(title.title_id, 0), viewers)
        ready = self._playable(counts)
        ranked = sorted(counts, key=lambda key: (key not in ready, -counts[key]))[:limit]
        top = max(counts.values(), default=1)
        return [Hit(key, counts[key] / top, key in ready, ("popular",)) for key in ranked]

    def surprise(self, seed: int, limit: int = 1) -> list[Hit]:
        """Return something to watch by chance: playable while there is anything playable."""
        hits = self._search.search(Query(playable_only=True), ROW_MAX) or self._search.search(
            Query(), ROW_MAX
        )
        return random.Random(seed).sample(hits, min(limit, len(hits)))  # noqa: S311 (no secret)

    # --- parts

    def _playable(self, title_ids: Iterable[str]) -> set[str]:
        wanted = set(title_ids)
        hits = self._search.search(Query(playable_only=True), limit=max(1, len(self._catalogue())))
        return {hit.title_id for hit in hits if hit.title_id in wanted}

    def _continue(self, viewer_id: str, catalogue: Catalogue, allowed: dict[str, Hit]) -> list[Hit]:
        if self._viewers is None:
            return []
        hits: list[Hit] = []
        series: set[str] = set()
        for watched in self._viewers.history(viewer_id):
            title = catalogue.resolve(watched.title_id)
            if title is None or title.title_id not in allowed or title.title_id in series:
                continue
            if title.episodes:
                series.add(title.title_id)
            target = watched.title_id
            if watched.finished:
                target = _next_episode(catalogue, title, watched.title_id) or ""
            elif watched.position_s < 5.0:
                target = ""
            if target and allowed[title.title_id].playable:
                hits.append(Hit(target, 1.0 - watched.share, True, (f"history:{title.title_id}",)))
        return hits

    def _because_rows(
        self, viewer_id: str | None, catalogue: Catalogue, allowed: dict[str, Hit]
    ) -> list[tuple[Title, list[Hit]]]:
        if viewer_id is None:
            return []
        seen = frozenset(self._seen(viewer_id, catalogue))
        rows = []
        for source, _ in self._liked(viewer_id, catalogue)[:BECAUSE_ROWS]:
            hits = [
                hit
                for hit in self._search.similar(source.title_id, ROW_MAX, exclude=seen)
                if hit.title_id in allowed
            ]
            hits.sort(key=lambda hit: not hit.playable)
            rows.append((source, hits))
        return rows

    def _liked(self, viewer_id: str, catalogue: Catalogue) -> list[tuple[Title, float]]:
        """Return what was watched in earnest (past a fifth, or liked; never disliked), latest first, with weights."""
        if self._viewers is None:
            return []
        ratings = self._viewers.ratings(viewer_id)
        found: dict[str, tuple[Title, float]] = {}
        for watched in self._viewers.history(viewer_id, 100):
            title = catalogue.resolve(watched.title_id)
            if title is None or title.title_id in found:
                continue
            thumb = ratings.get(watched.title_id, ratings.get(title.title_id, 0))
            if thumb < 0 or (thumb == 0 and not watched.finished and watched.share < 0.2):
                continue
            interest = 1.5 if thumb > 0 else 0.5 + 0.5 * (1.0 if watched.finished else watched.share)
            found[title.title_id] = (title, interest * RECENT_WEIGHT ** len(found))
        return list(found.values())

    def _seen(self, viewer_id: str, catalogue: Catalogue) -> set[str]:
        if self._viewers is None:
            return set()
        titles = (catalogue.resolve(watched.title_id) for watched in self._viewers.history(viewer_id))
        return {title.title_id for title in titles if title is not None}

    def _of_source(
        self, catalogue: Catalogue, allowed: dict[str, Hit], sources: tuple[str, ...]
    ) -> list[Hit]:
        return _where(catalogue, allowed, lambda title: title.source in sources)

    def _telling_genres(self, catalogue: Catalogue, allowed: dict[str, Hit]) -> list[str]:
        """Return the genres with most to show, those with something playable first."""
        counts: dict[str, int] = {}
        ready: dict[str, int] = {}
        for title in catalogue.titles:
            hit = allowed.get(title.title_id)
            for genre in title.genres if hit else ():
                counts[genre] = counts.get(genre, 0) + 1
                ready[genre] = ready.get(genre, 0) + (hit is not None and hit.playable)
        full = [genre for genre, count in counts.items() if count >= GENRE_ROW_MIN]
        return sorted(full, key=lambda genre: (-ready[genre], -counts[genre], genre))[:GENRE_ROWS]


def _row_title(key: str, lang: str) -> str:
    return ROW_TITLES[key][0 if lang.startswith("pt") else 1]


def _where(catalogue: Catalogue, allowed: dict[str, Hit], holds: Callable[[Title], bool]) -> list[Hit]:
    """Return the allowed hits of titles for which `holds`, in the order of `allowed` (playable first)."""
    return [hit for key, hit in allowed.items() if (title := catalogue.get(key)) is not None and holds(title)]


def _has(genre: str) -> Callable[[Title], bool]:
    return lambda title: genre in title.genres


def _is_short(title: Title) -> bool:
    duration_s = duration_of(title)
    return title.kind == "short" or (
        title.kind == "film" and duration_s is not None and duration_s <= SHORT_MAX_S
    )


def _next_episode(catalogue: Catalogue, title: Title, episode_id: str) -> str | None:
    """Return the episode after this one; None after the last, and for what is no series."""
    ids = catalogue.playable_ids(title)
    if episode_id not in ids:
        return None
    return next(iter(ids[ids.index(episode_id) + 1 :]), None)
