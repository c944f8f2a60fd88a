"""How interactions are split for a judgement: what methods may learn, what they see of a user, what they must find.

random      each item's interactions are shuffled and three quarters of them learnt; the rest are targets.
strong      a tenth of the users for validation, a tenth for the test; of those, 80 % is shown and the rest targets.
leave-last  each user's latest interaction is the target.
kfold       the users in equal parts; each part is tested in turn, as in strong.

References
----------
Liang et al. 2018, Variational Autoencoders for Collaborative Filtering (strong generalisation: users held out).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bitaca_core.errors import InputError
from bitaca_core.recommend.interactions import Interactions

Protocol = Literal["random", "strong", "leave-last", "kfold"]
PROTOCOLS: tuple[Protocol, ...] = ("random", "strong", "leave-last", "kfold")
Held = Literal["", "random", "last"]
LEARNT = 0.75
"""Share of an item's interactions that `random` learns."""
SHOWN = 0.8
"""Share of a held-out user's interactions that are shown."""
HELD_OUT = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """Users who are asked about: what is `shown` of each, and what is to be found. Same users in the same order.

    `seen` is what stands in no list, where that is more than what is shown.
    """

    shown: Interactions
    targets: Interactions
    seen: Interactions | None = None

    def of_users(self, users: NDArray[np.int64]) -> Asked:
        """Return what is asked about these users alone."""
        seen = None if self.seen is None else self.seen.of_users(users)
        return Asked(self.shown.of_users(users), self.targets.of_users(users), seen)


@dataclass(frozen=True, slots=True)
class Split:
    """One judgement: methods learn from `train`, are chosen on `validation` where there is one, judged on `test`.

    `within` says that the test's users are learnt from as well, and how their interactions were chosen: a method
    that holds something out for itself holds out interactions in the same way. Where it is empty, users are held out.
    """

    name: str
    train: Interactions
    test: Asked
    validation: Asked | None = None
    within: Held = ""


def splits(
    interactions: Interactions, protocol: Protocol, *, seeds: tuple[int, ...] = (42,), folds: int = 10
) -> Iterator[Split]:
    """Yield the splits of a protocol, one a seed (`kfold`: one a fold of the first seed).

    Raises
    ------
    InputError
        There are too few users or interactions, or no times where the protocol needs them.
    """
    if len(interactions) < 2 or min(interactions.shape) < 1:
        raise InputError(f"{len(interactions)} interactions are too few to split", hint="give more ratings")
    if protocol == "kfold":
        yield from kfold(interactions, folds, seeds[0])
        return
    if protocol == "leave-last":
        yield leave_last(interactions)
        return
    made = random if protocol == "random" else strong
    for seed in seeds:
        yield made(interactions, seed)


def random(interactions: Interactions, seed: int) -> Split:
    """Split each item's interactions 75/25; users without a target or without anything shown are not asked.

    This is `python_stratified_split(filter_by="item")` of Microsoft's Recommenders, row for row of the same file.
    """
    learnt = stratified(interactions, LEARNT, seed)
    return _within("random", interactions, learnt, f"seed {seed}", "random")


def stratified(interactions: Interactions, share: float, seed: int) -> NDArray[np.bool_]:
    """Choose `share` of each item's interactions, rounded; shape (n,).

    Every interaction draws a number in the order of the file, and an item's smallest are chosen.
    """
    drawn = np.random.RandomState(seed).rand(len(interactions))
    order = np.lexsort((drawn, interactions.item))
    counts = interactions.counts()
    start = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.arange(len(order)) - np.repeat(start, counts)
    learnt = np.zeros(len(interactions), bool)
    learnt[order] = rank < np.round(share * np.repeat(counts, counts))
    return learnt


def leave_last(interactions: Interactions) -> Split:
    """Make each user's latest interaction the target; users with a single one are not asked."""
    if interactions.time is None:
        raise InputError("leave-last needs times, and the ratings have none", hint="choose another protocol")
    return _within("leave-last", interactions, all_but_last(interactions), "in time", "last")


def all_but_last(interactions: Interactions) -> NDArray[np.bool_]:
    """Choose all but each user's latest interaction, and single ones; shape (n,). Times must be known."""
    assert interactions.time is not None
    order = np.lexsort((np.arange(len(interactions)), interactions.time, interactions.user))
    last = np.zeros(len(interactions), bool)
    ends = np.flatnonzero(np.diff(interactions.user[order], append=-1))
    last[order[ends]] = True
    many = np.bincount(interactions.user, minlength=len(interactions.users)) > 1
    found: NDArray[np.bool_] = ~(last & many[interactions.user])
    return found


def strong(interactions: Interactions, seed: int) -> Split:
    """Hold out a tenth of the users for validation and a tenth for the test, by `RandomState(seed)`."""
    state = np.random.RandomState(seed)
    order = state.permutation(len(interactions.users))
    part = max(1, round(HELD_OUT * len(order)))
    if len(order) < 3 * part:
        raise InputError(f"{len(order)} users are too few to hold some out", hint="give at least 3")
    test, validation, train = order[:part], order[part : 2 * part], np.sort(order[2 * part :])
    return Split(
        f"strong seed {seed}",
        interactions.of_users(train),
        ask(interactions.of_users(np.sort(test)), state),
        ask(interactions.of_users(np.sort(validation)), state),
    )


def kfold(interactions: Interactions, folds: int, seed: int) -> Iterator[Split]:
    """Test the users in `folds` equal parts; the others are learnt from."""
    users = len(interactions.users)
    if not 2 <= folds <= users:
        raise InputError(f"{folds} folds of {users} users", hint="give 2 folds at least, and a user for each")
    state = np.random.RandomState(seed)
    for number, part in enumerate(np.array_split(state.permutation(users), folds)):
        rest = np.setdiff1d(np.arange(users), part)
        asked = ask(interactions.of_users(np.sort(part)), np.random.RandomState(seed + number))
        yield Split(f"fold {number + 1} of {folds}", interactions.of_users(rest), asked)


def ask(interactions: Interactions, state: np.random.RandomState, shown: float = SHOWN) -> Asked:
    """Show `shown` of each user's interactions, and ask for the rest, at least one; none is shown of a single one."""
    order = state.permutation(len(interactions))
    order = order[np.argsort(interactions.user[order], kind="stable")]
    counts = np.bincount(interactions.user, minlength=len(interactions.users))
    start = np.concatenate([[0], np.cumsum(counts)[:-1]])
    rank = np.arange(len(order)) - np.repeat(start, counts)
    hidden = np.maximum(1, np.round((1.0 - shown) * counts)).astype(np.int64)
    seen = np.zeros(len(interactions), bool)
    seen[order] = rank < np.repeat(counts - hidden, counts)
    return Asked(interactions.take(seen), interactions.take(~seen))


def first_known(asked: Asked, known: int | NDArray[np.int64], seed: int = 0) -> Asked:
    """Show only `known` of what is shown of each user, by chance; for curves over the length of a history.

    The rest of what was shown stays out of the lists, so that all lengths are asked for the same among the same.
    """
    state = np.random.RandomState(seed)
    order = state.permutation(len(asked.shown))
    order = order[np.argsort(asked.shown.user[order], kind="stable")]
    counts = np.bincount(asked.shown.user, minlength=len(asked.shown.users))
    start = np.concatenate([[0], np.cumsum(counts)[:-1]])
    kept = np.zeros(len(asked.shown), bool)
    kept[order] = np.arange(len(order)) - np.repeat(start, counts) < np.repeat(
        np.broadcast_to(known, counts.shape), counts
    )
    return Asked(asked.shown.take(kept), asked.targets, asked.seen or asked.shown)


def _within(
    name: str, interactions: Interactions, learnt: NDArray[np.bool_], which: str, held: Held
) -> Split:
    """Ask users for what was not learnt of them."""
    train, rest = interactions.take(learnt), interactions.take(~learnt)
    shown = np.bincount(train.user, minlength=len(interactions.users)) > 0
    wanted = np.bincount(rest.user, minlength=len(interactions.users)) > 0
    both = np.flatnonzero(shown & wanted)
    if len(both) == 0:
        raise InputError("no user has both something to learn from and a target", hint="give more ratings")
    return Split(f"{name} {which}", train, Asked(train.of_users(both), rest.of_users(both)), within=held)
