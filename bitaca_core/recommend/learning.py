"""Learns legs and ranker together: hyper-parameters and ranker from users or interactions that the legs never saw.

What a ranker learns from is always scored by legs that were fitted without it; for serving (and for the test) the
legs are then fitted on everything. Small sets hold out every user in turn, large ones a sample.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import ials, itemitem, legs, metrics, protocols, ranker
from bitaca_core.recommend.interactions import Floats, Interactions
from bitaca_core.recommend.legs import Choice, Legs
from bitaca_core.recommend.protocols import Asked
from bitaca_core.recommend.ranker import Questions, Ranker

BLOCK_USERS = 128
RANKER_USERS = 1500
"""Held-out users that a ranker learns from; more bring little."""
FEW_USERS = 1000
"""Up to so many users every one is held out in turn, in so many parts."""
PARTS = 3
SEARCH_ITEMS = 3000
SEARCH_USERS = 4000
"""Hyper-parameters are searched over the most met items and a sample of the users."""
SHORT = 20
"""Ranker users are asked a second time with a history of 0 to so many titles, so that it learns to begin."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Legs fitted on all that may be learnt from, and a ranker for them."""

    choice: Choice
    legs: Legs
    ranker: Ranker
    counts: NDArray[np.int64]

    def questions(self, asked: Asked) -> Questions:
        """Return the candidates of the users who are asked about."""
        return questions(self.legs, self.counts, asked)

    def lists(self, asked: Asked, places: int) -> NDArray[np.int64]:
        """Return each user's best items, shape (users, places); -1 past the last candidate."""
        made = self.questions(asked)
        rows = made.lists(self.ranker.score(made.features), places)
        return np.where(rows >= 0, made.item[rows], -1) if len(made.item) else rows


def learn(
    train: Interactions,
    content: Any,
    *,
    validation: Asked | None = None,
    within: bool = False,
    seed: int = 0,
    choice: Choice | None = None,
) -> Learnt:
    """Choose, fit and learn to rank.

    Parameters
    ----------
    content : CSR of unit rows, one an item
    validation : Asked or None
        Held-out users; where None some are held out of `train`.
    within : bool
        Hold out interactions instead of users.
    choice : Choice or None
        Hyper-parameters; searched where None.
    """
    parts: list[Questions] = []
    whole: Legs | None = None
    for learnt, asked in _held_out(train, validation, within, seed):
        choice = choice or search(learnt, asked, seed)
        fitted = legs.fit(learnt, choice, content, seed)
        if learnt is train:
            whole = fitted
        asked = _sample(asked, RANKER_USERS, seed)
        state = np.random.default_rng(seed)
        short = protocols.first_known(asked, state.integers(0, SHORT + 1, len(asked.shown.users)), seed)
        counts = learnt.counts()
        parts += [questions(fitted, counts, asked), questions(fitted, counts, short)]
    choice = choice or Choice()
    width = len(legs.LEGS)
    ranked = ranker.fit(ranker.join(parts), width, seed) if parts else ranker.unlearnt(width)
    return Learnt(choice, whole or legs.fit(train, choice, content, seed), ranked, train.counts())


def questions(fitted: Legs, counts: NDArray[np.int64], asked: Asked) -> Questions:
    """Score users in blocks and keep their candidates alone."""
    users = len(asked.shown.users)
    seen, targets = (asked.seen or asked.shown).matrix(), asked.targets.matrix()
    history = asked.shown.matrix()
    found: dict[str, list[Any]] = {"user": [], "item": [], "features": [], "target": []}
    for start in range(0, users, BLOCK_USERS):
        block = np.arange(start, min(users, start + BLOCK_USERS))
        scores = fitted.scores(asked.shown.of_users(block))
        for user, table in zip(block, scores, strict=True):
            chosen, own = ranker.candidates(table, _row(seen, user))
            extra = ranker.context(counts[_row(history, user)])
            found["user"].append(np.full(len(chosen), user))
            found["item"].append(chosen)
            found["features"].append(
                np.column_stack([own, np.broadcast_to(extra, (len(chosen), len(extra)))])
            )
            found["target"].append(np.isin(chosen, _row(targets, user)))
    width = 2 * len(legs.LEGS) + ranker.CONTEXT
    return Questions(
        np.concatenate([*found["user"], np.zeros(0)]).astype(np.int64),
        np.concatenate([*found["item"], np.zeros(0)]).astype(np.int64),
        np.concatenate([*found["features"], np.zeros((0, width))]).astype(np.float32),
        np.concatenate([*found["target"], np.zeros(0)]).astype(bool),
        np.diff(targets.indptr).astype(np.int64),
    )


def _row(matrix: Any, row: Any) -> NDArray[np.int32]:
    found: NDArray[np.int32] = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    return found


def _held_out(
    train: Interactions, validation: Asked | None, within: bool, seed: int
) -> Iterator[tuple[Interactions, Asked]]:
    """Yield what legs may learn from, and the users whom a ranker may learn from."""
    users = len(train.users)
    if validation is not None:
        yield train, validation
        if users > FEW_USERS:
            return
    if within:
        learnt = protocols.stratified(train, protocols.LEARNT, seed + 1)
        rest = train.take(~learnt)
        wanted = np.flatnonzero(np.bincount(rest.user, minlength=users))
        shown = train.take(learnt)
        yield shown, Asked(shown.of_users(wanted), rest.of_users(wanted))
    elif users >= 2:
        parts = PARTS if users <= FEW_USERS else max(10, users // RANKER_USERS)
        order = np.random.RandomState(seed).permutation(users)
        for number, part in enumerate(np.array_split(order, min(parts, users))):
            if users <= FEW_USERS or number == 0:
                state = np.random.RandomState(seed + number)
                others = np.setdiff1d(np.arange(users), part)
                yield train.of_users(others), protocols.ask(train.of_users(np.sort(part)), state)


def _sample(asked: Asked, most: int, seed: int) -> Asked:
    users = len(asked.shown.users)
    if users <= most:
        return asked
    return asked.of_users(np.sort(np.random.default_rng(seed).choice(users, most, replace=False)))


def search(train: Interactions, asked: Asked, seed: int = 0) -> Choice:
    """Choose the hyper-parameters of EDLAE and iALS by nDCG@10 of the users who are asked about."""
    counts = train.counts()
    items = np.sort(np.argsort(-counts, kind="stable")[:SEARCH_ITEMS])
    users = np.arange(len(train.users))
    if len(users) > SEARCH_USERS:
        users = np.sort(np.random.default_rng(seed).choice(users, SEARCH_USERS, replace=False))
    matrix = train.of_users(users).of_items(items).matrix()
    asked = _sample(asked, RANKER_USERS, seed)
    shown, targets = asked.shown.of_items(items).matrix(), asked.targets.of_items(items).matrix()
    enough = np.diff(targets.indptr) > 0

    def judge(scores: Floats) -> float:
        rows = np.repeat(np.arange(shown.shape[0]), np.diff(shown.indptr))
        scores[rows, shown.indices] = -np.inf
        hits = metrics.hits_of(metrics.top(scores[enough], 10), targets[enough])
        return float(metrics.ndcg(hits, np.diff(targets.indptr)[enough].astype(np.int64), 10).mean())

    if not enough.any() or len(items) < 2:
        return Choice()
    ease_l2, edlae = choose_edlae(matrix, lambda weights: judge(shown @ weights))
    vectors = choose_ials(matrix, lambda how: judge(_factors(matrix, shown, how, seed)))
    return Choice(edlae=edlae, ials=vectors, ease_l2=ease_l2)


def choose_edlae(matrix: Any, judge: Callable[[Floats], float]) -> tuple[float, itemitem.Edlae]:
    """Walk over l2, then dropout, then the users' weight, each as long as it gets better.

    The first of what is returned is the best l2 without the other two: EASE's.
    """
    grams: dict[float, Floats] = {}

    def value(how: itemitem.Edlae) -> float:
        if how.user_power not in grams:
            grams.clear()
            grams[how.user_power] = itemitem.gram(matrix, how.user_power)
        return judge(itemitem.solve(grams[how.user_power].copy(order="F"), how))

    best = itemitem.Edlae(l2=200.0, dropout=0.0)
    score = value(best)
    best, score = _climb(best, score, value, [replace(best, l2=best.l2 * 2.0**step) for step in (1, 2, 3, 4)])
    if best.l2 == 200.0:
        best, score = _climb(
            best, score, value, [replace(best, l2=best.l2 / 2.0**step) for step in (1, 2, 3)]
        )
    plain = best.l2
    best, score = _climb(best, score, value, [replace(best, dropout=share) for share in (0.25, 0.4, 0.55)])
    best, score = _climb(best, score, value, [replace(best, user_power=power) for power in (0.25, 0.5)])
    return plain, best


def _climb(best: Any, score: float, value: Callable[[Any], float], steps: Sequence[Any]) -> tuple[Any, float]:
    """Take steps in their order until one is no better."""
    for step in steps:
        found = value(step)
        if found <= score:
            break
        best, score = step, found
    return best, score


def choose_ials(matrix: Any, value: Callable[[ials.Ials], float]) -> ials.Ials:
    """Choose weight and penalty with short vectors and few sweeps; the chosen ones are used at full length."""
    start = time.monotonic()
    best = ials.Ials(factors=32, sweeps=4)
    score = value(best)
    once_s = time.monotonic() - start
    if once_s > 20.0:
        return ials.Ials(factors=64)
    wide = [replace(best, l2=best.l2 * 3.0**step) for step in (1, 2)]
    best, score = _climb(best, score, value, wide)
    if best.l2 == ials.Ials().l2:
        best, score = _climb(best, score, value, [replace(best, l2=best.l2 / 3.0)])
    best, score = _climb(best, score, value, [replace(best, unobserved=one) for one in (1.0, 3.0)])
    if best.unobserved == ials.Ials().unobserved:
        best, score = _climb(best, score, value, [replace(best, unobserved=0.1)])
    chosen: ials.Ials = replace(best, factors=64, sweeps=ials.Ials().sweeps)
    return chosen


def _factors(matrix: Any, shown: Any, how: ials.Ials, seed: int) -> Floats:
    _, of_items = ials.fit(matrix, how, seed)
    found: Floats = ials.half(shown, of_items, how) @ of_items.T
    return found
