"""The published recommendation model: what a viewer's history says of every title, leg by leg.

A leg is one way of scoring (`legs.py`); `item-item` is a sum over the history, so its reasons are exact. A history
is an argument of every question, so feedback counts at the next one without retraining. For one history this says
what `Legs.scores` says for many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import cold, content, learning, ranker
from bitaca_core.recommend.fitted import digest
from bitaca_core.recommend.interactions import Floats, Interactions
from bitaca_core.recommend.legs import (
    CONTENT,
    FACTORS,
    ITEM_ITEM,
    LEGS,
    POPULARITY,
    RATED,
    TREND,
    Choice,
    Legs,
)
from bitaca_core.recommend.ranker import Ranker

__all__ = [
    "CONTENT",
    "FACTORS",
    "ITEM_ITEM",
    "LEGS",
    "POPULARITY",
    "TREND",
    "LegScores",
    "Past",
    "RecommendModel",
    "fit",
]


@dataclass(frozen=True, slots=True)
class Past:
    """One title of a history.

    `weight` is how much it counts: 1 for watched, 0 for not at all, below 0 against. `liked` is a rating less the
    viewer's mean, in stars.
    """

    title_id: str
    weight: float = 1.0
    time_s: float | None = None
    liked: float = 0.0


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
    deviations : float32 array of shape (candidates, legs)
        The values less the leg's mean, over its standard deviation: legs of different units beside each other.
    spread : float32 array of shape (2, legs)
        Mean and standard deviation of each leg over the whole catalogue, for this history.
    context : float32 array
        What the ranker is told of the history.
    places : int
        Titles in the catalogue.
    """

    names: tuple[str, ...]
    items: NDArray[np.int64]
    values: Floats
    deviations: Floats
    known: int
    spread: Floats
    context: Floats
    places: int

    def leg(self, name: str) -> Floats:
        """Return one leg's column."""
        found: Floats = self.values[:, self.names.index(name)]
        return found


@dataclass(frozen=True)
class RecommendModel:
    """Everything that serving needs, over `items` (title ids). Arrays only; nothing here is executed code.

    Attributes
    ----------
    fitted : Legs
    ranker : Ranker
    counts : int64 array of shape (items,)
        How many viewers met each title.
    """

    items: tuple[str, ...]
    fitted: Legs
    ranker: Ranker
    counts: NDArray[np.int64]
    seed: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def weights(self) -> Any:
        """Item-item weights, CSR: row a title of the history, column a candidate; see `itemitem.serving`."""
        return self.fitted.weights[ITEM_ITEM]

    @property
    def factors(self) -> Floats:
        """The titles' vectors, float32 of shape (items, width)."""
        return self.fitted.factors

    @property
    def left_out(self) -> int:
        """How many met titles have no item-item weights of their own: those past the 20,000 most met."""
        return self.fitted.left_out

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each title id."""
        return {name: place for place, name in enumerate(self.items)}

    @cached_property
    def _popular(self) -> Floats:
        return self.fitted.popularity.share

    @cached_property
    def _gram(self) -> Floats:
        found: Floats = self.fitted.ials.unobserved * (self.factors.T @ self.factors)
        return found

    @cached_property
    def version(self) -> str:
        """Sixteen hex digits that follow from the content alone."""
        return digest(self)

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
        known, weight, liked = self._known(history)
        every = np.zeros((len(LEGS), len(self.items)), np.float32)
        for name, matrix in self.fitted.weights.items():
            every[LEGS.index(name)] = self._sum(matrix, known, weight)
        if liked.any():
            every[LEGS.index(RATED)] = self._sum(self.weights, known, liked)
        every[LEGS.index(FACTORS)] = self._product(known, weight)
        every[LEGS.index(POPULARITY)] = self._popular
        times = [now_s] if now_s is not None else [past.time_s for past in history if past.time_s is not None]
        every[LEGS.index(TREND)] = self.fitted.popularity.at(np.asarray(times, np.float64))
        if len(known):
            every[LEGS.index(CONTENT)] = self.fitted.content @ self._sum(self.fitted.content, known, weight)
        spread = np.zeros((2, len(LEGS)), np.float32)
        normal = every
        if len(self.items):
            spread[0] = every.mean(1)
            normal = every - spread[0][:, None]
            np.sqrt(np.einsum("ij,ij->i", normal, normal) / np.float32(len(self.items)), out=spread[1])
            normal /= np.maximum(spread[1], 1e-9)[:, None]
        chosen = self._places(candidates)
        whole = candidates is None  # a row a leg in memory, as they were made, and nothing copied
        return LegScores(
            LEGS,
            chosen,
            every.T if whole else every[:, chosen].T,
            normal.T if whole else normal[:, chosen].T,
            len(known),
            spread,
            ranker.context(self.counts[known]),
            len(self.items),
        )

    def score(self, legs: LegScores) -> NDArray[np.float64]:
        """Return one score a candidate, never falling in any leg; popularity fades as the history grows.

        The trees rank the leaders of each leg among these candidates; what leads nowhere follows on the mix alone.
        """
        return self.ranker.score_all(legs.values.T, legs.deviations.T, legs.spread, legs.context)

    def terms(self, history: Sequence[Past], candidate: str) -> list[tuple[str, float]]:
        """Return what each title of the history adds to the candidate's item-item leg, largest first.

        The terms sum to the leg exactly; titles that add nothing are left out.
        """
        place = self.index.get(candidate)
        if place is None:
            return []
        known, weight, _ = self._known(history)
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

    def _known(self, history: Sequence[Past]) -> tuple[NDArray[np.int64], Floats, Floats]:
        """Return places, weights and likings of a history; of a repeated title the last one counts."""
        last = {self.index[past.title_id]: past for past in history if past.title_id in self.index}
        weight = np.array([past.weight for past in last.values()], np.float32)
        liked = np.array([past.liked for past in last.values()], np.float32)
        return np.array(list(last), np.int64), weight, liked

    def _sum(self, matrix: Any, known: NDArray[np.int64], weight: Floats) -> Floats:
        """Return the weighted sum of a sparse matrix's rows; a loop over slices, where a sparse product would copy them."""
        found = np.zeros(matrix.shape[1], np.float32)
        pointers, columns, data = matrix.indptr, matrix.indices, matrix.data
        for start, end, much in zip(
            pointers[known].tolist(), pointers[known + 1].tolist(), weight, strict=True
        ):
            found[columns[start:end]] += much * data[start:end]
        return found

    def _product(self, known: NDArray[np.int64], weight: Floats) -> Floats:
        liked = known[weight > 0]
        if len(liked) == 0:
            return np.zeros(len(self.items), np.float32)
        met = self.factors[liked]
        how = self.fitted.ials
        penalty = how.l2 * (len(liked) + how.unobserved * len(self.items)) ** how.frequency
        left = self._gram + met.T @ met
        left[np.diag_indices(len(left))] += penalty
        found: Floats = self.factors @ np.linalg.solve(left, met.T @ weight[weight > 0])
        return found


def fit(
    interactions: Interactions,
    items: Mapping[str, Sequence[str]] | None = None,
    seed: int = 0,
    *,
    texts: Floats | None = None,
    choice: Choice | None = None,
) -> RecommendModel:
    """Choose hyper-parameters, learn the ranker from held-out viewers, and fit every leg on everything.

    Parameters
    ----------
    interactions : Interactions
        Over all titles of the catalogue, met or not.
    items : mapping of title id to words (genres, tags, people), or None
    texts : float32 array of shape (items, dimension), or None
        Unit vectors of the titles' texts.
    choice : Choice or None
        Hyper-parameters; searched where None.
    """
    names = tuple(str(name) for name in interactions.items)
    vectors = content.vectors(names, items or {}, texts)
    learnt = learning.learn(interactions, vectors, seed=seed, choice=choice)
    return of(learnt, names, seed)


def of(learnt: learning.Learnt, items: Sequence[str], seed: int = 0) -> RecommendModel:
    """Return what was learnt as a model that can be published; new titles get what their content tells."""
    names = tuple(str(name) for name in items)
    return RecommendModel(names, cold.extend(learnt.legs, learnt.counts), learnt.ranker, learnt.counts, seed)
