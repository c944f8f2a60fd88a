"""Lists that vary: maximal marginal relevance, and what it costs.

References
----------
Carbonell and Goldstein 1998, The Use of MMR, Diversity-Based Reranking for Reordering Documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import metrics
from bitaca_core.recommend.interactions import Floats
from bitaca_core.recommend.learning import Learnt
from bitaca_core.recommend.protocols import Asked

POOL = 50
"""Candidates that a list of ten is drawn from."""
TRADES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3)


@dataclass(frozen=True, slots=True)
class Trade:
    """What one setting reaches: mean nDCG, diversity and coverage of the first places."""

    setting: float
    ndcg: float
    diversity: float
    coverage: float


def rerank(scores: NDArray[np.float64], vectors: Floats, setting: float, places: int) -> NDArray[np.int64]:
    """Return the order of the first `places`: each maximises (1 - setting) x score - setting x likest before it.

    Parameters
    ----------
    scores : float64 array of shape (n,)
        Brought to 0 to 1 over the pool first.
    vectors : float32 array of shape (n, width)
        Unit rows.
    """
    count = len(scores)
    if count == 0:
        return np.zeros(0, np.int64)
    low, high = scores.min(), scores.max()
    value = (1.0 - setting) * (scores - low) / max(high - low, 1e-12)
    likest = np.zeros(count)
    free = np.ones(count, bool)
    order = []
    for _ in range(min(places, count)):
        best = int(np.argmax(np.where(free, value - setting * likest, -np.inf)))
        order.append(best)
        free[best] = False
        likest = np.maximum(likest, vectors @ vectors[best])
    return np.array(order, np.int64)


def trades(learnt: Learnt, asked: Asked, *, k: int = 10, settings: Sequence[float] = TRADES) -> list[Trade]:
    """Return what each setting costs and brings for the users who are asked about."""
    questions = learnt.questions(asked)
    score = learnt.ranker.score(questions.features)
    pools = questions.lists(score, POOL)
    vectors = learnt.legs.factors_unit()
    some = questions.targets > 0
    found = []
    for setting in settings:
        lists = np.full((len(pools), k), -1, np.int64)
        hits = np.zeros((len(pools), k), bool)
        for user, pool in enumerate(pools):
            rows = pool[pool >= 0]
            order = rows[rerank(score[rows], vectors[questions.item[rows]], setting, k)]
            lists[user, : len(order)] = questions.item[order]
            hits[user, : len(order)] = questions.target[order]
        found.append(
            Trade(
                setting,
                float(metrics.ndcg(hits[some], questions.targets[some], k).mean()),
                float(metrics.diversity(lists, vectors, k).mean()),
                metrics.coverage(lists, len(learnt.counts), k),
            )
        )
    return found


def best(found: Sequence[Trade], loss: float = 0.01) -> Trade:
    """Return the most diverse setting that loses at most this share of the nDCG without any."""
    allowed = [one for one in found if one.ndcg >= (1.0 - loss) * found[0].ndcg]
    return max(allowed, key=lambda one: one.diversity)
