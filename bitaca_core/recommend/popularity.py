"""How much everybody watches a title: over all time, and lately.

What is counted in a slice of time is smoothed towards all time, so that a title with three viewers last week does
not lead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend.interactions import Floats, Interactions

DAY_S = 86_400.0
BINS = 60


@dataclass(frozen=True, slots=True)
class Popularity:
    """Counts per item, over all time and per slice of time.

    Attributes
    ----------
    counts : float32 array of shape (items,)
    edges_s : float64 array of shape (bins + 1,)
        The slices hold about as many interactions each; empty where no times are known.
    lift : float32 array of shape (bins, items)
        Logarithm of the share in a slice over the share over all time, smoothed; 0 where nothing is known.
    """

    counts: Floats
    edges_s: NDArray[np.float64]
    lift: Floats

    @property
    def share(self) -> Floats:
        """Return log1p of the counts as a share of the largest one's, 0 to 1."""
        top = max(1.0, float(self.counts.max(initial=0.0)))
        found: Floats = (np.log1p(self.counts) / np.log1p(top)).astype(np.float32)
        return found

    def slots(self, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the slice of each time; times before the first or after the last belong to those."""
        found = np.searchsorted(self.edges_s, times_s, side="right") - 1
        return np.clip(found, 0, max(0, len(self.lift) - 1))

    def at(self, times_s: NDArray[np.float64]) -> Floats:
        """Return the mean lift over these times, shape (items,); zeros for no times."""
        if len(self.edges_s) < 2 or len(times_s) == 0:
            return np.zeros(len(self.counts), np.float32)
        if len(times_s) == 1:
            lately: Floats = self.lift[int(self.slots(times_s)[0])]
            return lately
        weight = np.bincount(self.slots(times_s), minlength=len(self.lift)).astype(np.float32) / len(times_s)
        found: Floats = (weight @ self.lift).astype(np.float32)
        return found


def fit(interactions: Interactions, bins: int = BINS, prior: float = 20.0) -> Popularity:
    """Count interactions per item, and per slice of time where times are known.

    Parameters
    ----------
    bins : int
        Slices of equal numbers of interactions, fewer where there are under 500 for each.
    prior : float
        Interactions' worth of all-time shares that every slice and item starts with.
    """
    counts = interactions.counts().astype(np.float32)
    items = len(interactions.items)
    never: NDArray[np.float64] = np.zeros(0, np.float64)
    none = Popularity(counts, never, np.zeros((0, items), np.float32))
    if interactions.time is None or len(interactions) == 0:
        return none
    bins = min(bins, len(interactions) // 500)
    if bins < 2:
        return none
    edges = np.unique(np.quantile(interactions.time, np.linspace(0, 1, bins + 1))).astype(np.float64)
    if len(edges) < 3:
        return none
    slots = np.clip(np.searchsorted(edges, interactions.time, side="right") - 1, 0, len(edges) - 2)
    table = np.zeros((len(edges) - 1, items), np.float32)
    np.add.at(table, (slots, interactions.item), 1.0)
    # Neighbouring slices speak for one another: a title does not stop being shown at midnight.
    padded = np.pad(table, ((1, 1), (0, 0)), mode="edge")
    table = 0.5 * table + 0.25 * (padded[:-2] + padded[2:])
    expected = table.sum(1, keepdims=True) * (counts / max(1.0, counts.sum()))[None, :]
    lift = np.log((table + prior * 0.1 + 1e-9) / (expected + prior * 0.1 + 1e-9)).astype(np.float32)
    return Popularity(counts, edges, lift)
