"""Delta rate: known values, an independent interpolation, and what it refuses."""

from __future__ import annotations

import math
import random

import pytest

from bitaca_core.errors import InputError
from bitaca_core.media.analysis import bjontegaard

LADDER = [(150e3, 48.0), (365e3, 68.0), (730e3, 81.0), (1100e3, 87.0), (2000e3, 93.0), (3000e3, 95.5)]


@pytest.mark.parametrize("factor", [0.5, 0.75, 1.0, 1.3])
def test_a_ladder_that_costs_a_factor_everywhere_saves_just_that(factor):
    other = [(rate * factor, quality) for rate, quality in LADDER]
    assert bjontegaard.bd_rate(LADDER, other) == pytest.approx(factor - 1, abs=1e-12)


def test_the_other_way_round_is_the_inverse():
    other = [(200e3, 55.0), (600e3, 80.0), (1500e3, 92.0), (2500e3, 96.0)]
    there, back = bjontegaard.bd_rate(LADDER, other), bjontegaard.bd_rate(other, LADDER)
    assert (1 + there) * (1 + back) == pytest.approx(1)


def test_it_agrees_with_another_implementation_of_the_interpolation():
    interpolate = pytest.importorskip("scipy.interpolate")
    numpy = pytest.importorskip("numpy")
    draw = random.Random(7)
    for _ in range(40):
        pair = []
        for _ in range(2):
            qualities = sorted(draw.sample(range(30, 99), draw.randint(3, 7)))
            rates = sorted(draw.uniform(1e5, 6e6) for _ in qualities)
            pair.append(list(zip(rates, map(float, qualities), strict=True)))
        try:
            low, high = bjontegaard.shared_range(*pair)
            ours = bjontegaard.bd_rate(*pair)
        except InputError:
            continue
        curves = [
            interpolate.PchipInterpolator([q for _, q in ladder], [math.log(r) for r, _ in ladder])
            for ladder in pair
        ]
        at = numpy.linspace(low, high, 20001)
        theirs = math.exp(numpy.trapezoid(curves[1](at) - curves[0](at), at) / (high - low)) - 1
        assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-6)


def test_only_the_range_that_both_reach_counts():
    low, high = bjontegaard.shared_range(LADDER, [(100e3, 70.0), (900e3, 90.0)])
    assert (low, high) == (70.0, 90.0)
    assert bjontegaard.shared_range(LADDER, LADDER) == (60.0, 95.0)


def test_a_rung_that_another_beats_does_not_count():
    worse = [*LADDER, (2500e3, 60.0)]
    assert bjontegaard.bd_rate(LADDER, worse) == pytest.approx(0)
    assert (2500e3, 60.0) not in bjontegaard.undominated(worse)


@pytest.mark.parametrize(
    ("ladder", "kind"),
    [
        ([(1e6, 90.0)], "too-few-points"),
        ([(1e6, 97.0), (2e6, 99.0)], "no-overlap"),
        ([(0.0, 60.0), (1e6, 90.0)], "bad-point"),
        ([(1e5, math.nan), (1e6, 90.0)], "bad-point"),
    ],
)
def test_what_cannot_be_compared_is_said(ladder, kind):
    with pytest.raises(InputError) as caught:
        bjontegaard.bd_rate(LADDER, ladder)
    assert caught.value.kind == kind
