"""Curves through a few probes, against clips that were measured at more settings than are probed."""

from __future__ import annotations

import pytest

from bitaca_core.errors import InputError
from bitaca_core.media.analysis.curves import Probe, completed, curve, fit, logit

MEASURED = {
    # (CRF, kb/s, VMAF) of whole excerpts, measured once: a telephone film at 480p and a drawn title at 720p and 360p
    "film-480": [(20, 1809, 92.4), (24, 931, 84.5), (28, 486, 72.4), (32, 272, 55.4)],
    "drawn-720": [(20, 1915, 94.4), (24, 1269, 92.0), (28, 859, 87.8), (32, 583, 80.3), (37, 356, 64.9)],
    "drawn-360": [(20, 741, 79.0), (24, 491, 74.1), (28, 326, 66.3), (32, 213, 54.9), (37, 119, 37.7)],
}


def probe(crf, kbps, vmaf, sample=0, width=1280, height=720):
    return Probe(sample, "h264", width, height, crf, 1000 * kbps, vmaf)


@pytest.mark.parametrize("name", MEASURED)
def test_three_probes_foretell_the_settings_between(name):
    points = MEASURED[name]
    fitted = curve([probe(*points[n]) for n in (0, 2, len(points) - 1)])
    for crf, kbps, vmaf in points:
        assert fitted.vmaf(crf) == pytest.approx(vmaf, abs=1.0)
        assert fitted.bps(crf) == pytest.approx(1000 * kbps, rel=0.04)


@pytest.mark.parametrize("name", MEASURED)
def test_two_probes_are_nearly_as_good(name):
    points = MEASURED[name]
    fitted = curve([probe(*points[0]), probe(*points[3])], "animation" if "drawn" in name else "film")
    for crf, kbps, vmaf in points[1:3]:
        assert fitted.vmaf(crf) == pytest.approx(vmaf, abs=2.0)
        assert fitted.bps(crf) == pytest.approx(1000 * kbps, rel=0.06)


def test_a_size_that_was_tried_once_runs_as_the_others_do():
    small = [probe(22, 482, 91.0, width=354, height=236), probe(32, 150, 62.0, width=354, height=236)]
    seen = completed([probe(22, 1330, 95.0, width=720, height=480), *small], "film")
    assert seen[:3] == [probe(22, 1330, 95.0, width=720, height=480), *small]
    (added,) = seen[3:]
    assert (added.width, added.crf, added.sample) == (720, 32, 0)
    assert added.bps / 1330e3 == pytest.approx(150 / 482, rel=0.05)
    steeper = (logit(added.vmaf) - logit(95.0)) / (logit(62.0) - logit(91.0))
    assert 1.1 < steeper < 1.3
    assert completed(small, "film") == small


def test_a_title_is_the_weighted_mean_of_its_samples():
    easy = [probe(20, 500, 96.0, 0), probe(27, 250, 90.0, 0), probe(34, 120, 75.0, 0)]
    hard = [probe(20, 4000, 92.0, 1), probe(27, 1900, 82.0, 1), probe(34, 800, 60.0, 1)]
    fitted = fit(easy + hard, {0: (0.75, 1.0), 1: (0.25, 2.0)})["h264", 1280, 720]
    assert fitted.bps(27) == pytest.approx(0.75 * 250e3 + 0.25 * 2 * 1900e3)
    assert fitted.vmaf(27) == pytest.approx(0.75 * 90 + 0.25 * 82)


def test_a_sample_without_weight_does_not_count():
    one = [probe(20, 500, 96.0, 0), probe(34, 120, 75.0, 0)]
    other = [probe(20, 4000, 92.0, 1), probe(34, 800, 60.0, 1)]
    assert fit(one + other, {0: (1.0, 1.0)})["h264", 1280, 720].vmaf(20) == pytest.approx(96.0)


def test_scores_at_the_ends_of_the_scale_stay_finite():
    fitted = curve([probe(20, 500, 100.0), probe(27, 250, 99.99), probe(34, 120, 0.0)])
    assert 0 < fitted.vmaf(30) < 100
    assert fitted.bps(50) > 0


def test_too_few_probes_are_refused():
    with pytest.raises(InputError, match="two settings"):
        curve([probe(20, 500, 96.0), probe(20, 500, 96.0)])
    with pytest.raises(InputError, match="no probe"):
        fit([probe(20, 500, 96.0)], {})
