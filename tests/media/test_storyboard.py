"""The storyboard: geometry for every length, the right moment on every tile of every sheet, key frames only."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media import storyboard
from bitaca_core.media.plan import Recipe, plan
from tests.media.clips import ffmpeg, pixels
from tests.media.test_plan import VIDEO, info


def film(seconds: float, **more: object) -> Recipe:
    return plan(info(replace(VIDEO, end_s=seconds, **more)))


@pytest.mark.parametrize(
    ("seconds", "step_s", "count", "sheets", "key_frames"),
    [
        (1, 1, 1, 1, False), (10, 1, 10, 1, False), (60, 1, 60, 1, False), (61, 2, 31, 1, True), (200, 2, 100, 1, True),
        (201, 4, 51, 1, True), (900, 10, 90, 1, True), (1440, 10, 144, 2, True), (7200, 10, 720, 8, True),
    ],
)  # fmt: skip
def test_geometry(seconds: float, step_s: float, count: int, sheets: int, key_frames: bool) -> None:
    recipe = film(seconds)
    sprite = storyboard.sprite_for(recipe)
    assert (sprite.step_frames / 24, sprite.count, sprite.sheets) == (step_s, count, sheets)
    assert sprite.key_frames is key_frames
    assert not key_frames or sprite.step_frames % recipe.gop_frames == 0
    assert sprite.columns * sprite.rows <= 100 and (sprite.tile_width, sprite.tile_height) == (160, 90)
    assert ("-skip_frame" in storyboard.arguments(recipe, sprite)) is key_frames


def test_places_go_row_by_row_and_sheet_by_sheet() -> None:
    sprite = storyboard.sprite_for(film(1440))
    assert [sprite.place(tile) for tile in (0, 9, 10, 99, 100, 143)] == [
        (0, 0, 0), (0, 1440, 0), (0, 0, 90), (0, 1440, 810), (1, 0, 0), (1, 480, 360),
    ]  # fmt: skip


def grey_by_time(file: Path, frames: int, gop: int, each: int) -> None:
    """Make a film whose every `each` frames have a grey of their own."""
    ffmpeg("-f", "lavfi", "-i", f"color=black:s=64x36:r=24:d={frames / 24}", "-vf",
           f"geq=lum='30+mod(floor(N/{each})\\,10)*20':cb=128:cr=128", "-frames:v", str(frames), "-c:v", "libx264",
           "-preset", "ultrafast", "-qp", "10", "-g", str(gop), "-keyint_min", str(gop), "-sc_threshold", "0",
           "-pix_fmt", "yuv420p", file)  # fmt: skip


@pytest.mark.parametrize("seconds", [4, 62])
def test_every_tile_shows_its_moment(seconds: int, tmp_path: Path) -> None:
    recipe = replace(film(seconds, width=64, height=36), gop_frames=2)
    sprite = storyboard.sprite_for(recipe)
    assert (sprite.sheets, sprite.key_frames) == ((2, True) if seconds == 62 else (1, False))
    grey_by_time(tmp_path / "small.mp4", recipe.frames, 2, sprite.step_frames)
    out = tmp_path / "100% of it"
    out.mkdir()
    sheets = storyboard.make(tmp_path / "small.mp4", recipe, sprite, out)
    assert [file.name for file in sheets] == [f"storyboard-{n + 1}.jpg" for n in range(sprite.sheets)]
    from PIL import Image

    pictures = [Image.open(file).convert("L") for file in sheets]
    size = (sprite.columns * sprite.tile_width, sprite.rows * sprite.tile_height)
    assert {picture.size for picture in pictures} == {size}
    for tile in range(sprite.count):
        sheet, x, y = sprite.place(tile)
        seen = pictures[sheet].getpixel((x + sprite.tile_width // 2, y + sprite.tile_height // 2))
        luma = 30 + tile % 10 * 20
        assert seen == pytest.approx((luma - 16) * 255 / 219, abs=4), tile
    cues = (out / "storyboard.vtt").read_text().split("\n\n")[1:]
    assert len([cue for cue in cues if "xywh" in cue]) == sprite.count
    sheet, x, y = sprite.place(sprite.count - 1)
    assert f"storyboard-{sheet + 1}.jpg#xywh={x},{y},{sprite.tile_width},{sprite.tile_height}" in cues[-1]
    assert f"--> 00:{seconds // 60:02d}:{seconds % 60:02d}.000" in cues[-1]


def test_key_frames_that_are_not_where_they_should_be_are_told(tmp_path: Path) -> None:
    recipe = replace(film(62, width=64, height=36), gop_frames=2)
    grey_by_time(tmp_path / "small.mp4", recipe.frames, 250, 10)
    with pytest.raises(MediaError, match="1 storyboard sheets, expected 2"):
        storyboard.make(tmp_path / "small.mp4", recipe, storyboard.sprite_for(recipe), tmp_path)


def test_cues_meet_without_gaps_at_odd_rates() -> None:
    recipe = film(100, frame_rate=Fraction(30000, 1001))
    sprite = storyboard.sprite_for(recipe)
    lines = [line for line in storyboard.thumbnails(sprite, recipe).splitlines() if "-->" in line]
    assert len(lines) == sprite.count == math.ceil(recipe.frames / sprite.step_frames)
    assert all(one.split(" --> ")[1] == other.split(" --> ")[0] for one, other in itertools.pairwise(lines))


def test_the_poster_is_the_best_looking_tile(tmp_path: Path) -> None:
    from PIL import Image

    from bitaca_core.media.images import best_tile, poster_from_film

    recipe = film(4, width=64, height=36)
    sprite = storyboard.sprite_for(recipe)
    ffmpeg("-f", "lavfi", "-i", "color=black:s=64x36:r=24:d=4", "-f", "lavfi", "-i", "testsrc=s=64x36:r=24:d=4",
           "-filter_complex", "[0][1]overlay=enable='between(t,2,2.99)'", "-c:v", "libx264", "-pix_fmt", "yuv420p",
           tmp_path / "film.mp4")  # fmt: skip
    sheets = storyboard.make(tmp_path / "film.mp4", recipe, sprite, tmp_path)
    assert best_tile(sheets, sprite) == 2
    poster_from_film(sheets, sprite, recipe, tmp_path / "film.mp4", tmp_path / "poster.jpg")
    with Image.open(tmp_path / "poster.jpg") as picture:
        assert picture.size == (64, 36)
    assert len(set(pixels(tmp_path / "poster.jpg", 0, 64, 36))) > 20
