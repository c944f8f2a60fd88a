"""The legs of a recommendation: each says of every title how well it follows on a history, in its own unit.

`fit` learns them all from interactions, `scores` asks them about many histories at once (for judging and for
learning the ranker); `RecommendModel.legs` asks about one history the same way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bitaca_core.recommend import baselines, brief, ials, itemitem, popularity
from bitaca_core.recommend.interactions import Floats, Interactions

ITEM_ITEM = "item-item"
RATED = "rated"
NEIGHBOUR = "neighbour"
FACTORS = "factors"
POPULARITY = "popularity"
TREND = "trend"
CONTENT = "content"
BRIEF = "brief"
LEGS = (ITEM_ITEM, RATED, NEIGHBOUR, FACTORS, POPULARITY, TREND, CONTENT, BRIEF)


@dataclass(frozen=True, slots=True)
class Choice:
    """Hyper-parameters of the legs."""

    edlae: itemitem.Edlae = field(
        default_factory=lambda: itemitem.Edlae(l2=200.0, dropout=0.25, user_power=0.2)
    )
    ials: ials.Ials = field(default_factory=ials.Ials)
    ease_l2: float = 200.0
    """The best penalty without dropout: what EASE is judged with."""
    knn: baselines.ItemKnn = field(default_factory=baselines.ItemKnn)


@dataclass(frozen=True, slots=True)
class Legs:
    """Fitted legs over the same items.

    Attributes
    ----------
    weights : mapping of leg to scipy CSR float32 of shape (items, items)
        Legs that are sums over the history; row: a title of the history, column: a candidate.
    factors : float32 array of shape (items, width)
    content : scipy CSR float32 of shape (items, words)
        Unit rows; empty where nothing is known.
    left_out : int
        Titles that were met and have no item-item weights of their own.
    took_s : mapping of leg to float
        Processor seconds of the fits; empty for legs that were read from disk.
    """

    weights: Mapping[str, Any]
    factors: Floats
    ials: ials.Ials
    popularity: popularity.Popularity
    content: Any
    left_out: int = 0
    took_s: Mapping[str, float] = field(default_factory=dict)

    def scores(self, shown: Interactions) -> Floats:
        """Return what every leg says, float32 of shape (users, legs, items)."""
        history = shown.matrix()
        found = np.zeros((history.shape[0], len(LEGS), history.shape[1]), np.float32)
        for name, matrix in self.weights.items():
            found[:, LEGS.index(name)] = (history @ matrix).toarray()
        found[:, LEGS.index(RATED)] = (shown.ratings() @ self.weights[ITEM_ITEM]).toarray()
        found[:, LEGS.index(FACTORS)] = self.product(shown)
        found[:, LEGS.index(POPULARITY)] = self.popularity.share
        found[:, LEGS.index(TREND)] = self._trend(shown)
        found[:, LEGS.index(CONTENT)] = ((history @ self.content) @ self.content.T).toarray()
        return found

    def product(self, shown: Interactions) -> Floats:
        """Return each user's vector, solved from the history, times the titles' vectors."""
        found: Floats = ials.half(shown.matrix(), self.factors, self.ials) @ self.factors.T
        return found

    def factors_unit(self) -> Floats:
        """Return the titles' vectors at length 1, for how alike two titles are."""
        length = np.linalg.norm(self.factors, axis=1, keepdims=True)
        found: Floats = self.factors / np.maximum(length, 1e-12)
        return found

    def _trend(self, shown: Interactions) -> Floats:
        slots = len(self.popularity.lift)
        if shown.time is None or slots == 0:
            return np.zeros(shown.shape, np.float32)
        slot = self.popularity.slots(shown.time)
        weight = np.zeros((len(shown.users), slots), np.float32)
        np.add.at(weight, (shown.user, slot), 1.0)
        weight /= np.maximum(weight.sum(1, keepdims=True), 1.0)
        found: Floats = weight @ self.popularity.lift
        return found


def fit(interactions: Interactions, choice: Choice, content: Any, seed: int = 0) -> Legs:
    """Fit every leg. `content` is a CSR matrix of unit rows, one an item."""
    matrix = interactions.matrix()
    counts = interactions.counts()
    most = np.sort(np.argsort(-counts, kind="stable")[: itemitem.ITEMS_MAX])
    whole = len(most) == len(counts)
    part = matrix if whole else matrix[:, most]
    took_s: dict[str, float] = {}

    def timed(name: str, made: Callable[[], Any]) -> Any:
        start = time.process_time()
        found = made()
        took_s[name] = time.process_time() - start
        return found

    weights = {
        ITEM_ITEM: timed(ITEM_ITEM, lambda: itemitem.serving(part, choice.edlae)),
        NEIGHBOUR: timed(NEIGHBOUR, lambda: baselines.item_knn(part, choice.knn)),
        BRIEF: timed(BRIEF, lambda: brief.fit(part)),
    }
    if not whole:
        weights = {name: itemitem.among(found, most, len(counts)) for name, found in weights.items()}
    _, of_items = timed(FACTORS, lambda: ials.fit(matrix, choice.ials, seed))
    return Legs(
        weights,
        of_items,
        choice.ials,
        popularity.fit(interactions),
        content,
        left_out=int((counts > 0).sum() - (counts[most] > 0).sum()),
        took_s=took_s,
    )
