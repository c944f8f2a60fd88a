"""The published recommendation model: what a viewer's history says of every title, leg by leg.

A leg is one way of scoring: `item-item` (a sum over the history, so its reasons are exact), `factors` (a viewer's
vector solved from the history against the titles' vectors), `popularity` and `trend` (lately against ever). A
history is an argument of every question, so feedback counts at the next one without retraining.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import ials, itemitem, popularity
from bitaca_core.recommend.interactions import Floats, Interactions

ITEM_ITEM = "item-item"
FACTORS = "factors"
POPULARITY = "popularity"
TREND = "trend"
LEGS = (ITEM_ITEM, FACTORS, POPULARITY, TREND)


@dataclass(frozen=True, slots=True)
class Past:
    """One title of a history. `weight` is how much it counts: 1 for watched, 0 for not at all, below 0 against."""

    title_id: str
    weight: float = 1.0
    time_s: float | None = None


@dataclass(frozen=True, slots=True)
class LegScores:
    """What each leg says of each candidate.

    Attributes
    ----------
    items : int64 array of shape (candidates,)
        Places in `RecommendModel.items`.
    values : float32 array of shape (candidates, legs)
        Columns in the order of `names`; larger is better.
    known : int
        How many titles of the history the model knows.
    spread : float32 array of shape (2, legs)
        Mean and standard deviation of each leg over the whole catalogue, for this history.
    """

    names: tuple[str, ...]
    items: NDArray[np.int64]
    values: Floats
    known: int
    spread: Floats

    def leg(self, name: str) -> Floats:
        """Return one leg's column."""
        found: Floats = self.values[:, self.names.index(name)]
        return found

    def normal(self) -> Floats:
        """Return the values less the leg's mean, over its deviation: legs of different units beside each other."""
        found: Floats = (self.values - self.spread[0]) / np.maximum(self.spread[1], 1e-9)
        return found


@dataclass(frozen=True)
class RecommendModel:
    """Everything that serving needs, over `items` (title ids). Arrays only; nothing here is executed code.

    Attributes
    ----------
    weights : scipy CSR float32 of shape (items, items)
        Row: a title of the history; column: a candidate. At most 200 a column.
    factors : float32 array of shape (items, width)
    popularity : Popularity
    left_out : int
        Titles past the 20,000 most met, which have no item-item weights of their own.
    """

    items: tuple[str, ...]
    weights: Any
    factors: Floats
    how: ials.Ials
    popularity: popularity.Popularity
    left_out: int = 0
    seed: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each title id."""
        return {name: place for place, name in enumerate(self.items)}

    @cached_property
    def _gram(self) -> Floats:
        found: Floats = self.how.unobserved * (self.factors.T @ self.factors)
        return found

    @cached_property
    def version(self) -> str:
        """Sixteen hex digits that follow from the content alone."""
        from bitaca_core.recommend.published import digest

        return digest(self)

    def save(self, folder: Any) -> str:
        """Publish under `folder`/<version> and make it current; return the version. See `published.save`."""
        from bitaca_core.recommend.published import save

        return save(self, folder)

    @staticmethod
    def load(folder: Any, version: str | None = None) -> RecommendModel:
        """Open the current model of `folder`, or one version. See `published.load`."""
        from bitaca_core.recommend.published import load

        return load(folder, version)

    def legs(
        self,
        history: Sequence[Past],
        candidates: Sequence[str] | NDArray[np.int64] | None = None,
        *,
        now_s: float | None = None,
    ) -> LegScores:
        """Score candidates by every leg; titles that the model does not know are left out of both lists.

        Parameters
        ----------
        candidates : title ids or places, or None
            All titles where None.
        now_s : float or None
            Seconds since 1970, for what is watched lately; None takes the times of the history.
        """
        known, weight = self._known(history)
        every = np.zeros((len(self.items), len(LEGS)), np.float32)
        every[:, 0] = self._item_item(known, weight)
        every[:, 1] = self._product(known, weight)
        every[:, 2] = self.popularity.share
        times = [now_s] if now_s is not None else [past.time_s for past in history if past.time_s is not None]
        every[:, 3] = self.popularity.at(np.asarray(times, np.float64))
        spread = (
            np.stack([every.mean(0), every.std(0)]) if len(every) else np.zeros((2, len(LEGS)), np.float32)
        )
        chosen = self._places(candidates)
        return LegScores(LEGS, chosen, every[chosen], len(known), spread)

    def score(self, legs: LegScores) -> NDArray[np.float64]:
        """Return one score a candidate, never falling in any leg; popularity fades as the history grows."""
        normal = legs.normal().astype(np.float64)
        fade = 1.0 / (1.0 + legs.known / 4.0)
        own = 1.0 - fade
        mixing = np.array([0.7 * own, 0.3 * own, fade, 0.1])
        found: NDArray[np.float64] = normal @ mixing
        return found

    def terms(self, history: Sequence[Past], candidate: str) -> list[tuple[str, float]]:
        """Return what each title of the history adds to the candidate's item-item leg, largest first.

        The terms sum to the leg exactly; titles that add nothing are left out.
        """
        place = self.index.get(candidate)
        if place is None:
            return []
        known, weight = self._known(history)
        added = weight * np.asarray(self.weights[known, :][:, [place]].todense()).ravel()
        order = sorted(np.flatnonzero(added), key=lambda one: (-added[one], self.items[known[one]]))
        return [(self.items[known[one]], float(added[one])) for one in order]

    # --- parts

    def _places(self, candidates: Sequence[str] | NDArray[np.int64] | None) -> NDArray[np.int64]:
        if candidates is None:
            return np.arange(len(self.items))
        if isinstance(candidates, np.ndarray) and candidates.dtype.kind in "iu":
            return candidates.astype(np.int64)
        found = (self.index.get(str(name)) for name in candidates)
        return np.array([place for place in found if place is not None], np.int64)

    def _known(self, history: Sequence[Past]) -> tuple[NDArray[np.int64], Floats]:
        """Return places and weights of a history; of a repeated title the last weight counts."""
        weights = {self.index[past.title_id]: past.weight for past in history if past.title_id in self.index}
        return np.array(list(weights), np.int64), np.array(list(weights.values()), np.float32)

    def _item_item(self, known: NDArray[np.int64], weight: Floats) -> Floats:
        found = np.zeros(len(self.items), np.float32)
        pointers, columns, data = self.weights.indptr, self.weights.indices, self.weights.data
        for place, much in zip(known, weight, strict=True):
            row = slice(pointers[place], pointers[place + 1])
            found[columns[row]] += much * data[row]
        return found

    def _product(self, known: NDArray[np.int64], weight: Floats) -> Floats:
        liked = known[weight > 0]
        if len(liked) == 0:
            return np.zeros(len(self.items), np.float32)
        met = self.factors[liked]
        penalty = self.how.l2 * (len(liked) + self.how.unobserved * len(self.items)) ** self.how.frequency
        left = self._gram + met.T @ met
        left[np.diag_indices(len(left))] += penalty
        found: Floats = self.factors @ np.linalg.solve(left, met.T @ weight[weight > 0])
        return found


def fit(
    interactions: Interactions,
    seed: int = 0,
    *,
    edlae: itemitem.Edlae | None = None,
    factors: ials.Ials | None = None,
) -> RecommendModel:
    """Fit every leg on all of these interactions.

    Parameters
    ----------
    interactions : Interactions
        Over all titles of the catalogue, met or not.
    """
    how, vectors = edlae or itemitem.Edlae(dropout=0.3), factors or ials.Ials()
    counts = interactions.counts()
    order = np.argsort(-counts, kind="stable")
    kept = np.sort(order[: itemitem.ITEMS_MAX])
    part = interactions if len(kept) == len(counts) else interactions.of_items(kept)
    weights = itemitem.truncate(itemitem.fit(part.matrix(), how))
    if len(kept) < len(counts):
        weights = _spread(weights, kept, len(counts))
    _, of_items = ials.fit(interactions.matrix(), vectors, seed)
    return RecommendModel(
        tuple(str(name) for name in interactions.items),
        weights,
        of_items,
        vectors,
        popularity.fit(interactions),
        left_out=int((counts > 0).sum() - (counts[kept] > 0).sum()),
        seed=seed,
    )


def _spread(weights: Any, kept: NDArray[np.int64], items: int) -> Any:
    """Return the weights of the kept items among all items."""
    from scipy import sparse

    found = weights.tocoo()
    return sparse.csr_matrix((found.data, (kept[found.row], kept[found.col])), shape=(items, items))
