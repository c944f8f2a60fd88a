"""Ranks candidates by what the legs say of them: boosted trees that never fall in a leg, beside a linear mix.

Features of a candidate are, for each leg, its score normalised over all titles and its rank there, and the context: how much is known of the viewer and how popular the history is. What is learnt is taken only
as far as it ranks held-out users better than a fixed mix does.

References
----------
Friedman 2001, Greedy Function Approximation. Ke et al. 2017 (histogram boosting, as scikit-learn has it).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import metrics, mixing
from bitaca_core.recommend.interactions import Floats
from bitaca_core.recommend.trees import Trees, of_sklearn

CANDIDATES = 80
"""Each of the strongest legs names so many."""
ROWS_MAX = 150_000
STEPS = ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (0.5, 0.25), (1.0, 0.25), (1.0, 0.5), (1.0, 0.75))
"""How far the mix goes from the prior to what was learnt, and what share the trees have; the simplest first."""
PRIOR = (
    (0.5, 0.0, 0.1, 0.4, 0.0, 0.1, 0.1, 0.0),
    (0.0, 0.0, 0.0, 0.0, 0.7, 0.1, 0.05, 1.2),
)
"""With a long history, and without any; the legs in the order of `legs.LEGS`."""
LONG = 0.5
"""Of whom so much is known, the long histories' mix is learnt."""
TREES_USERS = 300
"""With fewer held-out users the trees learn noise, and the mix stands alone."""
CONTEXT = 2
SILENT = 1e-9
"""A leg that varies by less says nothing."""
HALF_KNOWN = 14.0


@dataclass(frozen=True, slots=True)
class Ranker:
    """A fitted ranker.

    Attributes
    ----------
    mix : float64 array of shape (2, legs), not negative
        What a normalised leg counts with a long history, and without any; between the two it glides.
    trees : Trees or None
        Over the features and the prior mix's score.
    share : float
        How much the trees count beside the mix, 0 to 1.
    """

    mix: NDArray[np.float64]
    trees: Trees | None
    share: float

    def linear(self, features: Floats) -> NDArray[np.float64]:
        """Return the mix's score of each row."""
        legs = self.mix.shape[1]
        much = _much(features)[:, None]
        found: NDArray[np.float64] = (
            features[:, :legs] * (much * self.mix[0] + (1.0 - much) * self.mix[1])
        ).sum(1)
        return found

    def score(self, features: Floats) -> NDArray[np.float64]:
        """Return one score a row of (rows, features); larger is better, and no leg's rise lowers it."""
        linear = self.linear(features)
        if self.trees is None or self.share == 0.0:
            return linear
        first = Ranker(prior(self.mix.shape[1]), None, 0.0).linear(features)
        boosted = self.trees.score(np.column_stack([features, first]))
        found: NDArray[np.float64] = (1.0 - self.share) * linear + self.share * boosted
        return found

    def score_all(self, scores: Floats, normal: Floats, spread: Floats, told: Floats) -> NDArray[np.float64]:
        """Score every item of (legs, items) for one viewer, given the same in deviations, the legs' means and deviations,
        and the context.

        Only leaders go through the trees; the others get what the last of those got.
        """
        if scores.shape[1] == 0:
            return np.zeros(0)
        found = self._linear_all(normal, told, self.mix)
        if self.trees is None or self.share == 0.0:
            return found
        best = leaders(scores)
        telling = spread[1] > SILENT
        chosen = np.unique(best[telling]) if telling.any() else np.unique(best)
        own = normal[:, chosen]
        ranks = np.full(own.shape, best.shape[1], np.float32)
        for leg in np.flatnonzero(telling):
            ranks[leg, np.searchsorted(chosen, best[leg])] = np.arange(best.shape[1], dtype=np.float32)
        ranks = -np.log1p(ranks)
        ranks[~telling] = 0.0
        context = np.broadcast_to(told[:, None], (len(told), len(chosen)))
        first = self._linear_all(own, told, prior(len(own)))
        boosted = self.trees.score(np.concatenate([own, ranks, context, first[None, :]]).T)
        trees = np.full(len(found), boosted.min())
        trees[chosen] = boosted
        found *= 1.0 - self.share
        found += self.share * trees
        return found

    @staticmethod
    def _linear_all(normal: Floats, told: Floats, mix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what `linear` does, of (legs, items) and one context; leg by leg, in a leg's order."""
        much = float(_much(told[None, :])[0])
        found = np.zeros(normal.shape[1])
        for leg, weight in enumerate(much * mix[0] + (1.0 - much) * mix[1]):
            if weight:
                found += weight * normal[leg]
        return found


def _much(features: Floats) -> NDArray[np.float64]:
    """Return how much is known of the viewer, 0 for nothing, towards 1; one half at `HALF_KNOWN` titles."""
    known = np.expm1(features[:, -CONTEXT].astype(np.float64))
    # Squared: with five titles the legs for whole histories are noise still, with fifty they are all there is to it.
    found: NDArray[np.float64] = known**2 / (known**2 + HALF_KNOWN**2)
    return found


def leaders(scores: Floats, count: int = CANDIDATES) -> NDArray[np.int64]:
    """Return each leg's best items, best first, shape (legs, at most count); ties go to the lower item.

    Items of minus infinity are no candidates; where there are too few others they come last.
    """
    take = min(count, scores.shape[1])
    best = np.sort(np.argpartition(-scores, take - 1, axis=1)[:, :take], axis=1)
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
    found: NDArray[np.int64] = np.take_along_axis(best, order, axis=1)
    return found


def candidates(scores: Floats, seen: NDArray[np.int32], count: int = CANDIDATES) -> tuple[Any, Floats]:
    """Return a viewer's candidates and their features, of scores of shape (legs, items).

    A candidate is what one of the legs has among its best `count`; what was seen is none. The features are, leg by
    leg, the score less the leg's mean over all items in standard deviations, then minus log(1 + rank), where all
    ranks past `count` are alike.
    """
    mean, deviation = scores.mean(1, keepdims=True), scores.std(1, keepdims=True)
    open_to = scores.copy()
    open_to[:, seen] = -np.inf
    best = leaders(open_to, count)
    telling = deviation[:, 0] > SILENT
    chosen = np.unique(best[telling]) if telling.any() else np.unique(best)
    chosen = chosen[np.isfinite(open_to[0, chosen])]
    return chosen, features_of(scores, chosen, best, mean, deviation)


def features_of(
    scores: Floats, chosen: NDArray[np.int64], best: NDArray[np.int64], mean: Floats, deviation: Floats
) -> Floats:
    """Return the features of chosen items, shape (chosen, 2 * legs), given the legs' leaders and spreads."""
    legs, items = scores.shape
    normal = (scores[:, chosen] - mean) / np.maximum(deviation, 1e-9)
    rank = np.full((legs, items), best.shape[1], np.float32)
    np.put_along_axis(rank, best, np.arange(best.shape[1], dtype=np.float32)[None, :], axis=1)
    ranks = -np.log1p(rank[:, chosen])
    ranks[deviation[:, 0] <= SILENT] = 0.0
    found: Floats = np.concatenate([normal, ranks]).T.astype(np.float32)
    return found


def context(counts: NDArray[np.int64]) -> Floats:
    """Return what is known of a viewer, shape (context,), from how often others met the titles of the history."""
    known = len(counts)
    return np.array([np.log1p(known), np.log1p(counts).mean() if known else 0.0], np.float32)


@dataclass(frozen=True, slots=True)
class Questions:
    """Candidates of many viewers with their features, and which of them are targets.

    Attributes
    ----------
    user, item : int64 arrays of shape (rows,)
    features : float32 array of shape (rows, 2 * legs + context)
    target : bool array of shape (rows,)
    targets : int64 array of shape (users,)
        How many each user has, found among the candidates or not.
    """

    user: NDArray[np.int64]
    item: NDArray[np.int64]
    features: Floats
    target: NDArray[np.bool_]
    targets: NDArray[np.int64]

    def lists(self, score: NDArray[np.float64], places: int) -> NDArray[np.int64]:
        """Return each user's best rows, shape (users, places); -1 where there are no more."""
        order = np.lexsort((self.item, -score, self.user))
        user = self.user[order]
        place = np.arange(len(order)) - np.searchsorted(user, user)
        found = np.full((len(self.targets), places), -1, np.int64)
        kept = place < places
        found[user[kept], place[kept]] = order[kept]
        return found

    def ndcg(self, score: NDArray[np.float64], k: int = 10) -> NDArray[np.float64]:
        """Return nDCG@k of the users who have targets."""
        lists = self.lists(score, k)
        hits = np.where(lists >= 0, self.target[lists], False) if len(self.target) else lists >= 0
        asked = self.targets > 0
        return metrics.ndcg(hits[asked], self.targets[asked], k)

    def of(self, users: NDArray[np.bool_]) -> Questions:
        """Return the rows of some users; the others have no targets."""
        kept = users[self.user]
        return Questions(
            self.user[kept],
            self.item[kept],
            self.features[kept],
            self.target[kept],
            np.where(users, self.targets, 0),
        )


def join(parts: list[Questions]) -> Questions:
    """Return the questions of all parts, their users numbered through."""
    starts = np.cumsum([0] + [len(part.targets) for part in parts])
    return Questions(
        np.concatenate([part.user + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.item for part in parts]),
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.target for part in parts]),
        np.concatenate([part.targets for part in parts]),
    )


def fit(questions: Questions, legs: int, seed: int = 0) -> Ranker:
    """Learn the mix and the trees of what held-out users met, and how far to trust the trees."""
    target = questions.target
    if not target.any() or target.all():
        return unlearnt(legs)
    first, users = prior(legs), len(questions.targets)
    half = np.random.default_rng(seed).permutation(users) < users // 2
    steps = [step for step in STEPS if users >= TREES_USERS or step[1] == 0.0]
    tried: list[NDArray[np.float64]] = []
    for side in (half, ~half):
        learn, judge = questions.of(side), questions.of(~side)
        if learn.target.any() and judge.target.any():
            # Long histories judge: what helps beginnings alone is in the mix's own second row.
            judge = _long(judge)
            learnt = Ranker(_mix(learn, legs, seed, bags=1), None, 0.0).linear(judge.features)
            before = unlearnt(legs).linear(judge.features)
            boosted = (
                _boosted(learn, legs, seed).decision_function(np.column_stack([judge.features, before]))
                if users >= TREES_USERS
                else before
            )
            tried.append(
                np.stack(
                    [
                        judge.ndcg((1 - share) * ((1 - far) * before + far * learnt) + share * boosted)
                        for far, share in steps
                    ]
                )
            )
    far, share = steps[_simplest(np.concatenate(tried, axis=1))] if tried else steps[0]
    mix = (1 - far) * first + far * _mix(questions, legs, seed) if far else first
    return Ranker(mix, of_sklearn(_boosted(questions, legs, seed)) if share else None, share)


def _long(questions: Questions) -> Questions:
    """Return the users with long histories; all where there are none."""
    users = np.zeros(len(questions.targets), bool)
    users[questions.user[_much(questions.features) > LONG]] = True
    return questions.of(users) if (users & (questions.targets > 0)).any() else questions


def unlearnt(legs: int) -> Ranker:
    """Return the ranker of the prior mix alone."""
    return Ranker(prior(legs), None, 0.0)


def prior(legs: int) -> NDArray[np.float64]:
    """Return the mix that holds where there is little to learn from, shape (2, legs): histories lead, or popularity."""
    found = np.zeros((2, legs))
    found[:, : len(PRIOR[0])] = np.array(PRIOR)[:, :legs]
    return found


def _simplest(values: NDArray[np.float64]) -> int:
    """Return the first row of (options, users) that is within half a standard error of the best one's mean."""
    best = values[int(np.argmax(values.mean(1)))]
    behind = best - values
    error = behind.std(1) / np.sqrt(max(1, values.shape[1]))
    return int(np.flatnonzero(behind.mean(1) <= 0.5 * error)[0])


def _mix(questions: Questions, legs: int, seed: int, bags: int = mixing.BAGS) -> NDArray[np.float64]:
    """Return the mix that ranks the targets best, shape (2, legs); see `mixing`."""
    much = _much(questions.features)
    users = mixing.table(
        questions.user, questions.features[:, :legs], much, questions.target, questions.targets
    )
    return mixing.learn(users, prior(legs), LONG, seed, bags)


def _boosted(questions: Questions, legs: int, seed: int) -> Any:
    """Return a fitted classifier of the features and the prior mix's score, monotone in the legs."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    rows = np.arange(len(questions.target))
    if len(rows) > ROWS_MAX:
        rows = np.sort(np.random.default_rng(seed).choice(rows, ROWS_MAX, replace=False))
    own = questions.features[rows]
    linear = Ranker(prior(legs), None, 0.0).linear(own)
    model = HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=100,
        max_leaf_nodes=12,
        min_samples_leaf=100,
        l2_regularization=5.0,
        monotonic_cst=[1] * (2 * legs) + [0] * CONTEXT + [1],
        early_stopping=False,
        random_state=seed,
    )
    # OpenMP's threads wait for one another by spinning: as many as processors take twenty times as long where
    # something else keeps one of those busy. Half of them, as encoders do, leave room for it.
    with threadpool_limits(limits=max(1, (os.cpu_count() or 1) // 2), user_api="openmp"):
        return model.fit(np.column_stack([own, linear]), questions.target[rows])
