"""The linear mix of normalised legs that ranks held-out users' targets best: coordinate ascent on nDCG@10 itself.

Two rows of weights, for long histories and for none; between the two it glides. A likelihood of the targets, which
has a gradient, was tried first and leans on the surest leg alone; there are few enough weights to walk.

References
----------
Metzler and Croft 2007, Linear Feature-Based Models for Information Retrieval (coordinate ascent on the measure).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import metrics
from bitaca_core.recommend.interactions import Floats

STEPS = (0.3, 0.1, 0.05)
ROUNDS = 3
GAIN = 2e-5
LARGEST = 3.0
BAGS = 3
USERS_MAX = 3000
PLACES = 10


@dataclass(frozen=True, slots=True)
class Table:
    """Candidates of many viewers, a row of equal length each.

    Attributes
    ----------
    normal : float32 array of shape (users, candidates, legs)
    much : float32 array of shape (users,)
        How much is known of each, 0 to 1.
    shut : float32 array of shape (users, candidates)
        Zero, or minus infinity where a user has no more candidates.
    target : bool array of shape (users, candidates)
    targets : int64 array of shape (users,)
        At least one each.
    """

    normal: Floats
    much: Floats
    shut: Floats
    target: NDArray[np.bool_]
    targets: NDArray[np.int64]

    def of(self, users: Any) -> Table:
        """Return some users."""
        return Table(
            self.normal[users], self.much[users], self.shut[users], self.target[users], self.targets[users]
        )

    def scores(self, mix: NDArray[np.float64]) -> Floats:
        """Return the score of every candidate by a mix of shape (2, legs)."""
        own = (self.much[:, None] * mix[0] + (1.0 - self.much[:, None]) * mix[1]).astype(np.float32)
        found: Floats = np.einsum("ucl,ul->uc", self.normal, own) + self.shut
        return found

    def ndcg(self, scores: Floats) -> float:
        """Return the mean nDCG@10."""
        top = min(PLACES, scores.shape[1])
        best = np.argpartition(-scores, top - 1, axis=1)[:, :top]
        order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")
        hits = np.take_along_axis(self.target, np.take_along_axis(best, order, axis=1), axis=1)
        return float(metrics.ndcg(hits, self.targets, PLACES).mean())


def table(
    user: NDArray[np.int64],
    normal: Floats,
    much: NDArray[np.float64],
    target: NDArray[np.bool_],
    targets: NDArray[np.int64],
) -> Table:
    """Lay rows, in the order of their users, side by side; users without a target are left out.

    Parameters
    ----------
    user, target : arrays of shape (rows,)
    normal : array of shape (rows, legs)
    much : array of shape (rows,)
    targets : array of shape (users,)
    """
    some = np.flatnonzero((targets > 0) & (np.bincount(user, minlength=len(targets)) > 0))
    if len(some) > USERS_MAX:  # evenly: histories of all lengths stand beside each other
        some = some[np.linspace(0, len(some) - 1, USERS_MAX).astype(int)]
    place = np.full(len(targets), -1)
    place[some] = np.arange(len(some))
    kept = place[user] >= 0
    row = place[user[kept]]
    column = np.arange(len(row)) - np.searchsorted(row, row)
    width = int(column.max(initial=0)) + 1
    found = Table(
        np.zeros((len(some), width, normal.shape[1]), np.float32),
        np.zeros(len(some), np.float32),
        np.full((len(some), width), -np.inf, np.float32),
        np.zeros((len(some), width), bool),
        targets[some],
    )
    found.normal[row, column] = normal[kept]
    found.much[row] = much[kept]
    found.shut[row, column] = 0.0
    found.target[row, column] = target[kept]
    return found


def learn(
    users: Table, prior: NDArray[np.float64], known: float, seed: int = 0, bags: int = BAGS
) -> NDArray[np.float64]:
    """Return a mix of shape (2, legs): from the prior, the mean over bags of users, each without its share of them.

    The first row is learnt of users of whom more than `known` is known, the second of the others after it, so that
    asking about beginnings does not bend what long histories say.
    """
    bag = (
        np.random.default_rng(seed).integers(0, bags, len(users.much))
        if bags > 1
        else -np.ones(len(users.much))
    )
    found = []
    for number in range(bags):
        mix = prior.copy()
        for row, own in ((0, users.much > known), (1, users.much <= known)):
            part = np.flatnonzero(own & (bag != number))
            if len(part):
                mix = climb(users.of(part), mix, row)
        found.append(mix)
    mean: NDArray[np.float64] = np.mean(found, axis=0)
    return mean


def climb(users: Table, start: NDArray[np.float64], row: int) -> NDArray[np.float64]:
    """Move one weight of a row at a time, up or down, by smaller and smaller steps, as long as nDCG rises."""
    mix = start.copy()
    share = users.much if row == 0 else 1.0 - users.much
    scores = users.scores(mix)
    best = users.ndcg(scores)
    for step in STEPS:
        for _ in range(ROUNDS):
            moved = False
            for leg in range(mix.shape[1]):
                for change in (step, -step):
                    while -1e-9 <= mix[row, leg] + change <= LARGEST:
                        tried = scores + np.float32(change) * share[:, None] * users.normal[:, :, leg]
                        value = users.ndcg(tried)
                        if value <= best + GAIN:
                            break
                        scores, best, moved = tried, value, True
                        mix[row, leg] = max(0.0, mix[row, leg] + change)
            if not moved:
                break
    return mix
