"""What was encoded, held against what was given: damage, other pictures and missing frames are found."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media import check, encode, tools
from bitaca_core.media.chunks import whole
from bitaca_core.media.plan import Recipe, plan
from bitaca_core.media.probe import probe
from tests.media.clips import ffmpeg

FRAMES = 72


@pytest.fixture(scope="module")
def chunk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recipe, Path]:
    """A recipe, and a folder with its two rungs and the reference."""
    folder = tmp_path_factory.mktemp("check")
    source = folder / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=3", "-c:v", "libx264", "-preset", "ultrafast",
           source)  # fmt: skip
    info = probe(source)
    recipe = plan(info)
    (one,) = whole(recipe.frames)
    arguments = encode.arguments(info, recipe, one, recipe.rungs)
    kept = folder / "chunk"
    kept.mkdir()
    command = [tools.ffmpeg(), *(str(source) if part == encode.INPUT else part for part in arguments)]
    subprocess.run(command, cwd=kept, check=True)
    return recipe, kept


def compared(recipe: Recipe, folder: Path) -> dict[str, list[float]]:
    return check.compare(recipe, FRAMES, [(rung, encode.file_name(rung)) for rung in recipe.rungs], folder)[0]


@pytest.fixture
def copy(chunk: tuple[Recipe, Path], tmp_path: Path) -> tuple[Recipe, Path]:
    recipe, folder = chunk
    shutil.copytree(folder, tmp_path / "chunk")
    return recipe, tmp_path / "chunk"


def test_each_segment_has_its_likeness(copy: tuple[Recipe, Path]) -> None:
    recipe, folder = copy
    ssim = compared(recipe, folder)
    assert set(ssim) == {rung.id for rung in recipe.rungs}
    assert all(len(values) == 1 and 0.9 < values[0] <= 1 for values in ssim.values())


def test_other_pictures_are_unlike(copy: tuple[Recipe, Path], tmp_path: Path) -> None:
    recipe, folder = copy
    good = compared(recipe, folder)
    top = recipe.rungs[0]
    ffmpeg("-f", "lavfi", "-i", f"testsrc=size={top.width}x{top.height}:rate=24:duration=3", "-c:v", "libx264",
           "-pix_fmt", "yuv420p", tmp_path / "other.mp4")  # fmt: skip
    shutil.move(tmp_path / "other.mp4", folder / encode.file_name(top))
    bad = compared(recipe, folder)
    assert bad[top.id][0] < 0.8 < good[top.id][0]
    assert bad[recipe.rungs[1].id] == good[recipe.rungs[1].id]


def test_damage_is_found(copy: tuple[Recipe, Path]) -> None:
    recipe, folder = copy
    file = folder / encode.file_name(recipe.rungs[0])
    data = bytearray(file.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    file.write_bytes(data)
    with pytest.raises(MediaError, match=r"does not decode|could be decoded again|failed"):
        compared(recipe, folder)


def test_missing_frames_are_found(copy: tuple[Recipe, Path], tmp_path: Path) -> None:
    recipe, folder = copy
    top = recipe.rungs[0]
    ffmpeg("-i", folder / encode.file_name(top), "-frames:v", "30", "-c:v", "libx264", tmp_path / "short.mp4")
    shutil.move(tmp_path / "short.mp4", folder / encode.file_name(top))
    with pytest.raises(MediaError, match=f"of 4 pictures of {top.id} could be decoded again"):
        compared(recipe, folder)


def test_about_a_frame_a_second_is_compared_at_any_rate(chunk: tuple[Recipe, Path]) -> None:
    recipe, _ = chunk
    assert check.step(recipe) == 23
    assert [check.step(replace(recipe, gop_frames=frames)) for frames in (1, 2, 50, 120)] == [1, 1, 24, 59]


@pytest.mark.parametrize("preset", ["medium", "veryslow"])
def test_encoders_that_look_far_ahead_are_waited_for(preset: str, tmp_path: Path) -> None:
    """In one process with the comparison, they were not: the encoder waited for frames and the frames for it."""
    source = tmp_path / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=6", "-c:v", "libx264", "-preset", "ultrafast",
           source)  # fmt: skip
    info = probe(source)
    recipe = plan(info, preset=preset)
    (one,) = whole(recipe.frames)
    made = encode.encode(info, recipe, one, recipe.rungs, tmp_path, lambda seconds: None)
    assert made.frames == 144 and all(len(values) == 2 for values in made.ssim.values())
    assert not (tmp_path / check.REFERENCE).exists()
