"""How many bits one ladder saves against another at equal quality (Bjontegaard's delta rate), pure.

The logarithm of the rate is interpolated over the quality by a monotone piecewise cubic (Fritsch and Carlson's
limits on the slopes), and the difference of both curves is integrated exactly over the qualities that both reach.

References
----------
G. Bjontegaard, "Calculation of average PSNR differences between RD-curves", VCEG-M33 (2001).
F. Fritsch and R. Carlson, "Monotone Piecewise Cubic Interpolation", SIAM J. Numer. Anal. 17 (1980).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from bitaca_core.errors import InputError

Point = tuple[float, float]
"""(bits a second, VMAF) of one rung."""

LOWEST_VMAF = 60.0
HIGHEST_VMAF = 95.0
GAUSS = ((-math.sqrt(0.6), 5 / 9), (0.0, 8 / 9), (math.sqrt(0.6), 5 / 9))
"""Gauss-Legendre nodes and weights: exact for the fifth degree, so for a cubic."""


class Monotone:
    """A monotone piecewise cubic through points of strictly rising `x`.

    Parameters
    ----------
    xs, ys : sequence of float
        At least two points.
    """

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.xs, self.ys = list(xs), list(ys)
        self.slopes = _slopes(self.xs, self.ys)

    def __call__(self, x: float) -> float:
        """Return the value at `x`, which must lie between the first and the last point."""
        i = min(max(bisect_right(self.xs, x) - 1, 0), len(self.xs) - 2)
        step = self.xs[i + 1] - self.xs[i]
        t = (x - self.xs[i]) / step
        return (
            self.ys[i] * (1 + 2 * t) * (1 - t) ** 2
            + self.ys[i + 1] * t * t * (3 - 2 * t)
            + step * (self.slopes[i] * t * (1 - t) ** 2 + self.slopes[i + 1] * t * t * (t - 1))
        )


def bd_rate(
    baseline: Sequence[Point],
    tested: Sequence[Point],
    *,
    low: float = LOWEST_VMAF,
    high: float = HIGHEST_VMAF,
) -> float:
    """Return by what share the rate of `tested` differs from `baseline`'s at equal quality; -0.25 saves a quarter.

    Points that another one beats in both rate and quality are left out: no player needs them.

    Raises
    ------
    InputError
        A ladder has fewer than two useful points, or the two share no quality between `low` and `high`.
    """
    first, second = _curve(baseline), _curve(tested)
    low, high = max(low, first.xs[0], second.xs[0]), min(high, first.xs[-1], second.xs[-1])
    if low >= high:
        raise InputError("the two ladders share no quality", kind="no-overlap")
    knots = sorted({low, high, *(x for x in (*first.xs, *second.xs) if low < x < high)})
    area = 0.0
    for left, right in pairwise(knots):
        middle, half = (left + right) / 2, (right - left) / 2
        area += half * sum(
            weight * (second(middle + half * node) - first(middle + half * node)) for node, weight in GAUSS
        )
    return math.exp(area / (high - low)) - 1


def shared_range(
    baseline: Sequence[Point],
    tested: Sequence[Point],
    *,
    low: float = LOWEST_VMAF,
    high: float = HIGHEST_VMAF,
) -> tuple[float, float]:
    """Return the qualities over which `bd_rate` compares the two."""
    first, second = _curve(baseline), _curve(tested)
    return max(low, first.xs[0], second.xs[0]), min(high, first.xs[-1], second.xs[-1])


def undominated(points: Sequence[Point]) -> list[Point]:
    """Return the points that no cheaper point reaches in quality, by rising rate."""
    kept: list[Point] = []
    for rate, quality in sorted(points, key=lambda point: (point[0], -point[1])):
        if not kept or quality > kept[-1][1]:
            kept.append((rate, quality))
    return kept


def _curve(points: Sequence[Point]) -> Monotone:
    if any(not (rate > 0 and math.isfinite(rate) and math.isfinite(quality)) for rate, quality in points):
        raise InputError("a rate must be positive and both finite", kind="bad-point")
    useful = undominated(points)
    if len(useful) < 2:
        raise InputError(
            "a ladder needs two rungs of different quality to be compared", kind="too-few-points"
        )
    return Monotone([quality for _, quality in useful], [math.log(rate) for rate, _ in useful])


def _slopes(xs: list[float], ys: list[float]) -> list[float]:
    steps = [b - a for a, b in pairwise(xs)]
    if len(steps) < 1 or min(steps) <= 0:
        raise ValueError("at least two points with rising x")
    rises = [(ys[i + 1] - ys[i]) / step for i, step in enumerate(steps)]
    if len(rises) == 1:
        return [rises[0], rises[0]]
    slopes = [_end(steps[0], steps[1], rises[0], rises[1])]
    for i in range(1, len(xs) - 1):
        before, after = rises[i - 1], rises[i]
        if before * after <= 0:
            slopes.append(0.0)
            continue
        w1, w2 = 2 * steps[i] + steps[i - 1], steps[i] + 2 * steps[i - 1]
        slopes.append((w1 + w2) / (w1 / before + w2 / after))
    slopes.append(_end(steps[-1], steps[-2], rises[-1], rises[-2]))
    return slopes


def _end(step: float, next_step: float, rise: float, next_rise: float) -> float:
    """Return the slope at an end: three-point estimate, never against the rise and at most thrice it."""
    slope = ((2 * step + next_step) * rise - step * next_rise) / (step + next_step)
    if slope * rise <= 0:
        return 0.0
    if rise * next_rise <= 0 and abs(slope) > 3 * abs(rise):
        return 3 * rise
    return slope
