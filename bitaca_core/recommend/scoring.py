"""One score a title for one viewer, from legs whose sums can be taken apart.

Without a published model the item-item leg is a sum of likeness by content over the history; with one, it is the
model's, and content is a leg of its own that also speaks for titles which the model never met. Either way the leg
is a plain sum of one term a title of the history, and `terms` returns them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from bitaca_core.recommend.items import Items
from bitaca_core.recommend.likeness import Content
from bitaca_core.recommend.taste import Evidence, Taste

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bitaca_core.recommend.model import LegScores, Past

    Floats = NDArray[np.float32]
    Places = NDArray[np.int64]

ITEM, FACTORS, BRIEF, CONTENT, PICKS, PRIOR = "item", "factors", "brief", "content", "picks", "prior"
MODEL_LEGS = ((ITEM, "item-item"), (FACTORS, "factors"), (BRIEF, "brief"), (PRIOR, "popularity"))
"""Of these legs of a model the strongest for a title is looked for."""
PICK_WEIGHT = 0.3
PRIOR_WEIGHT = 0.25
"""Of popularity and freshness beside sums over the history: a share that falls as the history grows."""
REFUSED_WEIGHT = 0.7
FRESH_SHARE = 0.35
"""Of the prior; the rest is how many watch a title."""
CONTENT_WEIGHT, PICKS_WEIGHT, FRESH_WEIGHT = 0.5, 0.6, 0.25
"""Beside the model's score, in deviations."""
KEPT_BYTES = 32 * 1024 * 1024
VERDICTS_MAX = 4096
"""Answers to "and without this title?" that are kept, a bit a title."""
UNMET = 0.8
"""A title that the model never met is scored by content, this much of it: what many met is surer."""


class Model(Protocol):
    """What is needed of a published model (`recommend.model.RecommendModel`)."""

    @property
    def items(self) -> tuple[str, ...]: ...

    @property
    def version(self) -> str: ...

    @property
    def weights(self) -> Any: ...

    @property
    def index(self) -> Mapping[str, int]: ...

    def legs(
        self, history: Sequence[Past], candidates: None = None, *, now_s: float | None = None
    ) -> LegScores: ...

    def score(self, legs: LegScores) -> NDArray[np.float64]: ...

    def terms(self, history: Sequence[Past], candidate: str) -> list[tuple[str, float]]: ...


@dataclass(frozen=True, slots=True)
class Scores:
    """What one viewer's history says of every title.

    Attributes
    ----------
    final : float32 array of shape (titles,)
        What rows are ranked by.
    item : float32 array of shape (titles,)
        The item-item leg: the sum of `terms`.
    strength : mapping of leg to float32 array of shape (titles,)
        Legs in one unit, so that a title's largest one can be told.
    prior : float32 array of shape (titles,)
        The prior that they were made with.
    """

    final: Floats
    item: Floats
    strength: dict[str, Floats]
    prior: Floats

    def item_leads(self, places: Places) -> NDArray[np.bool_]:
        """Return where the item-item leg is the largest one, and speaks for the title."""
        own = self.strength[ITEM][places]
        others = [values[places] for leg, values in self.strength.items() if leg != ITEM]
        found: NDArray[np.bool_] = (self.item[places] > 0) & (own >= np.max([own, *others], axis=0))
        return found


class Scorer:
    """Scores over one catalogue, with a model or without.

    Parameters
    ----------
    model : Model or None
    """

    def __init__(self, items: Items, content: Content, model: Model | None = None) -> None:
        self.items, self.content, self.model = items, content, model
        self.version = model.version if model is not None else "content"
        self._verdicts: OrderedDict[object, NDArray[np.uint8]] = OrderedDict()
        self._kept: OrderedDict[object, Scores] = OrderedDict()
        self._kept_max = max(8, KEPT_BYTES // (32 * max(1, len(items))))
        self._lock = threading.Lock()
        if model is not None:
            rows = [items.place.get(title_id, -1) for title_id in model.items]
            met = np.array([place for place in rows if place >= 0], np.int64)
            self._place_of = np.array(rows, np.int64)
            self._row_of = np.zeros(len(items), np.int64)
            self._row_of[met] = np.flatnonzero(self._place_of >= 0)
            self._unmet = np.ones(len(items), bool)
            self._unmet[met] = False
            self._strangers = np.flatnonzero(self._unmet)

    def score_kept(self, taste: Taste, prior: Floats, fresh: Floats, now_s: float) -> Scores:
        """Return `score`, which is asked once while the history, the prior and the day stay the same.

        A home page, the page of a title and Derona ask one after another for one viewer. What is kept is bounded
        (`KEPT_BYTES`) and only read.
        """
        key = (taste.evidence, taste.tastes, now_s, self.content.generation())
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.prior is prior:
                self._kept.move_to_end(key)
                return kept
        found = self.score(taste, prior, fresh, now_s)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self._kept_max:
                self._kept.popitem(last=False)
        return found

    def score(self, taste: Taste, prior: Floats, fresh: Floats, now_s: float) -> Scores:
        """Score every title.

        Parameters
        ----------
        prior, fresh : float32 arrays of shape (titles,)
            How many watch a title and how new it is, 0 to 1.
        """
        near = self._sum(taste.positive)
        against = self._sum(taste.negative)
        picks = self._picks(taste)
        known = (1.0 - FRESH_SHARE) * prior + FRESH_SHARE * fresh
        if self.model is None:
            strength = {ITEM: near, PICKS: PICK_WEIGHT * picks, PRIOR: PRIOR_WEIGHT * known}
            final = near + strength[PICKS] + strength[PRIOR] + REFUSED_WEIGHT * against
            return Scores(final.astype(np.float32), near, strength, prior)
        item, final, strength = self._with_model(taste, near, against, picks, fresh, now_s)
        return Scores(final, item, strength, prior)

    def _with_model(
        self, taste: Taste, near: Floats, against: Floats, picks: Floats, fresh: Floats, now_s: float
    ) -> tuple[Floats, Floats, dict[str, Floats]]:
        assert self.model is not None
        legs = self.model.legs(self._past(taste), now_s=now_s)
        normal = legs.deviations
        score = self.model.score(legs)
        content = _deviations(near)
        strength = {
            leg: self._placed(normal[:, legs.names.index(name)])
            for leg, name in MODEL_LEGS
        } | {CONTENT: content, PICKS: _deviations(picks)}  # fmt: skip
        item = self._placed(legs.leg("item-item"))
        final = self._placed(score)
        unmet = self._strangers
        if len(unmet):
            low = float(final.min(initial=0.0))  # those of strangers are still 0
            item[unmet], strength[ITEM][unmet] = near[unmet], content[unmet]
            final[unmet] = np.maximum(low, UNMET * content[unmet])
        final += CONTENT_WEIGHT * content + PICKS_WEIGHT * picks + FRESH_WEIGHT * fresh
        final += REFUSED_WEIGHT * against / max(float(near.std()), 1e-3)
        return item, final, strength

    def _placed(self, values: Floats | NDArray[np.float64]) -> Floats:
        """Return what the model says of its items, by places of the catalogue; 0 where it never met the title."""
        if not len(values):
            return np.zeros(len(self.items), np.float32)
        found = np.asarray(values, np.float32).take(self._row_of)
        found[self._strangers] = 0.0
        return found

    def _past(self, taste: Taste) -> list[Past]:
        from bitaca_core.recommend.model import Past

        return [Past(self.items.ids[one.place], one.weight, one.time_s) for one in taste.positive]

    def lower_without(
        self, taste: Taste, one: Evidence, scores: Scores, prior: Floats, fresh: Floats, now_s: float
    ) -> NDArray[np.bool_]:
        """Return for which titles the leg falls and the score does not rise when `one` is not counted.

        By content every score is a plain sum of what the history adds, so it holds wherever `one` adds something.
        A model's score is asked again without it; the answer is kept for the next page of the same history.
        """
        if self.model is None:
            found = np.zeros(len(self.items), bool)
            found[self.content.neighbours([one.place])[0][0]] = True
            return found
        key = (taste.evidence, taste.tastes, now_s, one.place, self.content.generation())
        packed = self._verdicts.get(key)
        if packed is None:
            less = self.score(taste.without(one.place), prior, fresh, now_s)
            packed = np.packbits((less.item < scores.item) & (less.final <= scores.final))
            with self._lock:
                self._verdicts[key] = packed
                while len(self._verdicts) > VERDICTS_MAX:
                    self._verdicts.popitem(last=False)
        return np.unpackbits(packed, count=len(self.items)).astype(bool)

    def terms(self, taste: Taste, place: int) -> list[tuple[Evidence, float]]:
        """Return what each title of the history adds to the item-item leg of `place`, largest first.

        They sum to `Scores.item`; titles that add nothing are left out.
        """
        positive = taste.positive
        if self.model is not None and not self._unmet[place]:
            by_id = {self.items.ids[one.place]: one for one in positive}
            found = self.model.terms(self._past(taste), self.items.ids[place])
            return [(by_id[title_id], value) for title_id, value in found]
        near = self.content.neighbours([one.place for one in positive])
        found_near = []
        for one, (places, likeness) in zip(positive, near, strict=True):
            at = np.flatnonzero(places == place)
            if len(at):
                found_near.append((one, one.weight * float(likeness[at[0]])))
        return sorted(found_near, key=lambda pair: (-pair[1], pair[0].title_id))

    def largest(self, taste: Taste, places: Places) -> tuple[NDArray[np.int64], Floats]:
        """Return for each of `places` which positive evidence has the largest term (-1: none), and that term."""
        positive = taste.positive
        table = np.zeros((len(positive), len(places)), np.float32)
        if not positive or not len(places):
            return np.full(len(places), -1, np.int64), np.zeros(len(places), np.float32)
        column = np.full(len(self.items) + 1, -1, np.int64)  # the last is where a place of -1 looks
        column[places] = np.arange(len(places))
        by_content = column
        if self.model is not None:
            self._model_terms(self.model, positive, column, table)
            by_content = np.where(np.append(self._unmet, False), column, -1)
        if self.model is None or self._unmet[places].any():
            near = self.content.neighbours([one.place for one in positive])
            for row, (one, (found, likeness)) in enumerate(zip(positive, near, strict=True)):
                at = by_content[found]
                kept = at >= 0
                table[row, at[kept]] = one.weight * likeness[kept]
        best = table.argmax(0)
        terms = table[best, np.arange(len(places))]
        return np.where(terms > 0, best, -1), terms

    def _model_terms(
        self, model: Model, positive: Sequence[Evidence], column: NDArray[np.int64], table: Floats
    ) -> None:
        weights, index = model.weights, model.index
        for row, one in enumerate(positive):
            known = index.get(self.items.ids[one.place])
            if known is None:
                continue
            part = slice(weights.indptr[known], weights.indptr[known + 1])
            at = column[self._place_of[weights.indices[part]]]
            kept = at >= 0
            table[row, at[kept]] = one.weight * weights.data[part][kept]

    def _sum(self, evidence: Sequence[Evidence]) -> Floats:
        found = np.zeros(len(self.items), np.float32)
        near = self.content.neighbours([one.place for one in evidence])
        for one, (places, likeness) in zip(evidence, near, strict=True):
            found[places] += np.float32(one.weight) * likeness
        return found

    def _picks(self, taste: Taste) -> Floats:
        """Return the share of the picked genres that each title has, 0 to 1."""
        found = np.zeros(len(self.items), np.float32)
        genres = taste.tastes.genres
        for genre in genres:
            found[self.items.shelf(f"genre:{genre}")] += 1.0
        if genres:
            np.minimum(found, 2.0, out=found)
            found *= np.float32(0.5)
        return found


def _deviations(values: Floats) -> Floats:
    """Return the values less their mean, over their deviation; zeros where all are the same."""
    spread = float(values.std())
    if spread < 1e-9:
        return np.zeros(len(values), np.float32)
    found: Floats = ((values - values.mean()) / spread).astype(np.float32)
    return found
