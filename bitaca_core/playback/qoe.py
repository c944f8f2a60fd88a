"""Quality of experience from what was played, and intervals for paired comparisons. Pure functions.

`qoe_lin` and `qoe_log` follow Yin et al., "A Control-Theoretic Approach for Dynamic Adaptive Video Streaming
over HTTP" (SIGCOMM 2015), with the weights of Mao et al., "Neural Adaptive Video Streaming with Pensieve"
(SIGCOMM 2017, table 2): quality of each segment, minus stalling, minus the size of each change of quality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

STALL_WEIGHT_LIN = 4.3
"""Penalty of one stalled second for `qoe_lin`, in Mbit/s of quality."""
STALL_WEIGHT_LOG = 2.66
"""Penalty of one stalled second for `qoe_log`."""


def qoe_lin(bitrates_kbps: ArrayLike, stall_s: float) -> float:
    """Return the linear QoE of one session, total over segments.

    Parameters
    ----------
    bitrates_kbps : array_like of shape (n_segments,)
        Bitrate of each segment played.
    stall_s : float
        Seconds of waiting, start-up included.
    """
    quality = np.asarray(bitrates_kbps, dtype=np.float64) / 1000
    return _total(quality, STALL_WEIGHT_LIN, stall_s)


def qoe_log(bitrates_kbps: ArrayLike, lowest_kbps: float, stall_s: float) -> float:
    """Return the logarithmic QoE of one session: each segment counts ln(bitrate / lowest rung)."""
    quality = np.log(np.asarray(bitrates_kbps, dtype=np.float64) / lowest_kbps)
    return _total(quality, STALL_WEIGHT_LOG, stall_s)


def _total(quality: NDArray[np.float64], weight: float, stall_s: float) -> float:
    return float(quality.sum() - weight * stall_s - np.abs(np.diff(quality)).sum())


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def paired_difference(left: ArrayLike, right: ArrayLike, *, seed: int = 0, resamples: int = 2000) -> Interval:
    """Return the mean of `left - right` over the same traces, with a percentile bootstrap interval.

    Parameters
    ----------
    left, right : array_like of shape (n_traces,)
        One value a trace, in the same order.
    seed : int
        Of the resampling.
    resamples : int
        Bootstrap samples.

    Raises
    ------
    ValueError
        Different lengths, or nothing to compare.

    References
    ----------
    Efron and Tibshirani, "An Introduction to the Bootstrap", chapter 13.
    """
    difference = np.asarray(left, dtype=np.float64) - np.asarray(right, dtype=np.float64)
    if difference.ndim != 1 or difference.size == 0:
        raise ValueError("expected two equally long one-dimensional arrays with at least one value")
    rng = np.random.default_rng(seed)
    means = difference[rng.integers(0, difference.size, (resamples, difference.size))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(difference.mean()), float(low), float(high))
