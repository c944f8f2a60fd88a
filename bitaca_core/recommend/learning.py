"""Learns legs and ranker together: hyper-parameters and ranker from users or interactions that the legs never saw.

What a ranker learns from is always scored by legs that were fitted without it; for serving (and for the test) the
legs are then fitted on everything. Small sets hold out every user in turn, large ones a sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import choosing, legs, protocols, ranker
from bitaca_core.recommend.interactions import Interactions
from bitaca_core.recommend.legs import Choice, Legs
from bitaca_core.recommend.protocols import Asked
from bitaca_core.recommend.ranker import Questions, Ranker

BLOCK_USERS = 128
RANKER_USERS = 1500
"""Held-out users that a ranker learns from; more bring little."""
FEW_USERS = 1000
"""Up to so many users every one is held out in turn, in so many parts."""
PARTS = 3
INNER = 0.9
"""Share of an item's interactions that is learnt where interactions are held out: much, so that what suits the part
suits the whole."""
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
    within: protocols.Held = "",
    seed: int = 0,
    choice: Choice | None = None,
) -> Learnt:
    """Choose, fit and learn to rank.

    Parameters
    ----------
    content : CSR of unit rows, one an item
    validation : Asked or None
        Held-out users; where None some are held out of `train`.
    within : str
        Hold out interactions instead of users: `random` ones of each item, or each user's `last`.
    choice : Choice or None
        Hyper-parameters; searched where None.
    """
    parts: list[Questions] = []
    whole: Legs | None = None
    held = held_out(train, validation, within, seed)
    choice = choice or choosing.search(held, seed)
    for learnt, asked in held:
        fitted = legs.fit(learnt, choice, content, seed)
        if learnt is train:
            whole = fitted
        asked = choosing.sample(asked, RANKER_USERS, seed)
        state = np.random.default_rng(seed)
        short = protocols.first_known(asked, state.integers(0, SHORT + 1, len(asked.shown.users)), seed)
        counts = learnt.counts()
        parts += [questions(fitted, counts, asked), questions(fitted, counts, short)]
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


def held_out(
    train: Interactions, validation: Asked | None, within: protocols.Held, seed: int
) -> list[tuple[Interactions, Asked]]:
    """Return what legs may learn from, and the users whom a ranker may learn from, part by part."""
    return list(_parts(train, validation, within, seed))


def _parts(
    train: Interactions, validation: Asked | None, within: protocols.Held, seed: int
) -> Iterator[tuple[Interactions, Asked]]:
    users = len(train.users)
    if validation is not None:
        yield train, validation
        if users > FEW_USERS:
            return
    if within:
        for number in range(PARTS if within == "random" and users <= FEW_USERS else 1):
            if within == "last" and train.time is not None:
                learnt = protocols.all_but_last(train)
            else:
                learnt = protocols.stratified(train, INNER, seed + 1 + number)
            rest, shown = train.take(~learnt), train.take(learnt)
            wanted = np.flatnonzero(np.bincount(rest.user, minlength=users))
            yield shown, Asked(shown.of_users(wanted), rest.of_users(wanted))
    elif users >= 2:
        parts = PARTS if users <= FEW_USERS else max(10, users // RANKER_USERS)
        order = np.random.RandomState(seed).permutation(users)
        for number, part in enumerate(np.array_split(order, min(parts, users))):
            if users <= FEW_USERS or number == 0:
                state = np.random.RandomState(seed + number)
                others = np.setdiff1d(np.arange(users), part)
                yield train.of_users(others), protocols.ask(train.of_users(np.sort(part)), state)
