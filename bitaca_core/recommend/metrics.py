"""How good ranked lists are: pure functions from places of hits to numbers.

Relevance is binary. `hits` is a boolean array of shape (users, places): whether what stands at each place of a
user's list is a target. `targets` is how many targets each user has, at least one.

References
----------
Järvelin and Kekäläinen 2002 (nDCG). Vargas and Castells 2011 (novelty). Abdollahpouri et al. 2019 (popularity
lift). Recall is divided by min(places, targets), as in Liang et al. 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
RESAMPLES = 1000


def top(scores: NDArray[np.float32], places: int) -> NDArray[np.int64]:
    """Return the items of the `places` best scores of each row, best first; ties go to the lower item.

    What scores minus infinity is no candidate: its place holds -1.
    """
    users, items = scores.shape
    found = np.full((users, places), -1, np.int64)
    take = min(places, items)
    if take == 0:
        return found
    edge = np.partition(scores, items - take, axis=1)[:, items - take]
    for user in range(users):
        near = np.flatnonzero(scores[user] >= edge[user])
        near = near[scores[user, near] > -np.inf]
        best = near[np.lexsort((near, -scores[user, near]))][:take]
        found[user, : len(best)] = best
    return found


def hits_of(lists: NDArray[np.int64], targets: Any) -> NDArray[np.bool_]:
    """Say of each place whether it holds a target; `targets` is a CSR matrix of shape (users, items)."""
    found = np.zeros(lists.shape, bool)
    for user, row in enumerate(lists):
        own = targets.indices[targets.indptr[user] : targets.indptr[user + 1]]
        found[user] = np.isin(row, own) & (row >= 0)
    return found


def ndcg(hits: NDArray[np.bool_], targets: NDArray[np.int64], k: int) -> Reals:
    """Return each user's nDCG@k, 0 to 1; a place counts 1 / log2(place + 1), the ideal is all targets first."""
    gain = 1.0 / np.log2(np.arange(2, k + 2))
    shown = hits[:, :k]
    best = np.concatenate([[0.0], np.cumsum(gain)])[np.minimum(targets, k)]
    found: Reals = (shown * gain[: shown.shape[1]]).sum(1) / best
    return found


def recall(hits: NDArray[np.bool_], targets: NDArray[np.int64], k: int) -> Reals:
    """Return each user's share of the targets within k places, of at most k; 0 to 1."""
    found: Reals = hits[:, :k].sum(1) / np.minimum(targets, k)
    return found


def coverage(lists: NDArray[np.int64], items: int, k: int) -> float:
    """Return the share of all items that stand in somebody's first k places."""
    shown = np.unique(lists[:, :k])
    return float((shown >= 0).sum() / items) if items else 0.0


def novelty(lists: NDArray[np.int64], counts: NDArray[np.int64], users: int, k: int) -> float:
    """Return the mean surprise of what is shown, in bits: -log2 of the share of users who met the item.

    What nobody met counts as met by one.
    """
    shown = lists[:, :k]
    shown = shown[shown >= 0]
    if len(shown) == 0:
        return 0.0
    share = np.minimum(np.maximum(counts[shown], 1) / max(users, 1), 1.0)
    return float(-np.log2(share).mean())


def popularity_lift(lists: NDArray[np.int64], counts: NDArray[np.int64], histories: Any, k: int) -> float:
    """Return how much more popular lists are than histories: the ratio of mean counts, less 1; 0 is neither."""
    before, after = [], []
    for user, row in enumerate(lists[:, :k]):
        own = histories.indices[histories.indptr[user] : histories.indptr[user + 1]]
        shown = row[row >= 0]
        if len(own) and len(shown):
            before.append(counts[own].mean())
            after.append(counts[shown].mean())
    return float(np.sum(after) / max(np.sum(before), 1e-12) - 1.0) if before else 0.0


def diversity(lists: NDArray[np.int64], vectors: NDArray[np.float32], k: int) -> Reals:
    """Return each list's mean of 1 - cosine over its pairs; 0 for lists of one. `vectors` are unit rows."""
    found = np.zeros(len(lists))
    for user, row in enumerate(lists[:, :k]):
        shown = vectors[row[row >= 0]]
        if len(shown) > 1:
            alike = float(shown.sum(0) @ shown.sum(0)) - float((shown * shown).sum())
            found[user] = 1.0 - alike / (len(shown) * (len(shown) - 1))
    return found


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % interval."""

    mean: float
    low: float
    high: float


def interval(values: Reals, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """Return the mean over users and its percentile bootstrap interval; of differences it is the paired one."""
    if len(values) == 0:
        return Interval(0.0, 0.0, 0.0)
    random = np.random.default_rng(seed)
    means = np.empty(resamples)
    for start in range(0, resamples, 50):
        stop = min(resamples, start + 50)
        drawn = random.integers(0, len(values), (stop - start, len(values)))
        means[start:stop] = values[drawn].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def summary(values: Mapping[str, float]) -> dict[str, float]:
    """Round for people and JSON: six places."""
    return {name: round(float(value), 6) for name, value in values.items()}
