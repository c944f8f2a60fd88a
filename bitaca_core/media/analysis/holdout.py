"""Whether what was foretold holds on shots that nothing was learnt from, and one correction where it does not; pure.

A held-out shot is tried once at each size, at one setting: that places it among the samples. What it scores at the
rungs' own settings is then foretold as the samples' curves run, and measured. Beside it stands the harder question
(`blind`): the score foretold from nothing but the size that the shot has at a rung.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bitaca_core.media.analysis.choosing import Choice
from bitaca_core.media.analysis.curves import Curve, Key, Probe, Weighted, logit, unlogit

RIDGE_BLIND = 0.1
"""How strongly a line over log rates is drawn towards the level: a spread of this variance halves its slope."""
RIDGE = 0.05
"""The same for a line over the placing scores, drawn towards a slope of 1."""


@dataclass(frozen=True, slots=True)
class Check:
    """One held-out shot at one rung; `blind` is the forecast that knew only its size there."""

    sample: int
    rung: Choice
    bps: float
    foretold: float
    measured: float
    blind: float

    @property
    def error(self) -> float:
        """How much too high the forecast was, VMAF."""
        return self.foretold - self.measured


def foretell(curve: Weighted, crf: float, placed_crf: float, placed_vmaf: float) -> float:
    """Return the VMAF at `crf` of a shot that has `placed_vmaf` at `placed_crf`, as the samples' curves run."""
    xs = [logit(part.vmaf(placed_crf)) for _, _, part in curve.parts]
    ys = [logit(part.vmaf(crf)) for _, _, part in curve.parts]
    mean_x, mean_y, spread, shared = _moments([weight for weight, _, _ in curve.parts], xs, ys)
    slope = (shared + RIDGE) / (spread + RIDGE)
    return unlogit(mean_y + slope * (logit(placed_vmaf) - mean_x))


def foretell_blind(curve: Weighted, crf: float, bps: float) -> float:
    """Return the VMAF that a shot should have which costs `bps` at `crf`: dear shots score lower."""
    xs = [math.log(part.bps(crf)) for _, _, part in curve.parts]
    ys = [logit(part.vmaf(crf)) for _, _, part in curve.parts]
    mean_x, mean_y, spread, shared = _moments([weight for weight, _, _ in curve.parts], xs, ys)
    at = min(max(math.log(max(bps, 1.0)), min(xs)), max(xs))  # no shot is judged beyond what was seen
    return unlogit(mean_y + shared / (spread + RIDGE_BLIND) * (at - mean_x) + curve.shift)


def placed_curve(curve: Weighted, probe: Probe) -> Curve:
    """Return how a shot should run of which one trial is known: as the samples do, from its own place."""
    logits = tuple(logit(foretell(curve, crf, probe.crf, probe.vmaf)) for crf in curve.crfs)
    offset = math.log(max(probe.bps, 1.0)) - _mean_log_rate(curve, probe.crf)
    rates = tuple(_mean_log_rate(curve, crf) + offset for crf in curve.crfs)
    return Curve(curve.crfs, rates, logits, curve.parts[0][2].bends)


def with_placed(curves: Mapping[Key, Weighted], placed: Sequence[Probe]) -> dict[Key, Weighted]:
    """Return the curves with the held-out shots among their samples: each runs as the others do, from its own place.

    All then weigh alike by number: n samples keep n / (n + m) of the weight beside m held-out shots.
    """
    extended = dict(curves)
    for key in {probe.key for probe in placed}:
        if key not in curves:
            continue
        curve, own = curves[key], [probe for probe in placed if probe.key == key]
        count = len(curve.parts) + len(own)
        parts = [(weight * len(curve.parts) / count, factor, part) for weight, factor, part in curve.parts]
        parts += [(1 / count, 1.0, placed_curve(curve, probe)) for probe in own]
        extended[key] = replace(curve, parts=tuple(parts))
    return extended


def corrected(curves: Mapping[Key, Weighted], checks: Sequence[Check]) -> dict[Key, Weighted]:
    """Return the curves, moved by what the held-out shots said, with the weight that so few have among all."""
    moved = dict(curves)
    for codec in {check.rung.codec for check in checks}:
        own = [check for check in checks if check.rung.codec == codec]
        off = sum(logit(check.measured) - logit(check.foretold) for check in own) / len(own)
        shots = len({check.sample for check in own})
        for key, curve in curves.items():
            if key[0] == codec:
                moved[key] = replace(curve, shift=curve.shift + off * shots / max(shots, len(curve.parts)))
    return moved


def _moments(
    weights: Sequence[float], xs: Sequence[float], ys: Sequence[float]
) -> tuple[float, float, float, float]:
    """Return the weighted means of x and y, the variance of x and the covariance."""
    total = sum(weights)
    mean_x = sum(w * x for w, x in zip(weights, xs, strict=True)) / total
    mean_y = sum(w * y for w, y in zip(weights, ys, strict=True)) / total
    spread = sum(w * (x - mean_x) ** 2 for w, x in zip(weights, xs, strict=True)) / total
    shared = sum(w * (x - mean_x) * (y - mean_y) for w, x, y in zip(weights, xs, ys, strict=True)) / total
    return mean_x, mean_y, spread, shared


def _mean_log_rate(curve: Weighted, crf: float) -> float:
    total = sum(weight for weight, _, _ in curve.parts)
    return sum(weight * math.log(part.bps(crf)) for weight, _, part in curve.parts) / total


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
    """Return absolute errors in VMAF: `mean` and `worst` of each rung's mean over the shots, `worst_shot` of any one,
    `blind_mean` as `mean` but foretold from sizes alone.
    """
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
        "blind_mean": sum(
            abs(sum(check.blind - check.measured for check in group) / len(group))
            for group in by_rung.values()
        )
        / len(by_rung),
    }
