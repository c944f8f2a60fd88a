"""Rungs from curves: the top, the steps, the slowest, and what they must always be."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from bitaca_core.media.analysis import choosing, holdout
from bitaca_core.media.analysis.curves import Curve, Probe, Weighted, logit

SIZES = ((1920, 1080), (1280, 720), (960, 540), (640, 360))
CRFS = (20.0, 27.0, 34.0)


def synthetic(width, height, bps_at_20, best, codec="h264", crfs=CRFS):
    """A curve as encoders give them: half the rate for 6 CRF; quality falls from `best`, faster where it is low."""
    rates = tuple(math.log(bps_at_20) - (crf - crfs[0]) * math.log(2) / 6 for crf in crfs)
    scores = tuple(logit(best) - 0.13 * (crf - crfs[0]) - 0.002 * (crf - crfs[0]) ** 2 for crf in crfs)
    return (codec, width, height), Weighted(((1.0, 1.0, Curve(crfs, rates, scores)),))


def film(scale=1.0):
    ceilings = (97.0, 93.0, 88.0, 78.0)
    return dict(
        synthetic(*size, scale * 9e6 * (size[0] * size[1] / 2073600) ** 0.8, best)
        for size, best in zip(SIZES, ceilings, strict=True)
    )


def test_the_ladder_begins_at_95_and_goes_down_by_steps_that_are_seen_and_pay():
    rungs = choosing.choose(film(), "h264", top_bps=20e6, count=6)
    assert 4 <= len(rungs) <= 6
    assert rungs[0].vmaf == pytest.approx(choosing.TOP_VMAF, abs=0.5)
    assert rungs[0].width == 1920
    for better, worse in pairwise(rungs):
        assert better.vmaf - worse.vmaf >= choosing.STEP_VMAF - 1
        assert better.bps / worse.bps >= choosing.STEP_RATE - 0.1
        assert better.width * better.height >= worse.width * worse.height
    assert rungs[-1].vmaf >= choosing.LOWEST_VMAF - 1


def test_the_top_never_costs_more_than_allowed():
    rungs = choosing.choose(film(4.0), "h264", top_bps=6e6, count=6)
    assert rungs[0].bps <= 6e6 * 1.06, "a setting is rounded to half a step"
    assert rungs[0].vmaf < 95


def test_fewer_rungs_have_wider_steps_and_the_same_ends():
    many = choosing.choose(film(), "h264", top_bps=20e6, count=6)
    few = choosing.choose(film(), "h264", top_bps=20e6, count=3)
    assert len(few) == 3 and few[0] == many[0]
    assert few[0].vmaf - few[1].vmaf > many[0].vmaf - many[1].vmaf


def test_a_choice_is_the_cheapest_size_of_its_quality():
    curves = film()
    for vmaf in (60.0, 75.0, 85.0, 92.0):
        choice = choosing.at_quality(choosing.grid(curves, "h264"), vmaf)
        for key, curve in curves.items():
            low, high = choosing.crf_range("h264", curve)
            crf = low
            while crf < high and curve.vmaf(crf) > choice.vmaf:
                crf += 0.05
            if low < crf < high:
                assert choice.bps <= curve.bps(crf) * choosing.SAME_RATE * 1.02, key


def test_of_two_sizes_that_cost_the_same_the_smaller_is_taken():
    curves = dict([synthetic(1920, 1080, 4.0e6, 95.0), synthetic(1280, 720, 4.05e6, 95.0)])
    assert choosing.at_quality(choosing.grid(curves, "h264"), 85.0).width == 1280


def test_a_codec_keeps_to_its_own_curves_and_grain():
    curves = film() | dict([synthetic(1920, 1080, 3e6, 97.0, "av1", (26.0, 41.0, 56.0))])
    rungs = choosing.choose(curves, "av1", top_bps=20e6, count=4)
    assert rungs and all(rung.codec == "av1" and rung.crf == int(rung.crf) for rung in rungs)
    assert choosing.choose(film(), "av1", top_bps=20e6, count=4) == []


def test_rungs_that_show_nothing_more_are_dropped():
    def at(vmaf):
        return choosing.Choice("h264", 640, 360, 24.0, vmaf * 1e4, vmaf)

    kept = choosing.without_small_gains([at(95.0), at(94.0), at(88.0), at(87.0)])
    assert [choice.vmaf for choice in kept] == [94.0, 87.0]
    assert choosing.without_small_gains([at(95.0), at(93.0)]) == [at(95.0), at(93.0)]


def test_the_slowest_rung_stays_under_its_rate_and_a_smaller_size_is_foreseen():
    curves = choosing.with_smaller(film(), (416, 234))
    assert ("h264", 416, 234) in curves
    low = choosing.slowest(curves, "h264", 60_000)
    assert low.bps <= 60_000
    assert low.width == 416
    assert choosing.with_smaller(film(), (640, 360)).keys() == film().keys(), "tried sizes stay as they were"
    assert choosing.slowest(film(30.0), "h264", 1_000) is None


def test_sizes_that_were_not_tried_lie_in_line_with_those_that_were():
    full = film()
    ends = {key: full[key] for key in sorted(full, key=lambda key: key[1])[-1::-2]}
    larger, smaller = sorted(ends, key=lambda key: -key[1])[:2]
    between = (
        round((larger[1] * smaller[1]) ** 0.5 / 32) * 32,
        round((larger[2] * smaller[2]) ** 0.5 / 18) * 18,
    )
    lower = round(0.8 * min(key[1] for key in ends)), round(0.8 * min(key[2] for key in ends))
    found = choosing.with_sizes(ends, (between, lower, (8000, 4500)), "h264")
    assert found.keys() == {*ends, ("h264", *between), ("h264", *lower)}, "nothing above what was tried"
    curve = found["h264", *between]
    for crf in (20.0, 30.0):
        assert ends[smaller].vmaf(crf) < curve.vmaf(crf) < ends[larger].vmaf(crf)
        middle = math.sqrt(ends[smaller].bps(crf) * ends[larger].bps(crf))
        assert curve.bps(crf) == pytest.approx(middle, rel=0.06)
    lowest = min(ends, key=lambda key: key[1])
    assert found["h264", *lower].bps(25) < ends[lowest].bps(25)
    assert found["h264", *lower].vmaf(25) < ends[lowest].vmaf(25)


def test_the_best_rung_is_as_large_as_its_bits_allow():
    near = dict([synthetic(1920, 1080, 4.6e6, 95.0), synthetic(1280, 720, 4.0e6, 95.0)])
    dear = dict([synthetic(1920, 1080, 5.6e6, 95.0), synthetic(1280, 720, 4.0e6, 95.0)])
    assert choosing.choose(near, "h264", top_bps=2e7, count=5)[0].width == 1920
    assert choosing.choose(dear, "h264", top_bps=2e7, count=5)[0].width == 1280


def test_whatever_the_curves_a_ladder_is_one():
    draw = random.Random(11)
    for _ in range(60):
        curves = dict(synthetic(*size, draw.uniform(2e5, 2e7), draw.uniform(55, 99.5)) for size in SIZES)
        rungs = choosing.choose(curves, "h264", top_bps=8e6, count=5)
        assert len(rungs) <= 5
        for better, worse in pairwise(rungs):
            assert better.bps > worse.bps and better.vmaf - worse.vmaf >= choosing.LEAST_GAIN_VMAF
        hull = choosing.hull(curves, "h264")
        assert all(a.vmaf < b.vmaf for a, b in pairwise(hull))


def test_held_out_shots_are_foretold_from_one_trial_and_join_the_samples():
    key, easy = synthetic(1280, 720, 1e6, 97.0)
    _, hard = synthetic(1280, 720, 8e6, 90.0)
    curve = Weighted(((0.5, 1.0, easy.parts[0][2]), (0.5, 1.0, hard.parts[0][2])))
    _, between = synthetic(1280, 720, 3e6, 94.0)
    assert holdout.foretell(curve, 33.0, 27.0, between.vmaf(27)) == pytest.approx(between.vmaf(33), abs=0.3)
    placed = [Probe(7, *key, 27.0, between.bps(27), between.vmaf(27))]
    joined = holdout.with_placed({key: curve}, placed)[key]
    assert [weight for weight, _, _ in joined.parts] == pytest.approx([1 / 3] * 3)
    assert joined.parts[2][2].bps(33) == pytest.approx(between.bps(33), rel=1e-6)
    assert joined.parts[2][2].vmaf(33) == pytest.approx(between.vmaf(33), abs=0.3)


def test_a_shot_is_foretold_blind_from_what_it_costs():
    _, easy = synthetic(1280, 720, 1e6, 97.0)
    _, hard = synthetic(1280, 720, 8e6, 90.0)
    curve = Weighted(((0.5, 1.0, easy.parts[0][2]), (0.5, 1.0, hard.parts[0][2])))
    cheap, dear = (holdout.foretell_blind(curve, 27.0, bps) for bps in (5e5, 4e6))
    assert hard.vmaf(27) < dear < cheap < easy.vmaf(27)
    assert holdout.foretell_blind(curve, 27.0, 1e9) == pytest.approx(dear, abs=1.0), (
        "nothing beyond what was seen"
    )


def test_what_held_out_shots_said_moves_the_curves():
    key, curve = synthetic(1280, 720, 1e6, 94.0)
    choice = choosing.Choice(*key, 27.0, curve.bps(27), curve.vmaf(27))
    checks = [
        holdout.Check(shot, choice, 1e6, choice.vmaf + d, choice.vmaf + d - 3, choice.vmaf - 9)
        for shot, d in ((7, 1.0), (8, -1.0))
    ]
    moved = holdout.corrected({key: curve}, checks)[key]
    assert curve.vmaf(27) - moved.vmaf(27) == pytest.approx(3, abs=0.3)
    found = holdout.errors(checks)
    assert found["mean"] == found["worst"] == found["worst_shot"] == pytest.approx(3)
    assert found["blind_mean"] == pytest.approx(6)
    assert holdout.errors([]) == {}


def test_a_slower_preset_moves_a_curve():
    _, curve = synthetic(1280, 720, 1e6, 90.0)
    rate, shift = holdout.translation([(1e6, 90.0, 9e5, 91.0), (5e5, 80.0, 4.5e5, 81.5)])
    moved = holdout.translated(curve, rate, shift)
    assert moved.bps(27) == pytest.approx(0.9 * curve.bps(27))
    assert moved.vmaf(27) > curve.vmaf(27)
    assert holdout.translation([]) == (1.0, 0.0)
