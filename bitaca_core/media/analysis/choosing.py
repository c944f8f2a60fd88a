"""Which rungs to encode, from curves of rate and quality: steps down the hull from the best that is worth its bits.

Pure. Along the hull (the cheapest size at each quality) the ladder begins where more bits are no longer seen and goes
down by steps that are. Both a step in quality and a step in rate are kept, so that a switch is noticeable and
worth it; where that gives too many rungs the steps are widened evenly.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bitaca_core.media.analysis.curves import Key, Weighted, logit
from bitaca_core.media.ladder import Codec

TOP_VMAF = 95.0
"""Above this few people tell a picture from its source."""
STEP_VMAF = 6.0
"""A noticeable step: about half of the people see it."""
STEP_RATE = 1.5
"""Neighbours' rates lie at least this factor apart (HLS authoring specification: 1.5 to 2)."""
LEAST_GAIN_VMAF = 2.0
"""A rung that gives less than this over the one below it is left out."""
LOWEST_VMAF = 55.0
"""Below this only the rung for very slow networks remains."""
SAME_RATE = 1.02
"""Of two sizes within this factor the smaller is taken: it costs less to encode and to decode."""
GRAIN: Mapping[str, float] = {"h264": 0.5, "av1": 1.0, "vp9": 1.0}
"""CRF values are multiples of this."""
REACH: Mapping[str, tuple[float, float]] = {"h264": (6.0, 6.0), "av1": (10.0, 4.0), "vp9": (4.0, 6.0)}
"""How far below and above the probed settings a curve is trusted."""
LIMITS: Mapping[str, tuple[float, float]] = {"h264": (14.0, 50.0), "av1": (18.0, 63.0), "vp9": (18.0, 60.0)}
SEARCH_STEP_VMAF = 0.25
FULL_SIZE_WORTH = 1.25
"""The best rung has the largest size that takes at most this times the bits of the cheapest one of equal VMAF: who looks
closely sees the lines that VMAF, at three heights, does not."""
WIDER = 1.08
SMALLER_RATE, SMALLER_LOGIT = 0.75, 0.8
"""How rate (as a power) and logit of VMAF (by its logarithm) follow the share of pixels at one setting: between 540 and
234 lines the power was 0.65 to 0.84 and the change 0.67 to 0.95, over one drawn title and one film."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A rung as chosen: what it is, and what is foretold of it."""

    codec: Codec
    width: int
    height: int
    crf: float
    bps: float
    vmaf: float

    @property
    def key(self) -> Key:
        """Which curve it lies on."""
        return self.codec, self.width, self.height


Curves = Mapping[Key, Weighted]
Grid = list[list[Choice]]


def crf_range(codec: Codec, curve: Weighted) -> tuple[float, float]:
    """Return the settings between which `curve` is trusted."""
    below, above = REACH[codec]
    low, high = LIMITS[codec]
    return max(low, min(curve.crfs) - below), min(high, max(curve.crfs) + above)


def grid(curves: Curves, codec: Codec) -> Grid:
    """Return, for each size, the choices at all settings that can be told to the encoder, best first."""
    lines = []
    for key, curve in curves.items():
        if key[0] != codec:
            continue
        low, high = crf_range(codec, curve)
        grain = GRAIN[codec]
        first, last = math.ceil(low / grain), math.floor(high / grain)
        line = [_at(key, curve, step * grain) for step in range(first, last + 1)]
        lines.append([choice for n, choice in enumerate(line) if n == 0 or choice.vmaf < line[n - 1].vmaf])
    return lines


def at_quality(lines: Grid, vmaf: float) -> Choice | None:
    """Return the cheapest way to reach about `vmaf`; None where no size reaches it."""
    found: list[tuple[float, Choice]] = []
    for line in lines:
        after = bisect_left(line, -vmaf, key=lambda choice: -choice.vmaf)
        if after == 0 or after == len(line):
            continue
        better, worse = line[after - 1], line[after]
        share = (better.vmaf - vmaf) / (better.vmaf - worse.vmaf)
        bps = better.bps ** (1 - share) * worse.bps**share
        found.append((bps, better if share < 0.5 else worse))
    if not found:
        return None
    least = min(bps for bps, _ in found)
    return min((c for bps, c in found if bps <= least * SAME_RATE), key=lambda c: c.width * c.height)


def choose(curves: Curves, codec: Codec, *, top_bps: float, count: int) -> list[Choice]:
    """Return at most `count` rungs of one codec, best first.

    Parameters
    ----------
    top_bps : float
        No rung has a higher mean rate.
    """
    lines = grid(curves, codec)
    top = _top(lines, top_bps)
    if top is None:
        return []
    wide = 1.0
    while len(chosen := _steps(lines, top, STEP_VMAF * wide, STEP_RATE**wide)) > count:
        wide *= WIDER
    return without_small_gains(chosen)


def without_small_gains(choices: list[Choice]) -> list[Choice]:
    """Leave out each rung that shows less than `LEAST_GAIN_VMAF` more than the next one below it."""
    kept: list[Choice] = []
    for choice in sorted(choices, key=lambda c: c.vmaf):
        if kept and choice.vmaf - kept[-1].vmaf < LEAST_GAIN_VMAF:
            continue
        kept.append(choice)
    return kept[::-1]


def slowest(curves: Curves, codec: Codec, mean_bps: float) -> Choice | None:
    """Return the best rung whose mean rate is at most `mean_bps`: the one for very slow networks."""
    found: list[Choice] = []
    for key, curve in curves.items():
        if key[0] != codec:
            continue
        grain = GRAIN[codec]
        first = math.ceil(crf_range(codec, curve)[0] / grain)
        last = math.floor(LIMITS[codec][1] / grain)
        step = bisect_left(range(first, last + 1), -mean_bps, key=lambda n: -curve.bps(n * grain)) + first
        if step <= last:
            found.append(_at(key, curve, step * grain))
    return max(found, key=lambda c: (round(c.vmaf, 3), -c.width * c.height), default=None)


def with_smaller(curves: Curves, size: tuple[int, int], codec: Codec = "h264") -> dict[Key, Weighted]:
    """Return the curves with one for `size`, foreseen from the smallest size that was tried, if it was not tried."""
    extended = dict(curves)
    tried = [key for key in curves if key[0] == codec]
    if not tried or (codec, *size) in curves:
        return extended
    near = min(tried, key=lambda key: key[1] * key[2])
    share = size[0] * size[1] / (near[1] * near[2])
    parts = tuple(
        (weight, factor * share**SMALLER_RATE, curve) for weight, factor, curve in curves[near].parts
    )
    shift = curves[near].shift + SMALLER_LOGIT * math.log(share)
    extended[codec, *size] = replace(curves[near], parts=parts, shift=shift)
    return extended


def with_sizes(curves: Curves, sizes: Sequence[tuple[int, int]], codec: Codec) -> dict[Key, Weighted]:
    """Return the curves with one for each of `sizes` that was not tried, between two that were or below them.

    Over the logarithm of the pixels the logit of VMAF runs straight, and the logarithm of the rate over that of the coded
    macroblocks: foreseen from 480 and 236 lines, 360 lines were off by 0.1 VMAF and 1.5 % of the bits (three films).
    Drawn titles bend: from 720 and 234 lines, those between were off by 1 VMAF at usual settings, 4 % and up to 4 at CRF 36.
    """
    extended = dict(curves)
    tried = sorted((key for key in curves if key[0] == codec), key=lambda key: key[1] * key[2])
    for size in sizes:
        if (codec, *size) in curves or not tried:
            continue
        above = [key for key in tried if key[1] * key[2] > size[0] * size[1]]
        below = [key for key in tried if key[1] * key[2] < size[0] * size[1]]
        if len(tried) == 1:
            extended = with_smaller(extended, size, codec) if above else extended
        elif above:
            larger, smaller = (above[0], below[-1]) if below else (tried[1], tried[0])
            extended[codec, *size] = _in_line(curves, larger, smaller, size)
    return extended


def _in_line(curves: Curves, above: Key, below: Key, size: tuple[int, int]) -> Weighted:
    seen = _share((above[1], above[2]), size, (below[1], below[2]), lambda wide, high: wide * high)
    paid = _share((above[1], above[2]), size, (below[1], below[2]), _macroblocks)
    larger, smaller = curves[above], curves[below]
    parts = []
    for (weight, factor, one), (_, _, other) in zip(larger.parts, smaller.parts, strict=True):
        at = one.crfs
        rates = [(1 - paid) * math.log(one.bps(crf)) + paid * math.log(other.bps(crf)) for crf in at]
        logits = [(1 - seen) * logit(one.vmaf(crf)) + seen * logit(other.vmaf(crf)) for crf in at]
        parts.append((weight, factor, replace(one, log_rates=tuple(rates), logits=tuple(logits))))
    return Weighted(tuple(parts), (1 - seen) * larger.shift + seen * smaller.shift)


def _share(
    above: tuple[int, int], size: tuple[int, int], below: tuple[int, int], weigh: Callable[[int, int], int]
) -> float:
    """Return how far `size` is on the way down from `above` to `below`, by the logarithm of its weight."""
    return math.log(weigh(*above) / weigh(*size)) / math.log(weigh(*above) / weigh(*below))


def _macroblocks(width: int, height: int) -> int:
    return -(-width // 16) * -(-height // 16)


def hull(curves: Curves, codec: Codec) -> list[Choice]:
    """Return the cheapest choice at each whole VMAF that can be reached, from low to high: for reports."""
    lines = grid(curves, codec)
    found = [at_quality(lines, float(vmaf)) for vmaf in range(20, 99)]
    kept: list[Choice] = []
    for choice in found:
        if choice is not None and (not kept or choice.vmaf > kept[-1].vmaf):
            kept.append(choice)
    return kept


def _top(lines: Grid, top_bps: float) -> Choice | None:
    vmaf = TOP_VMAF
    while vmaf > 0:
        choice = at_quality(lines, vmaf)
        if choice is not None and choice.bps <= top_bps:
            limit = min(top_bps, choice.bps * FULL_SIZE_WORTH)
            alike = [at_quality([line], vmaf) for line in lines]
            return max((c for c in (choice, *alike) if c and c.bps <= limit), key=lambda c: (c.width, -c.bps))
        vmaf -= SEARCH_STEP_VMAF
    return None


def _steps(lines: Grid, top: Choice, step_vmaf: float, step_rate: float) -> list[Choice]:
    chosen = [top]
    vmaf = top.vmaf - step_vmaf
    while vmaf >= LOWEST_VMAF:
        choice = at_quality(lines, vmaf)
        last = chosen[-1]
        if (
            choice is not None
            and choice.bps * step_rate <= last.bps
            and choice.vmaf <= last.vmaf - STEP_VMAF + 0.5
        ):
            chosen.append(choice)
            vmaf = choice.vmaf - step_vmaf
        else:
            vmaf -= SEARCH_STEP_VMAF
    return chosen


def _at(key: Key, curve: Weighted, crf: float) -> Choice:
    return Choice(*key, crf, curve.bps(crf), curve.vmaf(crf))
