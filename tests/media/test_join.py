"""Joining parts byte for byte: times go on in ticks, frames are shown from zero, and foreign bytes are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitaca_core.errors import MediaError
from bitaca_core.media import boxes, join
from tests.media import clips

FRAGMENTS = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets+skip_trailer",
             "-use_editlist", "0", "-fflags", "+bitexact", "-f", "mp4"]  # fmt: skip


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """Two groups of 12 frames with B-frames, 24 frames a second, 1000 ticks a frame."""
    target = tmp_path / "part.mp4"
    clips.ffmpeg(*clips.picture("64x64"), *clips.X264, "-bf", "2", "-g", "12", "-keyint_min", "12", "-sc_threshold", "0",
                 "-flags", "+bitexact", "-video_track_timescale", "24000", *FRAGMENTS, target)  # fmt: skip
    return target


def test_times_go_on_and_the_first_frame_is_shown_at_zero(part: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    done = join.join([part, part, part], out)
    assert (done.frames, done.ticks) == (72, 72_000)
    assert join.count(part) == 24 and len(set(done.sha256)) == 1
    data = out.read_bytes()
    segment = boxes.read_segment(data, boxes.read_init(data))
    assert [fragment.decode_time for fragment in segment.fragments] == [12_000 * n for n in range(6)]
    shown = sorted(
        time + offset
        for fragment in segment.fragments
        for time, offset in zip(
            [(fragment.decode_time or 0) + 1000 * n for n in range(12)], fragment.offsets, strict=True
        )
    )
    assert shown == [1000 * n for n in range(72)]
    assert any(offset < 0 for fragment in segment.fragments for offset in fragment.offsets)


def test_a_part_of_another_encoder_is_refused(part: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    clips.ffmpeg(*clips.picture("96x64"), *clips.X264, *FRAGMENTS, other)
    with pytest.raises(MediaError, match="other parameters"):
        join.join([part, other], tmp_path / "out.mp4")


@pytest.mark.parametrize("keep", [0, 5, 20, 600, 1500])
def test_a_part_that_is_cut_off_is_refused(keep: int, part: Path, tmp_path: Path) -> None:
    part.write_bytes(part.read_bytes()[:keep])
    with pytest.raises(MediaError, match=r"is not what the encoder writes|ends within"):
        join.join([part], tmp_path / "out.mp4")


def test_a_part_without_pictures_is_refused(part: Path, tmp_path: Path) -> None:
    data = part.read_bytes()
    part.write_bytes(data[: data.index(b"moof") - 4])
    with pytest.raises(MediaError, match="no fragment"):
        join.join([part], tmp_path / "out.mp4")


def test_an_ordinary_mp4_is_refused(tmp_path: Path) -> None:
    clips.ffmpeg(*clips.picture("64x64"), *clips.X264, tmp_path / "plain.mp4")
    with pytest.raises(MediaError, match="is not what the encoder writes"):
        join.count(tmp_path / "plain.mp4")
