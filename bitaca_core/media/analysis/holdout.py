"""Whether what was foretold holds on shots that nothing was learnt from, and one correction where it does not; pure.

A held-out shot is encoded at every chosen rung. From the size that it then has, its VMAF is foretold as the samples
say (at one size and setting, shots that cost more score lower: a line through the samples, drawn towards their mean),
and then measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bitaca_core.media.analysis.choosing import Choice
from bitaca_core.media.analysis.curves import Key, Weighted, logit, unlogit

RIDGE = 0.5
"""How strongly the line is drawn towards the level: a spread of log rates of this variance halves the slope."""


@dataclass(frozen=True, slots=True)
class Check:
    """One held-out shot at one rung."""

    sample: int
    rung: Choice
    bps: float
    foretold: float
    measured: float

    @property
    def error(self) -> float:
        """How much too high the forecast was, VMAF."""
        return self.foretold - self.measured


def foretell(curve: Weighted, crf: float, bps: float) -> float:
    """Return the VMAF that a shot should have which costs `bps` at `crf`."""
    weights = [weight for weight, _, _ in curve.parts]
    rates = [math.log(part.bps(crf)) for _, _, part in curve.parts]
    scores = [logit(part.vmaf(crf)) for _, _, part in curve.parts]
    total = sum(weights)
    mean_rate = sum(w * r for w, r in zip(weights, rates, strict=True)) / total
    mean_score = sum(w * s for w, s in zip(weights, scores, strict=True)) / total
    spread = sum(w * (r - mean_rate) ** 2 for w, r in zip(weights, rates, strict=True)) / total
    shared = sum(
        w * (r - mean_rate) * (s - mean_score) for w, r, s in zip(weights, rates, scores, strict=True)
    )
    slope = shared / total / (spread + RIDGE)
    low, high = min(rates), max(rates)
    at = min(max(math.log(max(bps, 1.0)), low), high)  # no shot is judged beyond what was seen
    return unlogit(mean_score + slope * (at - mean_rate) + curve.shift)


def corrected(curves: Mapping[Key, Weighted], checks: Sequence[Check]) -> dict[Key, Weighted]:
    """Return the curves, moved by what the held-out shots said, with the weight that so few have among all."""
    moved = dict(curves)
    for codec in {check.rung.codec for check in checks}:
        own = [check for check in checks if check.rung.codec == codec]
        off = sum(logit(check.measured) - logit(check.foretold) for check in own) / len(own)
        shots = len({check.sample for check in own})
        for key, curve in curves.items():
            if key[0] == codec:
                share = shots / (shots + len(curve.parts))
                moved[key] = replace(curve, shift=curve.shift + off * share)
    return moved


def translation(pairs: Sequence[tuple[float, float, float, float]]) -> tuple[float, float]:
    """Return by what another preset multiplies the rate and what it adds to the logit of VMAF.

    Parameters
    ----------
    pairs : sequence of (bps, vmaf, other bps, other vmaf)
        The same excerpt, size and setting with both presets.
    """
    if not pairs:
        return 1.0, 0.0
    rate = math.exp(sum(math.log(other / bps) for bps, _, other, _ in pairs) / len(pairs))
    return rate, sum(logit(other) - logit(vmaf) for _, vmaf, _, other in pairs) / len(pairs)


def translated(curve: Weighted, rate: float, shift: float) -> Weighted:
    """Return a curve as it is with another preset."""
    parts = tuple((weight, factor * rate, part) for weight, factor, part in curve.parts)
    return replace(curve, parts=parts, shift=curve.shift + shift)


def errors(checks: Sequence[Check]) -> dict[str, float]:
    """Return `{mean, worst, worst_shot}`: of each rung's mean over the shots, and of any shot; absolute VMAF."""
    if not checks:
        return {}
    by_rung: dict[Choice, list[Check]] = {}
    for check in checks:
        by_rung.setdefault(check.rung, []).append(check)
    means = [abs(sum(check.error for check in group) / len(group)) for group in by_rung.values()]
    return {
        "mean": sum(means) / len(means),
        "worst": max(means),
        "worst_shot": max(abs(check.error) for check in checks),
    }
