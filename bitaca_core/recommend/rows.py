"""The home page's rows from one viewer's scores: each with a condition that holds, no title in two of them.

`continue`, `list` and `again` are about what the viewer began, keeps or has seen. Every other row is a
recommendation: nothing in it was seen, refused, is too old for the viewer or cannot be followed, no franchise has
more than two places, and a title stands in the first row that wants it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from bitaca_core.catalogue.vocabulary import genre_name
from bitaca_core.recommend import reasons, rerank
from bitaca_core.recommend.scoring import BRIEF, FACTORS, ITEM, PICKS, PRIOR, Scorer, Scores
from bitaca_core.recommend.taste import Evidence, Taste
from bitaca_core.recommend.wording import row_title
from bitaca_core.search.query import Hit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Places = NDArray[np.int64]
    Floats = NDArray[np.float32]

ROW_MAX = 20
ROW_MIN = 3
"""A shelf with fewer is not worth a row; what is the viewer's own is."""
BECAUSE_ROWS = 2
BECAUSE_MIN = 3
GENRE_ROWS = 4
MOOD_ROWS = 3
POOL = 80
EXPLORE_POOL = 400
"""How far down the ranking chance may reach."""
OF_THE_VIEWER = frozenset(("continue", "list", "again"))
"""Rows of what the viewer knows; all others recommend."""
CITED = {"watched": "history", "liked": "liked", "picked": "picked", "listed": "listed"}
"""How a title of the history is cited, by what made it one."""
BECAUSE = frozenset(("watched", "liked"))
"""What has a row of its own."""
SMALL = frozenset(("house", "library", "popular"))
"""Rows that are worth showing with one title."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the home page. `key` is stable; `title` is for people; `items` is never empty.

    In `continue` an item's `title_id` is what to play: a film, a short or an episode.
    """

    key: str
    title: str
    items: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a page's rows are made from, as it stands at one request.

    Attributes
    ----------
    allowed : bool array of shape (titles,)
        What may be recommended to the viewer.
    ready : bool array of shape (titles,)
        What can be watched.
    prior, fresh, met : float32 arrays of shape (titles,)
        The prior of popularity, how new, how many viewers here.
    local : int64 array
        What viewers here watched lately, most first.
    """

    scorer: Scorer
    taste: Taste
    scores: Scores
    allowed: Mask
    ready: Mask
    prior: Floats
    fresh: Floats
    met: Floats
    local: Places
    today: datetime.date
    now_s: float
    seed: int
    lang: str
    _cited: dict[int, tuple[int, float]] = field(default_factory=dict, repr=False)

    def largest(self, places: Places) -> tuple[NDArray[np.int64], Floats]:
        """Return `Scorer.largest`; what one row of a page asked is known to the next."""
        known = self._cited
        if any(place not in known for place in places.tolist()):
            numbers, terms = self.scorer.largest(self.taste, places)
            pairs = zip(numbers.tolist(), terms.tolist(), strict=True)
            known.update(zip(places.tolist(), pairs, strict=True))
            return numbers, terms
        found = [known[place] for place in places.tolist()]
        return (
            np.array([number for number, _ in found], np.int64),
            np.array([term for _, term in found], np.float32),
        )


@dataclass(slots=True)
class Board:
    """Rows being filled; what is taken is in no later row."""

    scene: Scene
    rows: list[Row] = field(default_factory=list)
    free: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.free = self.scene.allowed.copy()

    def add(self, key: str, hits: Iterable[Hit], title: str | None = None) -> None:
        """Add a row of hits as they are, if there are any."""
        found = tuple(hits)[:ROW_MAX]
        if found:
            self.rows.append(Row(key, title or row_title(key, self.scene.lang), found))
            place_of = self.scene.scorer.items.place
            taken = (place_of.get(hit.title_id) for hit in found)
            self.free[[place for place in taken if place is not None]] = False

    def shelf(
        self, key: str, places: Places, why: str, title: str | None = None, ranked: bool = True
    ) -> None:
        """Add a row of what is free of `places`: what can be watched first, then by score (or as they come)."""
        scene = self.scene
        kept = places[self.free[places]]
        plays = scene.ready[kept]
        parts = [kept] if plays.all() else [kept[plays], kept[~plays]]
        if ranked:
            parts = [rerank.top(part, scene.scores.final, 2 * ROW_MAX) for part in parts]
        kept = np.concatenate([part[: 4 * ROW_MAX] for part in parts])
        kept = rerank.capped(kept, scene.scorer.items.franchise, count=ROW_MAX)
        if len(kept) >= (1 if key.partition(":")[0] in SMALL else ROW_MIN):
            self.add(key, self.hits(kept, (why,)), title)

    def hits(self, places: Places, why: tuple[str, ...]) -> list[Hit]:
        """Return hits of `places` that all have one reason."""
        return self.hits_with(places, repeat(why))

    def hits_with(self, places: Places, whys: Iterable[tuple[str, ...]]) -> list[Hit]:
        """Return hits of `places`, each with its own reasons."""
        scene = self.scene
        ids = scene.scorer.items.ids
        scores = np.round(scene.scores.final[places], 4).tolist()
        ready = scene.ready[places].tolist()
        return [
            Hit(ids[at], score, plays, why)
            for at, score, plays, why in zip(places.tolist(), scores, ready, whys, strict=False)
        ]


def recommended(board: Board) -> None:
    """Add every row of recommendations, best first."""
    scene = board.scene
    items = scene.scorer.items
    personal = bool(scene.taste.positive) or bool(scene.taste.tastes.genres)
    plays = int((scene.allowed & scene.ready).sum())
    young = ROW_MIN <= plays < int(scene.allowed.sum())
    because = because_rows(board) if scene.taste.positive else []
    if personal and young:  # what little can be watched is for the viewer first
        for_you(board)
    if because:
        _add_because(board, because[0])
    if personal and not young:
        for_you(board)
    board.shelf("house", items.shelf("source:sample"), "source:sample")
    board.shelf("library", items.shelf("source:library"), "source:library")
    board.shelf("new", items.on(scene.today).new, "new", ranked=False)
    board.shelf("popular", scene.local, "popular", ranked=False)
    if len(scene.local) < ROW_MIN:
        board.shelf("known", np.flatnonzero(items.known_by >= 0.25), "known")
    for extra in because[1:BECAUSE_ROWS]:
        _add_because(board, extra)
    board.shelf("short", items.shelf("short"), "short")
    moods, genres = best_shelves(board)
    for key in moods[:1]:
        board.shelf(key, items.shelf(key), key)
    board.shelf("binge", items.shelf("binge"), "binge")
    for key in genres[:2]:
        board.shelf(key, items.shelf(key), key, genre_name(key[6:], scene.lang))
    for key in moods[1:]:
        board.shelf(key, items.shelf(key), key)
    board.shelf("brazil", items.shelf("brazil"), "brazil")
    for key in genres[2:]:
        board.shelf(key, items.shelf(key), key, genre_name(key[6:], scene.lang))


def candidates(board: Board, only: Mask | None = None) -> Places:
    """Return the best free titles for this viewer, best first: those it picked itself are no news."""
    scene = board.scene
    free = board.free.copy() if only is None else board.free & only
    for one in scene.taste.positive:
        free[one.place] = False
    return rerank.top(np.flatnonzero(free), scene.scores.final, EXPLORE_POOL)


def because_rows(board: Board) -> list[tuple[Evidence, list[Hit]]]:
    """Return up to `BECAUSE_ROWS` rows of titles that one watched title brought in, heaviest first.

    A title is in the row of X where X is the largest term of its item-item leg, that leg is its largest, and its
    score without X in the history is not higher.
    """
    scene = board.scene
    pool = candidates(board)
    leads = scene.scores.item_leads(pool)
    cited, terms = scene.largest(pool)
    cited, terms = cited[leads], terms[leads]
    pool = pool[leads]
    positive = scene.taste.positive
    weight: dict[int, float] = {}
    for number, term in zip(cited.tolist(), terms.tolist(), strict=True):
        if number >= 0 and positive[number].source in BECAUSE:
            weight[number] = weight.get(number, 0.0) + term
    rows = []
    for number in sorted(weight, key=lambda one: (-weight[one], one)):
        one = positive[number]
        places = pool[cited == number]
        if len(places) < BECAUSE_MIN:
            continue
        places = cited_by(scene, one, places)
        places = rerank.capped(places, scene.scorer.items.franchise)
        if len(places) >= BECAUSE_MIN:
            places = apart(scene, places[:POOL], ROW_MAX)
            rows.append((one, _because_hits(board, one, places)))
        if len(rows) == BECAUSE_ROWS:
            break
    return rows


def cited_by(scene: Scene, one: Evidence, places: Places) -> Places:
    """Return those of `places` whose score does not rise, and whose leg falls, when `one` is not counted."""
    if not len(places):
        return places
    lower = scene.scorer.lower_without(scene.taste, one, scene.scores, scene.prior, scene.fresh, scene.now_s)
    found: Places = places[lower[places]]
    return found


def _because_hits(board: Board, one: Evidence, places: Places) -> list[Hit]:
    items = board.scene.scorer.items
    source, cited = items.facts(one.place), f"{CITED[one.source]}:{items.ids[one.place]}"
    whys = [(cited, *reasons.shared(source, items.facts(place))) for place in places.tolist()]
    return board.hits_with(places, whys)


def _add_because(board: Board, row: tuple[Evidence, list[Hit]]) -> None:
    scene = board.scene
    one, hits = row
    left = [hit for hit in hits if board.free[scene.scorer.items.place[hit.title_id]]]
    if len(left) >= BECAUSE_MIN:
        left.sort(key=lambda hit: not hit.playable)
        source = scene.scorer.items.titles[one.place]
        title = row_title(
            "because" if one.source == "watched" else "because-liked", scene.lang, source.name(scene.lang)
        )
        board.add(f"because:{source.title_id}", left, title)


def for_you(board: Board) -> None:
    """Add the row of the best of everything, kept apart from one another, with a little left to chance.

    Only of what can be watched: a young house shows the rest of its catalogue on shelves, marked as such.
    """
    scene = board.scene
    pool = candidates(board, only=scene.ready)
    if len(pool) < ROW_MIN:
        pool = candidates(board)
    best = rerank.capped(pool[:POOL], scene.scorer.items.franchise)
    row = apart(scene, best, ROW_MAX)
    rest = np.setdiff1d(pool[len(pool) // 4 :], row)
    row, strange = rerank.explored(row, rest, scene.met, scene.seed)
    row = playable_first(rerank.capped(row, scene.scorer.items.franchise), scene.ready)
    whys = explained(scene, row)
    whys = [("explore",) if place in strange else why for place, why in zip(row.tolist(), whys, strict=True)]
    board.add("for-you", board.hits_with(row, whys))


def apart(scene: Scene, places: Places, count: int) -> Places:
    """Order `places` (best first) so that neighbours in the row differ, as far as the viewer wants."""
    diversity = scene.taste.limits.diversity
    if diversity <= 0 or len(places) < 3:
        return places[:count]
    likeness = scene.scorer.content.likeness(places)
    found: Places = places[rerank.spread_apart(scene.scores.final[places], likeness, diversity, count)]
    return found


def explained(scene: Scene, places: Places) -> list[tuple[str, ...]]:
    """Return the reasons of each title, strongest first: by its largest leg."""
    leads = scene.scores.item_leads(places)
    cited, _ = scene.largest(places)
    verified: dict[int, set[int]] = {}
    for number in _commonest(cited[leads])[:BECAUSE_ROWS]:
        one = scene.taste.positive[number]
        verified[number] = set(cited_by(scene, one, places[(cited == number) & leads]).tolist())
    found = []
    for place, number, lead in zip(places.tolist(), cited.tolist(), leads.tolist(), strict=True):
        found.append(_why(scene, place, number, lead and place in verified.get(number, ())))
    return found


def _commonest(numbers: NDArray[np.int64]) -> list[int]:
    values, counts = np.unique(numbers[numbers >= 0], return_counts=True)
    return [int(value) for value in values[np.lexsort((values, -counts))]]


def _why(scene: Scene, place: int, number: int, cites: bool) -> tuple[str, ...]:
    items = scene.scorer.items
    common: tuple[str, ...] = ()
    if number >= 0:
        one = scene.taste.positive[number]
        common = reasons.shared(items.facts(one.place), items.facts(place))
        if cites:
            return (f"{CITED[one.source]}:{items.ids[one.place]}", *common)
    strength = {leg: float(values[place]) for leg, values in scene.scores.strength.items() if leg != ITEM}
    largest = max(strength, key=lambda leg: strength[leg]) if strength else PRIOR
    taste = [f"taste:{genre}" for genre in scene.taste.tastes.genres if genre in items.titles[place].genres]
    if largest == PICKS and taste:
        return (*taste, *common)
    if largest in (PRIOR, FACTORS, BRIEF) and not common:
        return (*_standing(scene, place), *taste)
    return common or (*taste, *_standing(scene, place))


def _standing(scene: Scene, place: int) -> tuple[str, ...]:
    """Return what is known of a title without the viewer: many watch it here, it is new, many know it."""
    found = []
    if place in scene.local[:50]:
        found.append("popular")
    if scene.fresh[place] >= 0.4:
        found.append("new")
    if scene.scorer.items.known_by[place] >= 0.25:
        found.append("known")
    return tuple(found)


def best_shelves(board: Board) -> tuple[list[str], list[str]]:
    """Return the mood and the genre shelves with most for this viewer: of its best titles, and of what plays here."""
    scene = board.scene
    keys, members = scene.scorer.items.members()
    if not keys:
        return [], []
    free = members @ board.free.astype(np.float32)
    pool = candidates(board)
    there = members[:, pool]
    low = float(scene.scores.final[pool].min(initial=0.0))
    worth = there @ (scene.scores.final[pool] - low) + there @ (0.25 * scene.ready[pool]).astype(np.float32)
    worth /= np.maximum(1.0, np.sqrt(free))  # so that the largest genre is not everybody's first
    if not scene.taste.evidence:
        worth *= [1.0 + rerank.seed_of(scene.seed, key) % 1000 / 2000 for key in keys]
    order = [keys[row] for row in np.argsort(-worth, kind="stable") if free[row] >= ROW_MIN]
    moods = [key for key in order if key.startswith("mood:")][:MOOD_ROWS]
    return moods, [key for key in order if key.startswith("genre:")][:GENRE_ROWS]


def playable_first(places: Places, ready: Mask) -> Places:
    """Return `places` with what can be watched first, otherwise in their order."""
    there = ready[places]
    found: Places = np.concatenate([places[there], places[~there]])
    return found
