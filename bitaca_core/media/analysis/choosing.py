"""Which rungs to encode, from curves of rate and quality: steps down the hull from the best that is worth its bits.

Pure. Along the hull (the cheapest size at each quality) the ladder begins where more bits are no longer seen and goes
down by steps that are. Both a step in quality and a step in rate are kept, so that a switch is noticeable and
worth it; where that gives too many rungs the steps are widened evenly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bitaca_core.media.analysis.curves import Key, Weighted
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
REACH: Mapping[str, tuple[float, float]] = {"h264": (6.0, 6.0), "av1": (10.0, 8.0), "vp9": (4.0, 6.0)}
"""How far below and above the probed settings a curve is trusted."""
LIMITS: Mapping[str, tuple[float, float]] = {"h264": (14.0, 44.0), "av1": (18.0, 63.0), "vp9": (18.0, 60.0)}
SEARCH_STEP_VMAF = 0.25
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


def crf_range(codec: Codec, curve: Weighted) -> tuple[float, float]:
    """Return the settings between which `curve` is trusted."""
    below, above = REACH[codec]
    low, high = LIMITS[codec]
    return max(low, min(curve.crfs) - below), min(high, max(curve.crfs) + above)


def at_quality(curves: Curves, codec: Codec, vmaf: float) -> Choice | None:
    """Return the cheapest way to reach `vmaf` with `codec`; None where no size reaches it."""
    found: list[Choice] = []
    for (family, width, height), curve in curves.items():
        if family != codec:
            continue
        low, high = crf_range(codec, curve)
        if curve.vmaf(low) < vmaf or curve.vmaf(high) > vmaf:
            continue
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if curve.vmaf(middle) > vmaf else (low, middle)
        found.append(Choice(codec, width, height, low, curve.bps(low), vmaf))
    if not found:
        return None
    least = min(choice.bps for choice in found)
    best = min((c for c in found if c.bps <= least * SAME_RATE), key=lambda c: c.width * c.height)
    return _grained(best, curves[best.key])


def choose(curves: Curves, codec: Codec, *, top_bps: float, count: int) -> list[Choice]:
    """Return at most `count` rungs of one codec, best first.

    Parameters
    ----------
    top_bps : float
        No rung has a higher mean rate.
    """
    top = _top(curves, codec, top_bps)
    if top is None:
        return []
    wide = 1.0
    while len(chosen := _steps(curves, top, STEP_VMAF * wide, STEP_RATE**wide)) > count:
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
    for (family, width, height), curve in curves.items():
        if family != codec:
            continue
        low = crf_range(codec, curve)[0]
        high = LIMITS[codec][1]
        if curve.bps(high) > mean_bps:
            continue
        for _ in range(30):
            middle = (low + high) / 2
            low, high = (middle, high) if curve.bps(middle) > mean_bps else (low, middle)
        found.append(Choice(codec, width, height, high, curve.bps(high), curve.vmaf(high)))
    if not found:
        return None
    best = max(found, key=lambda c: (round(c.vmaf, 3), -c.width * c.height))
    return _grained(best, curves[best.key], upward=True)


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


def hull(curves: Curves, codec: Codec) -> list[Choice]:
    """Return the cheapest choice at each whole VMAF that can be reached, from low to high: for reports."""
    found = [at_quality(curves, codec, float(vmaf)) for vmaf in range(20, 99)]
    kept: list[Choice] = []
    for choice in found:
        if choice is not None and (not kept or choice.vmaf > kept[-1].vmaf):
            kept.append(choice)
    return kept


def _top(curves: Curves, codec: Codec, top_bps: float) -> Choice | None:
    vmaf = TOP_VMAF
    while vmaf > 0:
        choice = at_quality(curves, codec, vmaf)
        if choice is not None and choice.bps <= top_bps:
            return choice
        vmaf -= SEARCH_STEP_VMAF
    return None


def _steps(curves: Curves, top: Choice, step_vmaf: float, step_rate: float) -> list[Choice]:
    chosen = [top]
    vmaf = top.vmaf - step_vmaf
    while vmaf >= LOWEST_VMAF:
        choice = at_quality(curves, top.codec, vmaf)
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


def _grained(choice: Choice, curve: Weighted, *, upward: bool = False) -> Choice:
    grain = GRAIN[choice.codec]
    crf = -(-choice.crf // grain) * grain if upward else round(choice.crf / grain) * grain
    crf = min(crf, LIMITS[choice.codec][1])
    return Choice(choice.codec, choice.width, choice.height, crf, curve.bps(crf), curve.vmaf(crf))
