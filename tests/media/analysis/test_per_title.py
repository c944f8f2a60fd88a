"""The whole decision on small real sources: which method, what it reports, and that it saves bits."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media.analysis import bjontegaard, budget, measuring, per_title, probing
from bitaca_core.media.analysis.choosing import Choice
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import probe
from tests.media.clips import X264


@pytest.fixture(scope="module")
def minute(clip):
    """Sixty-six seconds at 256x144 of three scenes of different difficulty."""
    scenes = "testsrc=s=256x144:r=24:d=22[a];mandelbrot=s=256x144:r=24:maxiter=200,trim=duration=22[b];" \
             "testsrc2=s=256x144:r=24:d=22,noise=alls=12:allf=t[c];[a][b][c]concat=n=3"  # fmt: skip
    return clip("minute.mp4", "-f", "lavfi", "-i", scenes, *X264, "-g", "48")


@pytest.fixture(scope="module")
def decided(minute, tmp_path_factory):
    """Return (info, recipe, decision) of the minute."""
    info = probe(minute)
    recipe = plan(info, codecs=("h264", "vp9"))
    work = tmp_path_factory.mktemp("work")
    decision = per_title.decide(info, recipe, work, codecs=("h264", "vp9"))
    assert list(work.iterdir()) == []
    return info, recipe, decision


def test_a_minute_is_tried_checked_and_reported(decided):
    _, recipe, decision = decided
    assert decision.method == "per-title"
    report = json.loads(json.dumps(decision.report))
    learnt = [s for s in report["samples"] if not s["held_out"]]
    assert len(learnt) >= 2 and sum(s["weight"] for s in learnt) == pytest.approx(1)
    settings = report["effort"]["settings"] * len(report["effort"]["sizes"])
    assert len(report["probes"]) == len(learnt) * settings
    assert report["held_out_error"]["mean"] <= report["held_out_error"]["worst"]
    assert {c["sample"] for c in report["held_out"]} == {
        n for n, s in enumerate(report["samples"]) if s["held_out"]
    }
    assert report["cpu_s"] > 0 and report["foreseen_ladder_cpu_s"] > 0
    assert all(a[1] < b[1] for a, b in pairwise(report["hull"]["h264"]))
    assert [r["id"] for r in report["rungs"]] == [r.id for r in decision.rungs if r.codec == "h264"]
    assert report["shots"][0][0] == 0.0 and report["shots"][-1][1] == pytest.approx(
        recipe.duration_s, abs=0.1
    )


def test_its_rungs_are_ones_that_a_package_can_have(decided):
    _, recipe, decision = decided
    own = [rung for rung in decision.rungs if rung.codec == "h264"]
    assert [rung.codec for rung in decision.rungs[len(own) :]] == ["vp9"]
    assert len({rung.id for rung in decision.rungs}) == len(decision.rungs)
    for rung in own:
        assert rung.width * recipe.height == rung.height * recipe.width
        assert rung.width % 2 == rung.height % 2 == 0 and rung.width <= recipe.width
        assert rung.vmaf is not None and rung.vmaf <= 97
    assert [r.vmaf for r in own] == sorted((r.vmaf for r in own), reverse=True)
    slowest = own[-1].max_bps + 128_000
    assert slowest <= 192_000


def test_the_same_source_gives_the_same_rungs(decided, tmp_path):
    info, recipe, decision = decided
    again = per_title.decide(info, recipe, tmp_path, codecs=("h264", "vp9"))
    assert again.rungs == decision.rungs
    timed = {"cpu_s", "foreseen_ladder_cpu_s", "share"}
    assert {k: v for k, v in again.report.items() if k not in timed} == {
        k: v for k, v in decision.report.items() if k not in timed
    }


def test_it_costs_less_than_the_fixed_ladder_at_equal_quality(decided, tmp_path):
    info, recipe, decision = decided
    own = replace(recipe, x264_params=decision.x264_params)
    rungs = [rung for rung in decision.rungs if rung.codec == "h264"]
    ours = measuring.measure(info, own, measuring.trials(rungs), tmp_path, 240)
    theirs = measuring.measure(
        info, recipe, measuring.fixed_trials(recipe.width, recipe.height)[:2], tmp_path, 240
    )
    if len(bjontegaard.undominated(theirs.points)) > 1:
        assert bjontegaard.bd_rate(theirs.points, ours.points, low=20, high=99) < 0
    best = max(theirs.points, key=lambda point: point[1])
    assert any(vmaf >= best[1] - 3 and bps < best[0] for bps, vmaf in ours.points)


def test_a_second_gets_the_plans_own_ladder_with_the_reason(plain, tmp_path):
    info = probe(plain)
    recipe = plan(info)
    decision = per_title.decide(info, recipe, tmp_path)
    assert (decision.method, decision.rungs) == ("default", recipe.rungs)
    assert "too short" in decision.report["why"]


def test_a_trial_that_fails_leads_to_the_default_ladder_and_a_full_disk_does_not(
    minute, tmp_path, monkeypatch
):
    info = probe(minute)
    recipe = plan(info)

    def failing(kind):
        def fail(*arguments, **named):
            raise MediaError("ffmpeg failed", kind=kind)

        monkeypatch.setattr(probing, "probe", fail)

    failing("analysis")
    decision = per_title.decide(info, recipe, tmp_path)
    assert (decision.method, decision.rungs) == ("default", recipe.rungs)
    assert "the analysis failed: ffmpeg failed" in decision.report["why"]
    failing("disk-full")
    with pytest.raises(MediaError) as caught:
        per_title.decide(info, recipe, tmp_path)
    assert caught.value.kind == "disk-full"


def test_fixed_and_file_ladders_are_what_was_asked_for(plain, tmp_path):
    info = probe(plain)
    recipe = plan(info)
    fixed = per_title.decide(info, recipe, tmp_path, ladder="fixed")
    assert fixed.method == "fixed" and fixed.rungs[0].width == recipe.width
    file = tmp_path / "mine.json"
    file.write_text('{"rungs": [{"height": 180, "crf": 30}]}')
    given = per_title.decide(info, recipe, tmp_path, ladder=file)
    assert given.method == "file" and [(r.id, r.crf) for r in given.rungs] == [("180p", 30.0)]
    assert given.x264_params == recipe.x264_params


def test_a_slow_preset_is_translated_from_fast_trials(minute, tmp_path):
    info = probe(minute)
    recipe = replace(plan(info), preset="medium", x264_params="")
    decision = per_title.decide(info, recipe, tmp_path)
    translation = decision.report["preset_translation"]
    assert 0.4 < translation["rate"] < 1.5 and translation["logit"] > -0.5


def test_rungs_of_one_size_have_ids_of_their_own_and_caps():
    choices = [
        Choice("h264", 1280, 720, 20.0, 2_000_000, 95.0),
        Choice("h264", 1280, 720, 26.0, 900_000, 88.0),
        Choice("h264", 416, 234, 33.0, 42_000, 40.0),
        Choice("av1", 1280, 720, 34.0, 900_000, 95.0),
        Choice("av1", 1280, 720, 50.0, 300_000, 85.0),
    ]
    rungs = per_title.to_rungs(choices, 60_000)
    assert [rung.id for rung in rungs] == ["720p", "720p-2", "234p", "720p-av1", "720p-av1-2"]
    assert [rung.max_bps for rung in rungs] == [4_000_000, 1_800_000, 60_000, 1_800_000, 600_000]
    assert [rung.preset for rung in rungs] == [None, None, None, "10", "10"]


def test_tried_sizes_have_one_aspect_and_the_settings_are_the_contents():
    assert per_title.trial_sizes(1920, 1080) == (
        (1920, 1080),
        (1280, 720),
        (960, 540),
        (640, 360),
        (416, 234),
    )
    assert per_title.trial_sizes(720, 480) == ((720, 480), (540, 360), (354, 236))
    assert per_title.trial_sizes(160, 90) == ((160, 90),)
    assert budget.mpixels((1000, 1000)) == 1.0


def test_x264_is_told_what_suits_the_content(plain):
    film, drawn = (plan(probe(plain), content=kind) for kind in ("film", "animation"))
    quick = "subme=1:trellis=1:deadzone-inter=6:deadzone-intra=4"
    assert (film.x264_params, drawn.x264_params) == (f"{quick}:aq-strength=0.5", f"{quick}:bframes=3")
    slow = plan(probe(plain), preset="medium")
    assert slow.x264_params == "aq-strength=0.5"
