"""Rows for the home page and lists for pages: what to continue, what to watch next, what is like a title.

Everything that a viewer says counts at the next request: scores are sums over the history, and nothing is trained
here. The same viewer, model and day get the same rows. Without a published model, content speaks alone.
"""

from __future__ import annotations

import datetime
import random
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Title
from bitaca_core.recommend import reasons, rerank
from bitaca_core.recommend.items import Items
from bitaca_core.recommend.likeness import Content
from bitaca_core.recommend.rows import (
    EXPLORE_POOL,
    OF_THE_VIEWER,
    ROW_MAX,
    Board,
    Row,
    Scene,
    apart,
    explained,
    recommended,
)  # fmt: skip
from bitaca_core.recommend.scoring import Model, Scorer
from bitaca_core.recommend.taste import Taste, taste_of
from bitaca_core.search.query import Hit, Query, SearchService
from bitaca_core.viewers.marks import Limits, Said
from bitaca_core.viewers.store import Watched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Places = NDArray[np.int64]
    Floats = NDArray[np.float32]

__all__ = ["OF_THE_VIEWER", "ROW_MAX", "Recommender", "Row"]

PLAYABLE_ENOUGH = 24
"""From so many titles on that can be watched, nothing else is recommended; a young house shows its catalogue, too."""
ASK_EVERY_S = 1.0
POPULAR_EVERY_S = 60.0
POPULAR_TITLES = 500
CONTINUE_MIN_S = 5.0
LIKE_POOL = 60


class Viewers(Protocol):
    """What recommendation needs of the viewers' store."""

    def history(self, viewer: str, limit: int = ...) -> list[Watched]: ...

    def popular(self, limit: int = ..., within_days: float = ...) -> list[tuple[str, int]]: ...

    def said(self, viewer: str) -> Said: ...


@dataclass(frozen=True, slots=True)
class _Crowd:
    """What everybody here watched lately: places, most first, and arrays over the titles."""

    places: Places
    counts: Floats
    prior: Floats


@dataclass(frozen=True, slots=True)
class _State:
    """What belongs to one catalogue; replaced as a whole."""

    catalogue: Catalogue
    items: Items
    scorer: Scorer


class Recommender:
    """Rows and lists for one catalogue. `catalogue` may be a callable, so that an ingestion is seen at once.

    Parameters
    ----------
    search : SearchService
        Its vectors, where an index is open, sharpen likeness by content.
    viewers : Viewers or None
    model : Model or None
        A published model.
    playable : callable or None
        Returns the ids (films, shorts, episodes) that can be watched; asked once a second. Search is asked when None.
    clock : callable
        Unix seconds.
    """

    def __init__(
        self,
        search: SearchService,
        catalogue: Catalogue | Callable[[], Catalogue],
        viewers: Viewers | None,
        *,
        model: Model | None = None,
        playable: Callable[[], Collection[str]] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._search = search
        self._source = catalogue
        self._viewers = viewers
        self._model = model
        self._ask_playable = playable
        self._clock = clock
        self._lock = threading.Lock()
        self._made: _State | None = None
        self._ready: tuple[float, Items | None, frozenset[str], Mask] | None = None
        self._crowd: tuple[float, Items, _Crowd] | None = None
        self._languages: dict[tuple[int, tuple[str, ...]], Mask] = {}

    @property
    def model_version(self) -> str:
        """The version of the model that serves; `content` while none was published."""
        return self._model.version if self._model is not None else "content"

    # --- asking

    def rows(
        self, viewer_id: str | None = None, lang: str = "pt", *, max_age: int | None = None
    ) -> list[Row]:
        """Return the home page's rows, best first; no row is empty and no two have one key.

        Parameters
        ----------
        max_age : int or None
            Leave out what is rated above this age in years, beside what the viewer's own limits leave out; an
            unknown rating counts as 18.
        """
        state = self._state()
        if not len(state.items):
            return []
        history, taste, now_s = self._read(viewer_id, state)
        scene = self._scene(state, taste, viewer_id, lang, now_s, max_age)
        fits = self._fits(state, taste.limits, max_age, scene.today)
        board = Board(scene)
        board.add("continue", self._continue(state, history, taste, fits, scene.ready))
        listed = [place for place in taste.listed if fits[place] and place not in taste.seen]
        board.add("list", board.hits(np.array(listed, np.int64), ("list",)))
        recommended(board)
        again = [place for place in taste.liked if fits[place] and scene.ready[place]]
        shown = {hit.title_id for row in board.rows for hit in row.items}
        again = [place for place in again if state.items.ids[place] not in shown]
        board.add("again", board.hits(np.array(again, np.int64), ("again",)))
        return board.rows

    def because(self, viewer_id: str, limit: int = ROW_MAX) -> list[Hit]:
        """Return titles for this viewer from all that it watched and said, each with its reasons.

        Empty for a viewer of whom nothing is known.
        """
        state = self._state()
        _, taste, now_s = self._read(viewer_id, state)
        if not taste.positive and not taste.tastes.genres:
            return []
        scene = self._scene(state, taste, viewer_id, "pt", now_s, None)
        free = scene.allowed.copy()
        for one in taste.positive:
            free[one.place] = False
        pool = rerank.top(np.flatnonzero(free), scene.scores.final, EXPLORE_POOL)
        found = apart(scene, rerank.capped(pool[: 4 * limit], state.items.franchise), limit)
        return self._hits(scene, found, explained(scene, found))

    def like(self, title_ids: Sequence[str], limit: int = 10) -> list[Hit]:
        """Return titles like all of these together, none of them among the answer."""
        state = self._state()
        wanted = list(dict.fromkeys(p for key in title_ids if (p := state.items.place.get(key)) is not None))
        totals = np.zeros(len(state.items), np.float32)
        for places, likeness in state.scorer.content.neighbours(wanted):
            totals[places] += likeness
        totals[wanted] = 0.0
        found = rerank.top(np.flatnonzero(totals > 0), totals, limit)
        ready = self._ready_mask(state.items)
        titles = state.items.titles
        return [
            Hit(
                titles[place].title_id,
                round(float(totals[place]) / len(wanted), 4),
                bool(ready[place]),
                self._shared_with(state.items, wanted, place),
            )
            for place in found.tolist()
        ]

    def more_like(
        self, title_id: str, viewer_id: str | None = None, limit: int = 12, *, max_age: int | None = None
    ) -> list[Hit]:
        """Return "mais como este": its franchise in order, then its makers' other titles, then what is nearest.

        Nothing that the viewer has seen or may not see; never filled up with what is merely there.
        """
        state = self._state()
        items = state.items
        source = items.place.get(title_id)
        if source is None:
            return []
        _, taste, now_s = self._read(viewer_id, state)
        scene = self._scene(state, taste, viewer_id, "pt", now_s, max_age, all_of_it=True)
        title = items.titles[source]
        places, likeness = state.scorer.content.neighbours([source])[0]
        near = dict(zip(places.tolist(), likeness.tolist(), strict=True))
        for place, value in self._model_neighbours(state, source).items():
            near[place] = near.get(place, 0.0) + value
        family = self._family(items, source)
        free = [p for p in dict.fromkeys((*family, *near)) if p != source and scene.allowed[p]]
        ranked = []
        for place in free:
            why = reasons.shared(items.facts(source), items.facts(place))
            group = _group(why)
            order = family.index(place) if group == 0 and place in family else 0
            watchable = group > 0 and not scene.ready[place]
            ranked.append((group, order, watchable, -near.get(place, 0.0), place, why))
        ranked.sort(key=lambda one: one[:5])
        best = max(near.values(), default=1.0) or 1.0
        return [
            Hit(
                items.ids[place],
                round(min(1.0, max(0.0, -negative) / best), 4),
                bool(scene.ready[place]),
                (*why, f"similar:{title.title_id}"),
            )
            for _, _, _, negative, place, why in ranked[:limit]
        ]

    def popular(self, limit: int = ROW_MAX) -> list[Hit]:
        """Return what most viewers watched lately, series counted once; empty while nobody watched anything."""
        state = self._state()
        crowd = self._crowd_of(state.items)
        ready = self._ready_mask(state.items)
        places = sorted(crowd.places.tolist(), key=lambda p: (not ready[p], -float(crowd.counts[p])))[:limit]
        top = float(crowd.counts.max(initial=1.0))
        return [
            Hit(state.items.ids[p], float(crowd.counts[p]) / top, bool(ready[p]), ("popular",))
            for p in places
        ]

    def surprise(self, seed: int, limit: int = 1) -> list[Hit]:
        """Return something to watch by chance: playable while there is anything playable."""
        hits = self._search.search(Query(playable_only=True), ROW_MAX) or self._search.search(
            Query(), ROW_MAX
        )
        return random.Random(seed).sample(hits, min(limit, len(hits)))  # noqa: S311 (no secret)

    def reason(self, hit: Hit, lang: str = "pt") -> str:
        """Return why a title is shown, in words; empty where there is nothing to say."""
        return reasons.sentence(hit.why, self._state().catalogue, lang)

    def may_see(self, viewer_id: str | None, any_id: str) -> bool:
        """Return whether the viewer's limits let this title (or episode) be shown at all."""
        state = self._state()
        place = state.items.place.get(any_id)
        if place is None or viewer_id is None or self._viewers is None:
            return place is not None
        limits = self._viewers.said(viewer_id).limits
        return bool(self._within(state.items, limits, None)[place])

    def hidden(self, viewer_id: str | None) -> frozenset[str]:
        """Return the ids of the titles that the viewer's limits keep from them; empty where there are no limits."""
        if viewer_id is None or self._viewers is None:
            return frozenset()
        limits = self._viewers.said(viewer_id).limits
        if limits.max_age is None and not limits.only_allowed and not limits.languages:
            return frozenset()
        items = self._state().items
        shown = self._within(items, limits, None)
        return frozenset(title_id for title_id, seen in zip(items.ids, shown, strict=True) if not seen)

    # --- parts

    def _state(self) -> _State:
        catalogue = self._source if isinstance(self._source, Catalogue) else self._source()
        made = self._made
        if made is not None and made.catalogue is catalogue:
            return made
        with self._lock:
            if self._made is None or self._made.catalogue is not catalogue:
                items = Items(catalogue)
                vectors = getattr(self._search, "title_vectors", None)
                content = Content(items.titles, *([vectors] if vectors is not None else []))
                self._languages = {}
                self._made = _State(catalogue, items, Scorer(items, content, self._model))
            return self._made

    def _read(self, viewer_id: str | None, state: _State) -> tuple[list[Watched], Taste, float]:
        now_s = self._clock()
        if viewer_id is None or self._viewers is None:
            return [], Taste(), now_s
        history = self._viewers.history(viewer_id)
        said = self._viewers.said(viewer_id)
        day_s = now_s - now_s % 86_400.0  # by the day, so that the same history gives the same rows all day
        return history, taste_of(history, said, state.items, day_s), now_s

    def _scene(
        self, state: _State, taste: Taste, viewer_id: str | None, lang: str, now_s: float,
        max_age: int | None, all_of_it: bool = False,
    ) -> Scene:  # fmt: skip
        items = state.items
        today = datetime.datetime.fromtimestamp(now_s, datetime.UTC).date()
        crowd = self._crowd_of(items)
        fresh = items.on(today).fresh
        day_s = now_s - now_s % 86_400.0
        allowed = self._fits(state, taste.limits, max_age, today)
        ready = self._ready_mask(items)
        if taste.seen:
            allowed[list(taste.seen)] = False
        if not all_of_it and int(ready.sum()) >= PLAYABLE_ENOUGH:
            allowed &= ready
        return Scene(
            state.scorer, taste, state.scorer.score_kept(taste, crowd.prior, fresh, day_s), allowed, ready,
            crowd.prior, fresh, crowd.counts, crowd.places, today, day_s,
            rerank.seed_of(viewer_id or "", state.scorer.version, today.isoformat()), lang,
        )  # fmt: skip

    def _fits(self, state: _State, limits: Limits, max_age: int | None, today: datetime.date) -> Mask:
        """Return what the viewer may be shown today: age, allow-list, language, availability."""
        found: Mask = self._within(state.items, limits, max_age) & state.items.on(today).open
        return found

    def _within(self, items: Items, limits: Limits, max_age: int | None) -> Mask:
        ages = [age for age in (limits.max_age, max_age) if age is not None]
        found: Mask = items.age <= min(ages) if ages else np.ones(len(items), bool)
        if limits.only_allowed:
            found = found & items.mask(limits.allowed)
        if limits.languages:
            key = (id(items), limits.languages)
            if key not in self._languages:
                self._languages[key] = items.follows(limits.languages)
            found = found & self._languages[key]
        return found

    def _ready_mask(self, items: Items) -> Mask:
        now_s = self._clock()
        kept = self._ready
        if kept is not None and kept[1] is items and 0 <= now_s - kept[0] < ASK_EVERY_S:
            return kept[3]
        if self._ask_playable is not None:
            ready = frozenset(self._ask_playable())
        else:
            hits = self._search.search(Query(playable_only=True), limit=max(1, len(items)))
            ready = frozenset(hit.title_id for hit in hits)
        same = kept is not None and kept[1] is items and kept[2] == ready
        mask = kept[3] if kept is not None and same else items.mask(ready)
        self._ready = (now_s, items, ready, mask)
        return mask

    def _crowd_of(self, items: Items) -> _Crowd:
        now_s = self._clock()
        kept = self._crowd
        if kept is not None and kept[1] is items and 0 <= now_s - kept[0] < POPULAR_EVERY_S:
            return kept[2]
        counts = np.zeros(len(items), np.float32)
        order: dict[int, None] = {}
        for any_id, viewers in (
            self._viewers.popular(limit=POPULAR_TITLES) if self._viewers is not None else ()
        ):
            place = items.place.get(any_id)
            if place is not None:
                counts[place] = max(counts[place], viewers)
                order[place] = None
        here = np.log1p(counts) / max(1.0, float(np.log1p(counts.max(initial=0.0))))
        # What a source says of everybody counts until the house has viewers enough to say it itself.
        own = min(1.0, float(counts.sum()) / 200.0)
        prior = np.maximum(here * (0.5 + 0.5 * own), items.known_by * (1.0 - 0.5 * own)).astype(np.float32)
        places = np.array(sorted(order, key=lambda p: -counts[p]), np.int64)
        crowd = _Crowd(places, counts, prior)
        self._crowd = (now_s, items, crowd)
        return crowd

    def _continue(
        self, state: _State, history: list[Watched], taste: Taste, fits: Mask, ready: Mask
    ) -> Iterable[Hit]:
        items = state.items
        stopped = {one.place for one in taste.negative}
        shown: set[int] = set()
        for watched in history:
            place = items.place.get(watched.title_id)
            if place is None or not fits[place] or place in shown or place in stopped:
                continue
            title = items.titles[place]
            if title.episodes:
                shown.add(place)
            target: str | None = watched.title_id
            if watched.finished:
                target = next_episode(state.catalogue, title, watched.title_id)
            elif watched.position_s < CONTINUE_MIN_S:
                target = None
            if target and ready[place]:
                yield Hit(target, 1.0 - watched.share, True, (f"continue:{title.title_id}",))

    def _hits(self, scene: Scene, places: Places, whys: Sequence[tuple[str, ...]]) -> list[Hit]:
        ids = scene.scorer.items.ids
        final = scene.scores.final
        top = float(final[places].max(initial=0.0)) or 1.0
        low = float(min(0.0, final[places].min(initial=0.0)))
        return [
            Hit(
                ids[place], round((float(final[place]) - low) / (top - low), 4), bool(scene.ready[place]), why
            )
            for place, why in zip(places.tolist(), whys, strict=True)
        ]

    def _family(self, items: Items, source: int) -> list[int]:
        """Return the franchise of a title in the order in which to go on: what follows it, then what came before."""
        number = int(items.franchise[source])
        mine = items.titles[source].franchise
        if number < 0 or mine is None:
            return []
        others = [int(place) for place in np.flatnonzero(items.franchise == number) if place != source]

        def order(place: int) -> tuple[bool, float, int]:
            found = items.titles[place].franchise
            assert found is not None
            return (found.order < mine.order, found.order, place)

        return sorted(others, key=order)

    def _model_neighbours(self, state: _State, source: int) -> dict[int, float]:
        """Return what the model's item-item weights bring in for one title, the largest as 0.5."""
        if self._model is None:
            return {}
        from bitaca_core.recommend.model import ITEM_ITEM, Past

        legs = self._model.legs([Past(state.items.ids[source])])
        column = legs.leg(ITEM_ITEM)
        best = [row for row in np.argsort(-column, kind="stable")[:LIKE_POOL].tolist() if column[row] > 0]
        top = float(column[best[0]]) if best else 1.0
        found = {}
        for row in best:
            place = state.items.place.get(self._model.items[int(legs.items[row])])
            if place is not None:
                found[place] = 0.5 * float(column[row]) / top
        return found

    @staticmethod
    def _shared_with(items: Items, wanted: Sequence[int], place: int) -> tuple[str, ...]:
        found = [why for one in wanted for why in reasons.shared(items.facts(one), items.facts(place))]
        return tuple(dict.fromkeys(found))[: reasons.SHARED_MAX] or (f"similar:{items.ids[wanted[0]]}",)


def published_model(folder: Path) -> Model | None:
    """Return the model that was published in a folder; None where none was.

    Raises
    ------
    BitacaError
        It is damaged, or of a later release.
    """
    from bitaca_core.recommend import published

    return published.load(folder) if published.current(folder) is not None else None


def _group(why: tuple[str, ...]) -> int:
    """Return 0 for the same franchise, 1 for the same makers, 2 for everything else."""
    keys = {one.partition(":")[0] for one in why}
    if keys & {"sequel", "prequel", "franchise"}:
        return 0
    return 1 if keys & {"director", "creator"} else 2


def next_episode(catalogue: Catalogue, title: Title, episode_id: str) -> str | None:
    """Return the episode after this one; None after the last, and for what is no series."""
    ids = catalogue.playable_ids(title)
    if episode_id not in ids:
        return None
    return next(iter(ids[ids.index(episode_id) + 1 :]), None)
