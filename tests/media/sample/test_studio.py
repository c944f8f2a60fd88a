"""The studio delivers a complete folder or none, the same each time."""

import hashlib
import json
import re
import subprocess

import pytest

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.errors import InputError
from bitaca_core.media import tools
from bitaca_core.media.sample import UNITS, captions, studio
from bitaca_core.media.sample.story import Line

FIRST = UNITS[0].title_id
EPISODE = "gato-de-plantao-2026-e02"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("sources") / FIRST
    out.mkdir()
    (out / "old").write_text("replaced")
    return out, studio.render(FIRST, out, lambda share: None, drawings_per_shot=2)


def test_folder_is_complete_and_nothing_else_is_left(folder):
    out, sheet = folder
    assert sorted(path.name for path in out.iterdir()) == [
        "en.vtt",
        "poster.jpg",
        "pt-BR.vtt",
        "sheet.json",
        "video.mp4",
    ]
    assert [path.name for path in out.parent.iterdir()] == [FIRST]
    assert SourceSheet.model_validate(json.loads((out / "sheet.json").read_text("utf-8"))) == sheet
    assert sheet.video == out / "video.mp4" and sheet.poster is not None and sheet.poster.is_file()
    assert [subtitle.language for subtitle in sheet.subtitles] == ["pt-BR", "en"]


def test_video_is_720p_at_24_frames_with_stereo_sound(folder):
    out, _ = folder
    command = [
        tools.ffprobe(),
        "-v",
        "error",
        "-count_frames",
        "-show_streams",
        "-of",
        "json",
        str(out / "video.mp4"),
    ]
    streams = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"]
    video = next(stream for stream in streams if stream["codec_type"] == "video")
    audio = next(stream for stream in streams if stream["codec_type"] == "audio")
    assert (video["width"], video["height"], video["r_frame_rate"]) == (1280, 720, "24/1")
    assert int(video["nb_read_frames"]) == 6 * 2 * 2
    assert (audio["channels"], audio["sample_rate"]) == (2, "48000")
    assert float(audio["duration"]) == pytest.approx(1.0, abs=0.02)


def test_the_same_unit_twice_is_the_same_file(folder, tmp_path):
    out, _ = folder
    again = studio.render(FIRST, tmp_path / FIRST, lambda share: None, drawings_per_shot=2)
    for name in ("video.mp4", "poster.jpg", "pt-BR.vtt"):
        first, second = (
            hashlib.sha256((place / name).read_bytes()).hexdigest() for place in (out, again.video.parent)
        )
        assert first == second, name


def test_progress_rises_to_one(tmp_path):
    seen: list[float] = []
    sheet = studio.render(EPISODE, tmp_path / EPISODE, seen.append, drawings_per_shot=6)
    assert seen[0] == 0.0 and seen[-1] == 1.0 and seen == sorted(seen) and len(seen) >= 3
    assert {marker.kind for marker in sheet.markers} <= {"intro", "credits"}


def test_a_failure_leaves_the_old_folder_and_no_rubbish(tmp_path):
    out = tmp_path / FIRST
    out.mkdir()
    (out / "kept").write_text("kept")

    def give_up(share: float) -> None:
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studio.render(FIRST, out, give_up, drawings_per_shot=6)
    assert [path.name for path in tmp_path.iterdir()] == [FIRST]
    assert (out / "kept").read_text() == "kept"


def test_unknown_title(tmp_path):
    with pytest.raises(InputError):
        studio.render("nothing", tmp_path / "nothing", lambda share: None)
    assert list(tmp_path.iterdir()) == []


def test_webvtt():
    text = captions.webvtt([Line(1.5, 3, "A < B & C", "x"), Line(3661, 3700, "fim", "end")], "pt", 3690)
    assert text.startswith("WEBVTT\n\n1\n00:00:01.500 --> 00:00:03.000\nA &lt; B &amp; C\n")
    assert "01:01:01.000 --> 01:01:30.000" in text
    assert re.search(r"\nend\n", captions.webvtt([Line(0, 1, "fim", "end")], "en", 9))


def test_shots_are_shared_out_evenly():
    shares = studio._shared_out([10, 50, 30, 20, 10])
    assert sorted(shot for share in shares for shot in share) == [0, 1, 2, 3, 4]
    counts = [10, 50, 30, 20, 10]
    assert {sum(counts[shot] for shot in share) for share in shares} == {60}
