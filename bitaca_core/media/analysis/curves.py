"""Rate and quality over an encoder's constant-quality setting (CRF), fitted to three probes a size; pure.

In the logarithm of the rate and the logit of VMAF both are nearly straight, so a parabola through three points
is off by a few tenths of a VMAF between them (measured over three clips and two drawn titles).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bitaca_core.errors import InputError
from bitaca_core.media.ladder import Codec, Content

Key = tuple[Codec, int, int]
"""(codec, width, height)."""
BENDS: Mapping[tuple[Codec, Content], tuple[float, float]] = {
    ("h264", "film"): (0.0012, 0.001), ("h264", "animation"): (0.0004, -0.003),
    ("av1", "film"): (0.0, -0.001), ("av1", "animation"): (0.0, -0.001),
    ("vp9", "film"): (0.0, -0.001), ("vp9", "animation"): (0.0, -0.001),
}  # fmt: skip
"""Half the second derivative of log rate and of logit by CRF, where only two settings were probed: typical values."""


SLOPE_STEP = 0.01
TURNS: Mapping[Content, tuple[float, float]] = {"film": (0.003, -0.028), "animation": (0.005, -0.02)}
"""How much the slopes of log rate and of logit by CRF change with the logarithm of the pixels (H.264)."""


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


def fit(
    probes: Sequence[Probe], weights: Mapping[int, tuple[float, float]], content: Content = "film"
) -> dict[Key, Weighted]:
    """Fit the title's curves.

    Parameters
    ----------
    probes : sequence of Probe
        At least two settings for each sample and size.
    weights : mapping
        `{sample: (share of the title, rate factor)}`; samples that are missing here do not count.
    content : "film" or "animation"
        How curves bend that only two settings were probed for.

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
                (weights[sample][0] / total, weights[sample][1], curve(by_sample[sample], content))
                for sample in sorted(by_sample)
            )
        )
    return fitted


def completed(probes: Sequence[Probe], content: Content) -> list[Probe]:
    """Return one sample's probes, with a second setting for a size that has one: it runs as the others do.

    The others' two settings must be the same; the size that is tried once lies at one of them.
    """
    by_size: dict[Key, list[Probe]] = {}
    for probe in probes:
        by_size.setdefault(probe.key, []).append(probe)
    added: list[Probe] = []
    for key, (first, *more) in by_size.items():
        pairs = [own for other, own in by_size.items() if other[0] == key[0] and len(own) == 2]
        if more or not pairs:
            continue
        near = max(pairs, key=lambda own: own[0].width * own[0].height)
        same, other = sorted(near, key=lambda probe: abs(probe.crf - first.crf))
        apart = math.log(first.width * first.height / (same.width * same.height)) * (other.crf - same.crf)
        rate, quality = TURNS[content]
        bps = first.bps * other.bps / same.bps * math.exp(rate * apart)
        moved = logit(other.vmaf) - logit(same.vmaf) + quality * apart
        added.append(replace(first, crf=other.crf, bps=bps, vmaf=unlogit(logit(first.vmaf) + moved)))
    return [*probes, *added]


def curve(probes: Sequence[Probe], content: Content = "film") -> Curve:
    """Fit one sample at one size."""
    points = sorted({probe.crf: probe for probe in probes}.values(), key=lambda probe: probe.crf)
    if len(points) < 2:
        raise InputError("a curve needs probes at two settings", kind="too-few-probes")
    return Curve(
        tuple(float(point.crf) for point in points),
        tuple(math.log(max(point.bps, 1.0)) for point in points),
        tuple(logit(point.vmaf) for point in points),
        BENDS[points[0].codec, content],
    )


def logit(vmaf: float) -> float:
    """Return the log odds of a VMAF score; scores at the ends of the scale are held just inside it."""
    share = min(max(vmaf / 100, 0.002), 0.998)
    return math.log(share / (1 - share))


def unlogit(value: float) -> float:
    """Return the VMAF score of log odds."""
    return 100 / (1 + math.exp(-value))


def _through(xs: Sequence[float], ys: Sequence[float], x: float, bend: float) -> float:
    """Return Lagrange's parabola through the three nodes nearest to `x`; through two, one that is bent by `bend`.

    Above the last node it goes on straight: a parabola would turn back somewhere.
    """
    beyond = x - max(xs)
    if beyond > 0:
        last = max(xs)
        slope = (_parabola(xs, ys, last, bend) - _parabola(xs, ys, last - SLOPE_STEP, bend)) / SLOPE_STEP
        return _parabola(xs, ys, last, bend) + slope * beyond
    return _parabola(xs, ys, x, bend)


def _parabola(xs: Sequence[float], ys: Sequence[float], x: float, bend: float) -> float:
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
