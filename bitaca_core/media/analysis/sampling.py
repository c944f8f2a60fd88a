"""Which excerpts stand for the whole title: drawn in strata of complexity, pure and without chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bitaca_core.media.analysis.shots import Shot


@dataclass(frozen=True, slots=True)
class Sample:
    """An excerpt that begins at `start_s` of the source; `weight` is the share of the title it stands for.

    `rate_factor` is how much richer than the sampled shot its stratum is by the source's own rate.
    """

    shot: int
    start_s: float
    weight: float
    rate_factor: float = 1.0
    held_out: bool = False


def choose(shots: Sequence[Shot], count: int, held_out: int, excerpt_s: float) -> tuple[Sample, ...]:
    """Choose `count` excerpts to learn from and `held_out` others to check with.

    Shots are ordered by complexity and cut into `count` strata of equal play time; the shot in the middle of each
    stands for it. Held-out shots are those nearest to evenly spread places that were not taken. Where the title
    has too few shots there are fewer of both; weights always sum to 1.
    """
    order = sorted(range(len(shots)), key=lambda n: (shots[n].bps, shots[n].start_s))
    total = sum(shot.duration_s for shot in shots)
    if not order or total <= 0 or count < 1:
        return ()
    middles: dict[int, float] = {}
    passed = 0.0
    for n in order:
        middles[n] = (passed + shots[n].duration_s / 2) / total
        passed += shots[n].duration_s
    weights: dict[int, float] = {}
    means: dict[int, float] = {}
    for stratum in range(count):
        inside = [n for n in order if stratum / count <= middles[n] < (stratum + 1) / count]
        taken = _nearest(inside or order, middles, (stratum + 0.5) / count)
        weights[taken] = weights.get(taken, 0.0) + 1 / count
        if inside:
            seconds = sum(shots[n].duration_s for n in inside)
            means[taken] = sum(shots[n].bps * shots[n].duration_s for n in inside) / seconds
    left = [n for n in order if n not in weights]
    others: list[int] = []
    for place in range(held_out):
        if left:
            others.append(_nearest(left, middles, (place + 0.5) / held_out))
            left.remove(others[-1])
    samples = [
        Sample(
            n, _start(shots[n], excerpt_s), weights[n], means.get(n, shots[n].bps) / max(shots[n].bps, 1.0)
        )
        for n in weights
    ]
    samples += [Sample(n, _start(shots[n], excerpt_s), 0.0, 1.0, held_out=True) for n in others]
    return tuple(samples)


def _nearest(among: Sequence[int], middles: dict[int, float], place: float) -> int:
    return min(among, key=lambda n: (abs(middles[n] - place), n))


def _start(shot: Shot, excerpt_s: float) -> float:
    """Return where in the shot to begin: at the key frame nearest to its middle from which the excerpt fits."""
    ideal = shot.start_s + max(0.0, shot.duration_s - excerpt_s) / 2
    fitting = [key for key in shot.keys_s if key + excerpt_s <= shot.end_s + 1e-6]
    return min(fitting, key=lambda key: (abs(key - ideal), key), default=shot.start_s)
