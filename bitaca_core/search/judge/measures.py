"""How good a ranked answer is: pure functions from ids to a number between 0 and 1."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2000


def precision_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return the share of the first `k` places that are relevant; a place left empty is not."""
    return sum(title_id in relevant for title_id in ranked[:k]) / k


def hit_at(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Return 1 where one of the first `k` is relevant, else 0."""
    return float(any(title_id in relevant for title_id in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int = 10) -> float:
    """Return 1 over the place of the first relevant id among the first `k`, 0 where there is none."""
    places = (place for place, title_id in enumerate(ranked[:k], start=1) if title_id in relevant)
    return next((1.0 / place for place in places), 0.0)


def interval(values: Sequence[float], rng: np.random.Generator) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the mean (Efron 1979); (0, 0) of nothing."""
    import numpy as np

    if not len(values):
        return 0.0, 0.0
    sample = np.asarray(values, np.float64)
    means = sample[rng.integers(0, len(sample), (RESAMPLES, len(sample)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)
