"""Trials: what ffmpeg is told, what it gives back, and what is made of it; and the cheap facts."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media import supervise
from bitaca_core.media.analysis import content, facts, measuring, probing
from bitaca_core.media.analysis.probing import Excerpt, Trial
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import probe
from tests.media.clips import X264, picture

TRIALS = (Trial("h264", 320, 180, 24), Trial("h264", 320, 180, 34), Trial("h264", 160, 90, 24))


@pytest.fixture(scope="module")
def moving(clip):
    """Three seconds at 320x180 with a key frame a second."""
    return clip("moving.mp4", *picture(seconds=3.0), *X264, "-g", "24")


def test_trials_are_the_final_encode_without_its_cap(moving):
    info = probe(moving)
    recipe = plan(info)
    told = probing.arguments(info, recipe, Excerpt(24, 24, 5), TRIALS)
    assert str(moving) not in " ".join(told)
    assert told.count("libx264") == 3 and "-maxrate" not in told
    assert [told[at + 1] for at, part in enumerate(told) if part == "-crf"] == ["24", "34", "24"]
    assert "ss" not in told and told[told.index("-ss") + 1] == "1.000000"
    graph = told[-1 - 5 * len(TRIALS) :]
    assert "libvmaf" in " ".join(told) and graph.count("null") == 3
    capped = probing.arguments(info, recipe, Excerpt(0, 24, 5), [Trial("h264", 320, 180, 24, None, 500_000)])
    assert capped[capped.index("-maxrate") + 1] == "500000" and "-ss" not in capped
    mean = probing.arguments(info, recipe, Excerpt(0, 24, 5), [Trial("h264", 320, 180, 0, mean_bps=300_000)])
    assert mean[mean.index("-b:v") + 1] == "300000" and "-crf" not in mean
    silent = probing.arguments(info, recipe, Excerpt(0, 24, 5), TRIALS, scored=False)
    assert "libvmaf" not in " ".join(silent) and silent.count("libx264") == 3


def test_a_trial_gives_rate_and_score(moving, tmp_path):
    info = probe(moving)
    tried = probing.probe(info, plan(info), Excerpt(24, 24, 5), TRIALS, tmp_path)
    (fine, good), (coarse, worse), (small, low) = tried.points
    assert fine > coarse > 0 and 100 >= good > worse > low > 0
    assert small < fine
    assert tried.cpu_s > 0
    assert list(tmp_path.iterdir()) == [], "no traces"


def test_seldom_scoring_agrees_with_scoring_every_frame(moving, tmp_path):
    info = probe(moving)
    recipe = plan(info)
    every, seldom = (
        probing.probe(info, recipe, Excerpt(0, 72, period), TRIALS[1:], tmp_path) for period in (1, 5)
    )
    assert every.sizes == seldom.sizes
    for (_, one), (_, other) in zip(every.points, seldom.points, strict=True):
        assert one == pytest.approx(other, abs=1.5)


def test_a_whole_title_is_measured_as_it_would_be_encoded(moving, tmp_path):
    info = probe(moving)
    recipe = plan(info)
    found = measuring.measure(info, recipe, measuring.trials(recipe.rungs), tmp_path)
    assert len(found.points) == len(recipe.rungs)
    assert all(bps > 0 and 0 < vmaf <= 100 for bps, vmaf in found.points)
    assert measuring.encoding_cpu_s(info, recipe, measuring.trials(recipe.rungs), tmp_path) < found.cpu_s
    assert list(tmp_path.iterdir()) == []


def test_a_key_frame_counts_once_a_group(moving):
    recipe = plan(probe(moving))
    assert recipe.gop_frames == 48
    assert probing.group_bps([1000, *[100] * 11], recipe) == pytest.approx(8 * (1000 + 47 * 100) / 2)
    assert probing.group_bps([1000], recipe) == pytest.approx(8 * 1000 / 2)
    with pytest.raises(MediaError, match="empty"):
        probing.group_bps([], recipe)


def test_scores_are_read_without_the_frame_that_has_no_motion():
    def log(*values):
        return json.dumps({"frames": [{"metrics": {"vmaf": value}} for value in values]})

    assert probing.read_vmaf(log(10.0, 90.0, 92.0)) == 91.0
    assert probing.read_vmaf(log(88.0)) == 88.0
    for broken in (
        log(),
        '{"frames": [{}]}',
        "{}",
        '{"frames": [{"metrics": {"vmaf": "x"}}]}',
        log(1.0, float("nan")),
    ):
        with pytest.raises((ValueError, KeyError, TypeError)):
            probing.read_vmaf(broken)


def test_a_trial_that_gives_nothing_is_said(moving, tmp_path, monkeypatch):
    info = probe(moving)
    monkeypatch.setattr(supervise, "measured", lambda *a, **k: supervise.Finished("", 0.0))
    with pytest.raises(MediaError, match="gave nothing") as caught:
        probing.probe(info, plan(info), Excerpt(0, 24, 5), TRIALS, tmp_path)
    assert caught.value.kind == "analysis"


def test_packets_and_key_pictures_of_a_source(moving, tmp_path):
    info = probe(moving)
    found, cpu_s = facts.packets(info, tmp_path)
    assert len(found) == 72 and [p.time_s for p in found if p.key] == [0.0, 1.0, 2.0]
    assert cpu_s >= 0
    seen = facts.key_pictures(info, tmp_path)
    assert len(seen.luma) == 3 and {len(luma) for luma in seen.luma} == {160 * 90}
    assert all(0 < change < 50 for change in facts.differences(seen.luma))
    assert len(facts.key_pictures(info, tmp_path, every=2).luma) == 2
    assert list(tmp_path.iterdir()) == []
    gone = replace(info, path=tmp_path / "gone.mp4")
    with pytest.raises(MediaError):
        facts.packets(gone, tmp_path)


def test_drawn_and_filmed_pictures_are_told_apart():
    rng = np.random.default_rng(5)
    across, down = np.meshgrid(np.arange(320), np.arange(180))
    areas = (60 + 40 * ((across // 40 + down // 30) % 4)).astype(np.uint8)
    noisy = np.clip(areas + rng.normal(0, 4, areas.shape), 0, 255).astype(np.uint8)
    drawn, filmed = (content.statistics([p, p]) for p in (areas, noisy))
    assert content.kind(drawn) == "animation" and drawn.flat > 0.5
    assert content.kind(filmed) == "film" and filmed.flat < content.FLAT
    black = content.statistics([np.zeros((180, 320), np.uint8)])
    assert black.pictures == 0 and content.kind(black) == "film"


def test_a_source_is_classified_by_its_key_pictures(moving, clip, tmp_path):
    assert content.classify(probe(moving), tmp_path)[0] == "animation", "the test picture is flat areas"
    grainy = clip("grainy.mp4", *picture(seconds=1.0), "-vf", "noise=alls=30:allf=t", *X264, "-crf", "10")
    assert content.classify(probe(grainy), tmp_path)[0] == "film"
