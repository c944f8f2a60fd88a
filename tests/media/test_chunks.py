"""Chunks: where they are cut, and that the parts show exactly what the whole shows, whatever the container."""

from __future__ import annotations

import itertools
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.media import chunks, picture, plan, tools
from bitaca_core.media.artefacts import Store
from bitaca_core.media.chunks import Chunk
from bitaca_core.media.probe import probe
from tests.media import clips


@given(frames=st.integers(1, 200_000), rate=st.sampled_from(plan.STANDARD_RATES))
def test_chunks_are_whole_segments_that_follow_each_other(frames: int, rate: Fraction) -> None:
    segment = 2 * round(2 * rate)
    cut = chunks.divide(frames, segment, rate)
    assert [c.number for c in cut] == list(range(len(cut)))
    assert cut[0].first == 0 and cut[-1].end == frames
    assert all(one.end == other.first for one, other in itertools.pairwise(cut))
    assert all(c.first % segment == 0 and c.frames > 0 for c in cut)
    assert [c.last for c in cut] == [False] * (len(cut) - 1) + [True]
    if len(cut) > 1:
        seconds = [c.frames / rate for c in cut]
        assert min(seconds) >= chunks.MIN_S - segment / rate and max(seconds) <= chunks.MAX_S


def noise(seconds: float, rate: str = "24") -> list[str]:
    """Return a picture in which no frame is like another: a frame out of place shows."""
    return ["-f", "lavfi", "-i", f"nullsrc=s=96x64:r={rate}:d={seconds},geq=lum='random(1)*255':cb=128:cr=128,"
            "scale=192:128:flags=neighbor"]  # fmt: skip


CASES = {
    "mp4": ("a.mp4", "24", [*clips.X264, "-bf", "2", "-g", "70"]),
    "mkv-23.976": ("a.mkv", "24000/1001", [*clips.X264, "-bf", "3", "-g", "500"]),
    "starts-late": ("a.mp4", "25", [*clips.X264, "-output_ts_offset", "7.3"]),
    "open-gop-hevc": ("a.mkv", "24", ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                                      "log-level=error:open-gop=1:keyint=40:min-keyint=40:bframes=3"]),
    "interlaced": ("a.mkv", "25", [*clips.X264, "-vf", "setfield=tff", "-flags", "+ilme+ildct"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_parts_show_what_the_whole_shows(name: str, tmp_path: Path) -> None:
    file, rate, options = CASES[name]
    clips.ffmpeg(*noise(5.2, rate), *options, "-crf", "1", tmp_path / file)
    whole, parts = _encoded(tmp_path, file, None), _encoded(tmp_path, file, 1)
    alike = _alike(whole, parts, tmp_path)
    assert len(alike) > 120 and min(alike) > 0.95
    moved = _alike(whole, parts, tmp_path, "select=gte(n\\,1),setpts=N/FRAME_RATE/TB")
    assert max(moved) < 0.5  # the yardstick sees a frame out of place


def test_a_container_without_an_index_is_not_cut(tmp_path: Path) -> None:
    clips.ffmpeg(*noise(1), *clips.X264, "-f", "mpegts", tmp_path / "a.ts")
    info = probe(tmp_path / "a.ts")
    recipe = replace(plan.plan(info), frames=24 * 3600)
    assert chunks.chunks(info, recipe) == chunks.whole(24 * 3600)
    assert len(chunks.chunks(replace(info, container="mov,mp4,m4a"), recipe)) == 150


def _encoded(folder: Path, file: str, segments: int | None) -> Path:
    """Return the joined file of the title as one chunk, or of chunks of so many segments."""
    info = probe(folder / file)
    recipe = plan.plan(info)
    rung = replace(recipe.rungs[-1], width=recipe.width, height=recipe.height, crf=1, max_bps=100_000_000,
                   buffer_bits=200_000_000)  # fmt: skip
    recipe = replace(recipe, rungs=(rung,), preset="ultrafast", gop_frames=12)
    edges = [0, recipe.frames] if segments is None else [*range(0, recipe.frames - 1, 24), recipe.frames]
    cut = [
        Chunk(number, first, end - first, end == recipe.frames)
        for number, (first, end) in enumerate(itertools.pairwise(edges))
    ]
    store = Store(folder / f"cas-{segments}")
    ahead = picture.tasks(info, "x", recipe, "t", cut)
    made = [task.run(store, lambda s: None) for task in ahead]
    assert picture.meet(ahead, made)
    work = folder / f"work-{segments}"
    work.mkdir()
    return picture.join_rungs(made, recipe, work)[rung.id]


def _alike(one: Path, other: Path, folder: Path, change: str = "null") -> list[float]:
    """Return the likeness of each frame of `one` and of `other`, which is changed first."""
    subprocess.run(
        [tools.ffmpeg(), "-v", "error", "-i", one, "-i", other, "-filter_complex",
         f"[1:v]{change}[b];[0:v][b]ssim=stats_file=alike.txt:shortest=1", "-f", "null", "-"], cwd=folder, check=True,
    )  # fmt: skip
    lines = (folder / "alike.txt").read_text().splitlines()
    return [float(line.partition(" Y:")[2].split()[0]) for line in lines]
