"""Chooses the hyper-parameters of the legs, and of the baselines beside them, by what held-out users met.

What is judged here was held out of the training data; the test of a protocol is never seen. Rivals are tuned over
grids of the ranges that their authors and the reproducibility studies name, ours over no wider ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import baselines, ials, itemitem, metrics
from bitaca_core.recommend.interactions import Floats, Interactions
from bitaca_core.recommend.legs import Choice
from bitaca_core.recommend.protocols import Asked

ITEMS = 3000
USERS = 4000
ASKED = 1500
"""Hyper-parameters are searched over the most met items and a sample of the users."""
INVERSES = 3 * 1700**3
"""Trials are judged on as many parts as keeps an inversion this cheap: three of a small catalogue, one of a large."""
FACTOR_CELLS = 300_000
"""Interactions that factors are searched over."""
FACTOR_TRIALS = 14
WIDE_CELLS = 400_000
"""From so many interactions on, vectors have `WIDE` numbers."""
NARROW, WIDE = 64, 128
PLACES = 10
NEIGHBOURS = (10, 20, 50, 100, 200, 400, 800)
SHRINKS = (0.0, 5.0, 20.0, 50.0, 100.0, 200.0)
ALPHAS = (0.4, 0.7, 1.0, 1.3)
BETAS = (0.0, 0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class Trial:
    """What may be learnt from, and what is then asked: binary CSR matrices over the same items.

    `targets` counts each user's, found among these items or not.
    """

    matrix: Any
    shown: Any
    seen: Any
    wanted: Any
    targets: NDArray[np.int64]

    def ndcg(self, scores: Any) -> NDArray[np.float64]:
        """Return nDCG@10 of the users who have a target, given scores of (users, items)."""
        some = self.targets > 0
        table = np.array((scores.toarray() if hasattr(scores, "toarray") else scores)[some], np.float32)
        seen, wanted = self.seen[some], self.wanted[some]
        rows = np.repeat(np.arange(len(table)), np.diff(seen.indptr))
        table[rows, seen.indices] = -np.inf
        top = min(PLACES, table.shape[1])
        best = np.argpartition(-table, top - 1, axis=1)[:, :top]
        order = np.argsort(-np.take_along_axis(table, best, axis=1), axis=1, kind="stable")
        best = np.take_along_axis(best, order, axis=1)
        is_wanted = np.zeros(table.shape, bool)
        is_wanted[np.repeat(np.arange(len(table)), np.diff(wanted.indptr)), wanted.indices] = True
        hits = np.take_along_axis(is_wanted, best, axis=1)
        return metrics.ndcg(hits, self.targets[some], PLACES)


Parts = Sequence[tuple[Interactions, Asked]]


def search(parts: Parts, seed: int = 0) -> Choice:
    """Choose by the mean nDCG@10 over all users who are asked about in the parts; the defaults where there are none."""
    trials = trials_of(parts, seed)
    if not trials:
        return Choice()
    ease_l2, edlae = choose_edlae(trials)
    cells = max(len(train) for train, _ in parts)
    return Choice(
        edlae=edlae,
        ials=choose_ials(_factor_trials(parts[: len(trials)], seed), cells, seed),
        ease_l2=ease_l2,
        knn=choose_knn(trials),
    )


def trials_of(parts: Parts, seed: int = 0) -> list[Trial]:
    """Return as many parts as can be afforded, as matrices; without those that ask for nothing."""
    trials = [_trial(train, asked, seed) for train, asked in parts]
    trials = [one for one in trials if (one.targets > 0).any() and one.matrix.shape[1] > 1]
    if not trials:
        return []
    return trials[: max(1, INVERSES // max(one.matrix.shape[1] for one in trials) ** 3)]


def choose_edlae(trials: Sequence[Trial]) -> tuple[float, itemitem.Edlae]:
    """Walk over l2, then dropout with it, then the users' weight, each as long as it gets better.

    The first of what is returned is the best l2 without the other two: EASE's.
    """
    grams: dict[float, list[Floats]] = {}

    def value(how: itemitem.Edlae) -> float:
        if how.user_power not in grams:
            grams.clear()
            grams[how.user_power] = [itemitem.gram(one.matrix, how.user_power) for one in trials]
        weights = (itemitem.solve(gram.copy(order="F"), how) for gram in grams[how.user_power])
        return _mean([one.ndcg(one.shown @ found) for one, found in zip(trials, weights, strict=True)])

    walk = _Walk(value, itemitem.Edlae(l2=400.0, dropout=0.0))
    for factor in (2.0, 0.5):
        walk.onward(_penalised(factor), 4)
    for factor in (1.4, 0.7):
        walk.onward(_penalised(factor), 1)
    plain = walk.best.l2
    for share in (0.2, 0.4, 0.6):  # dropout is a penalty, too: l2 gives way
        walk.step(replace(walk.best, dropout=share, l2=plain * (1.0 - share)))
    for power in (0.25, 0.5):
        walk.step(replace(walk.best, user_power=power))
    return plain, walk.best


def _penalised(factor: float) -> Callable[[itemitem.Edlae], itemitem.Edlae]:
    """Return the step that multiplies the penalty."""
    return lambda how: replace(how, l2=how.l2 * factor)


def choose_ials(trials: Sequence[Trial], cells: int, seed: int = 0) -> ials.Ials:
    """Walk over weight and penalty, which trade against each other, from the defaults.

    Both are relative to the number of users and items, so that a sample finds what holds for the whole. `cells` is
    how many interactions the whole has: many of them bear longer vectors.
    """

    def value(how: ials.Ials) -> float:
        return _mean([one.ndcg(factor_scores(one.matrix, one.shown, how, seed)) for one in trials])

    walk = _Walk(value, ials.Ials(factors=NARROW, sweeps=6), FACTOR_TRIALS)
    for step in (2.0, 1.4):
        better = True
        while better and walk.left > 0:
            better = False
            for weight, penalty in (
                (1.0, 1 / step), (1.0, step), (step, 1.0), (1 / step, 1.0), (step, 1 / step), (1 / step, step),
            ):  # fmt: skip
                how = walk.best
                better |= walk.step(replace(how, unobserved=how.unobserved * weight, l2=how.l2 * penalty))
    width = WIDE if cells >= WIDE_CELLS else NARROW
    chosen: ials.Ials = replace(walk.best, factors=width, sweeps=ials.Ials().sweeps)
    return chosen


def factor_scores(matrix: Any, shown: Any, how: ials.Ials, seed: int) -> Floats:
    """Return what factors of `matrix` say of the users who are shown."""
    _, of_items = ials.fit(matrix, how, seed)
    found: Floats = ials.half(shown, of_items, how) @ of_items.T
    return found


def choose_knn(trials: Sequence[Trial]) -> baselines.ItemKnn:
    """Walk over the number of neighbours and the shrinkage."""

    def value(how: baselines.ItemKnn) -> float:
        return _mean([one.ndcg(one.shown @ baselines.item_knn(one.matrix, how)) for one in trials])

    walk = _Walk(value, baselines.ItemKnn())
    for _ in range(2):
        walk.along("neighbours", NEIGHBOURS)
        walk.along("shrink", SHRINKS)
    found: baselines.ItemKnn = walk.best
    return found


def choose_rp3beta(trials: Sequence[Trial]) -> baselines.Rp3Beta:
    """Try both powers with few and many neighbours, then walk on; the defaults where there is no trial."""

    def value(how: baselines.Rp3Beta) -> float:
        return _mean([one.ndcg(one.shown @ baselines.rp3beta(one.matrix, how)) for one in trials])

    if not trials:
        return baselines.Rp3Beta()
    walk = _Walk(value, baselines.Rp3Beta())
    for alpha in ALPHAS:  # the powers trade against each other, and so does the number of neighbours
        for beta in BETAS:
            for neighbours in (100, 400):
                walk.step(baselines.Rp3Beta(neighbours, alpha, beta))
    walk.along("neighbours", NEIGHBOURS)
    found: baselines.Rp3Beta = walk.best
    return found


class _Walk:
    """The best point so far, what it is worth, and how many more may be tried."""

    def __init__(self, value: Callable[[Any], float], start: Any, trials: int = 1000) -> None:
        self.value, self.best, self.left = value, start, trials
        self.known = {start: value(start)}

    def step(self, to: Any) -> bool:
        """Go there if it is better."""
        if to not in self.known:
            if self.left <= 0:
                return False
            self.left -= 1
            self.known[to] = self.value(to)
        better = self.known[to] > self.known[self.best]
        if better:
            self.best = to
        return better

    def onward(self, move: Callable[[Any], Any], most: int) -> None:
        """Move as long as it gets better, at most so often."""
        for _ in range(most):
            if not self.step(move(self.best)):
                return

    def along(self, name: str, values: Sequence[float]) -> None:
        """Move one parameter up and down its values as long as it gets better."""
        for way in (1, -1):
            place = values.index(getattr(self.best, name)) + way
            while 0 <= place < len(values) and self.step(replace(self.best, **{name: values[place]})):
                place += way


def _mean(parts: Sequence[NDArray[np.float64]]) -> float:
    return float(np.concatenate(parts).mean())


def _factor_trials(parts: Parts, seed: int) -> list[Trial]:
    """Return the parts over all items, as a user's penalty grows with their number."""
    return [_fewer(_trial(train, asked, seed, len(train.items)), seed) for train, asked in parts]


def _trial(train: Interactions, asked: Asked, seed: int, most: int = ITEMS) -> Trial:
    counts = train.counts()
    items = np.sort(np.argsort(-counts, kind="stable")[:most])
    users = np.arange(len(train.users))
    if len(users) > USERS:
        users = np.sort(np.random.default_rng(seed).choice(users, USERS, replace=False))
    asked = sample(asked, ASKED, seed)
    return Trial(
        train.of_users(users).of_items(items).matrix(),
        asked.shown.of_items(items).matrix(),
        (asked.seen or asked.shown).of_items(items).matrix(),
        asked.targets.of_items(items).matrix(),
        np.bincount(asked.targets.user, minlength=len(asked.targets.users)).astype(np.int64),
    )


def _fewer(trial: Trial, seed: int) -> Trial:
    """Return the trial with as many users to learn from as factors are searched over."""
    users = trial.matrix.shape[0]
    keep = int(users * min(1.0, FACTOR_CELLS / max(1, trial.matrix.nnz)))
    if keep >= users:
        return trial
    chosen = np.sort(np.random.default_rng(seed).choice(users, max(1, keep), replace=False))
    return replace(trial, matrix=trial.matrix[chosen])


def sample(asked: Asked, most: int, seed: int) -> Asked:
    """Return at most so many of the users who are asked about."""
    users = len(asked.shown.users)
    if users <= most:
        return asked
    return asked.of_users(np.sort(np.random.default_rng(seed).choice(users, most, replace=False)))
