"""Rate and quality over an encoder's constant-quality setting (CRF), fitted to three probes a size; pure.

In the logarithm of the rate and the logit of VMAF both are nearly straight, so a parabola through three points
is off by a few tenths of a VMAF between them (measured over three clips and two drawn titles).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bitaca_core.errors import InputError
from bitaca_core.media.ladder import Codec

Key = tuple[Codec, int, int]
"""(codec, width, height)."""
BENDS = {"h264": (0.001, -0.0015), "av1": (0.0, -0.001), "vp9": (0.0, -0.001)}
"""Half the second derivative of log rate and of logit by CRF, where only two settings were probed: typical values."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One trial encode of one sample. `bps` is the rate of a whole group of pictures of this kind."""

    sample: int
    codec: Codec
    width: int
    height: int
    crf: float
    bps: float
    vmaf: float

    @property
    def key(self) -> Key:
        """What a curve is fitted for."""
        return self.codec, self.width, self.height


@dataclass(frozen=True, slots=True)
class Curve:
    """Rate and quality of one sample at one size over CRF: parabolas through the nodes at `crfs`."""

    crfs: tuple[float, ...]
    log_rates: tuple[float, ...]
    logits: tuple[float, ...]
    bends: tuple[float, float] = (0.0, 0.0)

    def bps(self, crf: float) -> float:
        """Return the rate at `crf`, bits a second."""
        return math.exp(_through(self.crfs, self.log_rates, crf, self.bends[0]))

    def vmaf(self, crf: float) -> float:
        """Return the quality at `crf`, 0 to 100."""
        return unlogit(_through(self.crfs, self.logits, crf, self.bends[1]))


@dataclass(frozen=True, slots=True)
class Weighted:
    """The whole title at one size: the weighted mean of its samples' curves. Means of the rate and of VMAF.

    Each part is (share of the title, rate factor, curve); `shift` is added to the logit of VMAF: what held-out shots
    corrected.
    """

    parts: tuple[tuple[float, float, Curve], ...]
    shift: float = 0.0

    def bps(self, crf: float) -> float:
        """Return the title's mean rate at `crf`."""
        return sum(weight * factor * curve.bps(crf) for weight, factor, curve in self.parts)

    def vmaf(self, crf: float) -> float:
        """Return the title's mean VMAF at `crf`."""
        mean = sum(weight * curve.vmaf(crf) for weight, _, curve in self.parts)
        return unlogit(logit(mean) + self.shift)

    @property
    def crfs(self) -> tuple[float, ...]:
        """Return the settings that were probed."""
        return self.parts[0][2].crfs


def fit(probes: Sequence[Probe], weights: Mapping[int, tuple[float, float]]) -> dict[Key, Weighted]:
    """Fit the title's curves.

    Parameters
    ----------
    probes : sequence of Probe
        At least two settings for each sample and size.
    weights : mapping
        `{sample: (share of the title, rate factor)}`; samples that are missing here do not count.

    Raises
    ------
    InputError
        A sample has fewer than two settings at a size, or nothing was probed.
    """
    groups: dict[Key, dict[int, list[Probe]]] = {}
    for probe in probes:
        if probe.sample in weights:
            groups.setdefault(probe.key, {}).setdefault(probe.sample, []).append(probe)
    if not groups:
        raise InputError("no probe belongs to a sample", kind="no-probes")
    fitted = {}
    for key, by_sample in groups.items():
        total = sum(weights[sample][0] for sample in by_sample)
        fitted[key] = Weighted(
            tuple(
                (weights[sample][0] / total, weights[sample][1], curve(by_sample[sample]))
                for sample in sorted(by_sample)
            )
        )
    return fitted


def curve(probes: Sequence[Probe]) -> Curve:
    """Fit one sample at one size."""
    points = sorted({probe.crf: probe for probe in probes}.values(), key=lambda probe: probe.crf)
    if len(points) < 2:
        raise InputError("a curve needs probes at two settings", kind="too-few-probes")
    return Curve(
        tuple(float(point.crf) for point in points),
        tuple(math.log(max(point.bps, 1.0)) for point in points),
        tuple(logit(point.vmaf) for point in points),
        BENDS[points[0].codec],
    )


def logit(vmaf: float) -> float:
    """Return the log odds of a VMAF score; scores at the ends of the scale are held just inside it."""
    share = min(max(vmaf / 100, 0.002), 0.998)
    return math.log(share / (1 - share))


def unlogit(value: float) -> float:
    """Return the VMAF score of log odds."""
    return 100 / (1 + math.exp(-value))


def _through(xs: Sequence[float], ys: Sequence[float], x: float, bend: float) -> float:
    """Return Lagrange's parabola through the three nodes nearest to `x`; through two, one that is bent by `bend`."""
    nearest = sorted(range(len(xs)), key=lambda n: (abs(xs[n] - x), n))[:3]
    value = 0.0
    for i in nearest:
        term = ys[i]
        for j in nearest:
            if j != i:
                term *= (x - xs[j]) / (xs[i] - xs[j])
        value += term
    if len(nearest) == 2:
        value += bend * (x - xs[0]) * (x - xs[1])
    return value
