"""From a ranking to a row: kept apart from one another, few of one franchise, a little left to chance."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Floats = NDArray[np.float32]

FRANCHISE_MAX = 2
"""Titles of one franchise in one row."""
EXPLORE_EVERY = 10
"""One place in so many goes to what the viewer would not be shown otherwise."""


def top(places: Places, final: Floats, count: int) -> Places:
    """Return at most `count` of `places` by falling score; the catalogue's order decides between equals."""
    if len(places) > count > 0:
        best = np.argpartition(-final[places], count - 1)[:count]
        edge = final[places[best]].min()
        places = places[final[places] >= edge]  # with everything that is as good as the last
    order = np.lexsort((places, -final[places]))
    return places[order][: max(0, count)]


def capped(
    places: Places, franchise: NDArray[np.int32], limit: int = FRANCHISE_MAX, count: int | None = None
) -> Places:
    """Return `places` in their order without those past `limit` of one franchise (-1: of none), `count` at most."""
    numbers = franchise[places].tolist()
    met: dict[int, int] = {}
    kept: list[int] = []
    for at, number in enumerate(numbers):
        if len(kept) == count:
            break
        if number >= 0:
            met[number] = met.get(number, 0) + 1
            if met[number] > limit:
                continue
        kept.append(at)
    return places[: len(kept)] if kept and kept[-1] == len(kept) - 1 else places[kept]


def spread_apart(final: Floats, likeness: Floats, diversity: float, count: int) -> NDArray[np.int64]:
    """Order candidates by maximal marginal relevance.

    Parameters
    ----------
    final : float32 array of shape (candidates,)
        Scores; only their order and distances within the array count.
    likeness : float32 array of shape (candidates, candidates)
        0 to 1.
    diversity : float
        0 keeps the order of the scores, 1 weighs likeness as much as score.
    count : int
        How many to choose.

    Returns
    -------
    int64 array
        Places in `final`, best first.

    References
    ----------
    Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
    summaries", SIGIR 1998.
    """
    candidates = len(final)
    if candidates == 0 or count <= 0:
        return np.zeros(0, np.int64)
    low, high = float(final.min()), float(final.max())
    relevance = (final - low) / (high - low) if high > low else np.ones(candidates, np.float32)
    share = np.float32(0.5 * diversity)
    worth = (np.float32(1.0) - share) * relevance
    cost = share * likeness
    paid = np.zeros(candidates, np.float32)
    chosen = []
    for _ in range(min(count, candidates)):
        best = int((worth - paid).argmax())
        chosen.append(best)
        worth[best] = -np.inf
        np.maximum(paid, cost[best], out=paid)
    return np.array(chosen, np.int64)


def seed_of(*parts: object) -> int:
    """Return a number that follows from these words alone, on every machine."""
    digest = hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def explored(row: Places, pool: Places, met: Floats, seed: int) -> tuple[Places, frozenset[int]]:
    """Give one place in ten of a row to titles of `pool` that few have met.

    Parameters
    ----------
    row : int64 array
        What would be shown.
    pool : int64 array
        Candidates good enough that are not in the row.
    met : float32 array of shape (titles,)
        How many met each title; fewer go first.
    seed : int
        Chooses among the half of the pool that fewest have met.

    Returns
    -------
    (row, explored)
        As long as before; the titles that came in.
    """
    places = range(EXPLORE_EVERY - 3, len(row), EXPLORE_EVERY)
    if not len(pool) or not places:
        return row, frozenset()
    rare = pool[np.lexsort((pool, met[pool]))][: max(1, len(pool) // 2)]
    picks = np.random.default_rng(seed).permutation(rare)[: len(places)]
    changed = row.copy()
    for at, pick in zip(places, picks, strict=False):
        changed[at] = pick
    return changed, frozenset(int(pick) for pick in picks)
