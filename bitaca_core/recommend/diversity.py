"""Lists that vary: maximal marginal relevance with a say for what few have met, and what it costs.

A place goes to the candidate with the largest

    worth - likeness x (how like it is to the likest before it) - popularity x (how popular it is),

all three between 0 and 1. What it is worth falls with its score as an exponent does: among candidates that are hardly
told apart variety is free, and the sure ones stay where they are. How like two titles are is the mean of
the cosines of their vectors and of what they are about: by the vectors alone, lists vary in everything but genre.

References
----------
Carbonell and Goldstein 1998, The Use of MMR, Diversity-Based Reranking for Reordering Documents. Abdollahpouri,
Burke, Mobasher 2019, Managing Popularity Bias in Recommender Systems with Personalized Re-ranking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import metrics
from bitaca_core.recommend.interactions import Floats
from bitaca_core.recommend.learning import Learnt
from bitaca_core.recommend.protocols import Asked

POOL = 100
"""Candidates that a list of ten is drawn from."""
EDGE = 20
"""Scores have no unit; how far apart the best and this one are gives them one."""
LOSS = 0.01
"""Share of the nDCG that variety may cost."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What likeness and popularity weigh, each 0 (nothing) to 1 (as much as the best score)."""

    likeness: float
    popularity: float = 0.0


PLAIN = Setting(0.0)
SETTINGS = tuple(
    Setting(likeness, popularity)
    for likeness in (0.0, 0.2, 0.3, 0.4, 0.5, 0.7)
    for popularity in (0.0, 0.2, 0.4, 0.6, 0.8)
)


@dataclass(frozen=True, slots=True)
class Reranked:
    """The lists of one setting: items of shape (users, k), nDCG of the users who have targets."""

    setting: Setting
    lists: NDArray[np.int64]
    ndcg: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trade:
    """What one way of making lists reaches: means over users, and over all lists together.

    `diversity` is by the titles' vectors, `content_diversity` by what they are about, `novelty` in bits.
    """

    setting: Setting
    ndcg: float
    diversity: float
    content_diversity: float
    coverage: float
    novelty: float
    popularity_lift: float


def rerank(
    scores: NDArray[np.float64], alike: Floats, popular: Floats, setting: Setting, places: int
) -> NDArray[np.int64]:
    """Return the order of the first `places` of n candidates.

    Parameters
    ----------
    scores : float64 array of shape (n,)
        Only their differences beside one another count.
    alike : float32 array of shape (n, n)
        0 to 1 (cosines below 0 count as they are).
    popular : float32 array of shape (n,)
        0 to 1.
    """
    count = len(scores)
    if count == 0:
        return np.zeros(0, np.int64)
    value = worth(scores) - setting.popularity * popular
    likest = np.zeros(count)
    order = []
    for _ in range(min(places, count)):
        best = int(np.argmax(value - setting.likeness * likest))
        order.append(best)
        value[best] = -np.inf
        likest = np.maximum(likest, alike[best])
    return np.array(order, np.int64)


def worth(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what each candidate is worth beside the best, above 0 to 1; the `EDGE`th is worth 1 / e."""
    best = float(scores.max())
    edge = float(np.sort(scores)[::-1][min(EDGE, len(scores)) - 1])
    found: NDArray[np.float64] = np.exp((scores - best) / max(best - edge, 1e-12))
    return found


def reranked(
    learnt: Learnt, asked: Asked, *, k: int = 10, settings: Sequence[Setting] = SETTINGS
) -> list[Reranked]:
    """Return everybody's lists by each setting."""
    questions = learnt.questions(asked)
    score = learnt.ranker.score(questions.features)
    pools = questions.lists(score, max(POOL, k))
    vectors, content = learnt.legs.factors_unit(), learnt.legs.content
    popular = learnt.legs.popularity.share
    lists = np.full((len(settings), len(pools), k), -1, np.int64)
    hits = np.zeros(lists.shape, bool)
    for user, pool in enumerate(pools):
        rows = pool[pool >= 0]
        items = questions.item[rows]
        near = _alike(vectors[items], content[items])
        for at, setting in enumerate(settings):
            order = rows[rerank(score[rows], near, popular[items], setting, k)]
            lists[at, user, : len(order)] = questions.item[order]
            hits[at, user, : len(order)] = questions.target[order]
    some = questions.targets > 0
    return [
        Reranked(setting, own, metrics.ndcg(found[some], questions.targets[some], k))
        for setting, own, found in zip(settings, lists, hits, strict=True)
    ]


def _alike(vectors: Floats, content: Any) -> Floats:
    """Return the mean of both cosines; of the vectors' alone where nothing is known of what titles are about."""
    found: Floats = vectors @ vectors.T
    if content.nnz == 0:
        return found
    both: Floats = 0.5 * (found + (content @ content.T).toarray())
    return both


def trades(learnt: Learnt, asked: Asked, found: Sequence[Reranked]) -> list[Trade]:
    """Return what each setting's lists reach."""
    vectors, shown = learnt.legs.factors_unit(), asked.shown.matrix()
    counts = learnt.counts
    users = int(counts.max(initial=1))
    return [
        Trade(
            one.setting,
            float(one.ndcg.mean()) if len(one.ndcg) else 0.0,
            float(metrics.diversity(one.lists, vectors, one.lists.shape[1]).mean()),
            _content_diversity(one.lists, learnt.legs.content),
            metrics.coverage(one.lists, len(counts), one.lists.shape[1]),
            metrics.novelty(one.lists, counts, users, one.lists.shape[1]),
            metrics.popularity_lift(one.lists, counts, shown, one.lists.shape[1]),
        )
        for one in found
    ]


def _content_diversity(lists: NDArray[np.int64], content: Any) -> float:
    """Return the mean of 1 - cosine of what each list's titles are about, over pairs of which something is known."""
    total, pairs = 0.0, 0
    known = np.diff(content.indptr) > 0
    for row in lists:
        own = row[row >= 0]
        own = own[known[own]]
        if len(own) > 1:
            near = (content[own] @ content[own].T).toarray()
            total += len(own) * (len(own) - 1) - float(near.sum() - near.trace())
            pairs += len(own) * (len(own) - 1)
    return total / pairs if pairs else 0.0


def judged(learnt: Learnt, asked: Asked, *, k: int = 10, seed: int = 0) -> tuple[list[Trade], Trade]:
    """Return the trade of each setting, and of lists whose setting was chosen on other users.

    One half of the users choose for the other half: the most varied setting that costs them at most `LOSS` of their
    nDCG, so that what it costs is not told by those who chose it.
    """
    found = reranked(learnt, asked, k=k)
    plain = found[0]
    has = np.diff(asked.targets.matrix().indptr) > 0
    half = np.random.default_rng(seed).permutation(len(has)) < len(has) // 2
    lists, ndcg, settings = plain.lists.copy(), plain.ndcg.copy(), []
    for side in (half, ~half):
        chosen = found[choose(learnt, [_of(one, ~side, has) for one in found])]
        settings.append(chosen.setting)
        lists[side], ndcg[side[has]] = chosen.lists[side], chosen.ndcg[side[has]]
    mean = Setting(*(float(np.mean([getattr(one, name) for one in settings])) for name in Setting.__slots__))
    every = trades(learnt, asked, [*found, Reranked(mean, lists, ndcg)])
    return every[:-1], every[-1]


def _of(one: Reranked, users: NDArray[np.bool_], has: NDArray[np.bool_]) -> Reranked:
    return Reranked(one.setting, one.lists[users], one.ndcg[users[has]])


def choose(learnt: Learnt, found: Sequence[Reranked], loss: float = LOSS) -> int:
    """Return the setting whose lists vary most and cost at most `loss` of the first one's nDCG.

    How much lists vary is the geometric mean of both diversities and the coverage, so that none is bought with
    another. A setting's cost is taken half a standard error above its mean.
    """
    plain = found[0].ndcg
    vectors = learnt.legs.factors_unit()
    best, most = 0, -np.inf
    for place, one in enumerate(found):
        behind = plain - one.ndcg
        error = float(behind.std() / np.sqrt(max(1, len(behind))))
        if len(plain) == 0 or behind.mean() + 0.5 * error > loss * plain.mean():
            continue
        k = one.lists.shape[1]
        parts = (
            float(metrics.diversity(one.lists, vectors, k).mean()),
            _content_diversity(one.lists, learnt.legs.content),
            metrics.coverage(one.lists, len(learnt.counts), k),
        )
        varied = float(np.log(np.maximum(parts, 1e-9)).sum())
        if varied > most:
            best, most = place, varied
    return best


def told(found: Sequence[tuple[list[Trade], Trade]], k: int = 10) -> list[dict[str, Any]]:
    """Return plain lists, those of the chosen settings, and every setting, as means over splits with their changes."""
    plain = [every[0] for every, _ in found]
    rows = [("plain", plain), ("chosen", [chosen for _, chosen in found])]
    for place in range(1, len(found[0][0])):
        setting = found[0][0][place].setting
        rows.append((f"{setting.likeness:g}/{setting.popularity:g}", [every[place] for every, _ in found]))
    return [_row(name, own, plain, k) for name, own in rows]


def _row(name: str, own: Sequence[Trade], plain: Sequence[Trade], k: int) -> dict[str, Any]:
    def mean(of: Sequence[Trade], what: str) -> float:
        return float(np.mean([getattr(one, what) for one in of]))

    def change(what: str) -> float:
        before = mean(plain, what)
        return round(mean(own, what) / before - 1.0, 6) if before else 0.0

    return {
        "name": name,
        "likeness": round(float(np.mean([one.setting.likeness for one in own])), 3),
        "popularity": round(float(np.mean([one.setting.popularity for one in own])), 3),
        f"ndcg@{k}": round(mean(own, "ndcg"), 6),
        "ndcg_change": change("ndcg"),
        "diversity": round(mean(own, "diversity"), 6),
        "diversity_change": change("diversity"),
        "content_diversity": round(mean(own, "content_diversity"), 6),
        "content_diversity_change": change("content_diversity"),
        "coverage": round(mean(own, "coverage"), 6),
        "novelty": round(mean(own, "novelty"), 4),
        "popularity_lift": round(mean(own, "popularity_lift"), 4),
    }
