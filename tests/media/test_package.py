"""Real packaging of tiny odd inputs: what comes out is counted, measured and looked at, not only listed."""

from __future__ import annotations

import json
import os
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.catalogue.sheet import AudioSource, Chapter, Marker, SubtitleSource
from bitaca_core.errors import InputError, MediaError, WorkError
from bitaca_core.media import receipts, tools
from bitaca_core.media.package import PackageResult, build, package_source, prepare
from bitaca_core.media.publish import publish_title
from bitaca_core.media.wishes import Wishes
from bitaca_core.settings import DataPaths
from tests.media.clips import AAC, HANG_GUARD_S, X264, ffmpeg, look, picture, pixels, sheet_of, tone

Clip = Callable[..., Path]


@dataclass(frozen=True)
class Expected:
    size: tuple[int, int]
    frames: int
    rate: str = "24"
    audio: int = 1
    surround: int = 0


def packaged(video: Path, out: Path, **more: object) -> PackageResult:
    return package_source(sheet_of(video, **more), out, Wishes(max_rungs=2))


def check(result: PackageResult, expected: Expected, work: Path) -> None:
    """Count frames, sizes and lengths of every track with ffprobe, apart from our own description."""
    package = result.package
    assert (package.rungs[0].width, package.rungs[0].height) == expected.size
    assert package.rungs[0].frame_rate == expected.rate
    assert len(package.audio) == 2 * expected.audio + expected.surround
    frame_s = package.duration_s / expected.frames
    for rung in package.rungs:
        seen = look(result.folder, f"video/{rung.id}", work)
        assert seen.frames == expected.frames
        assert (seen.stream["width"], seen.stream["height"]) == (rung.width, rung.height)
        assert (seen.stream["codec_name"], seen.stream["pix_fmt"]) == ("h264", "yuv420p")
        assert seen.stream.get("sample_aspect_ratio", "1:1") in ("1:1", "N/A")
        assert seen.length_s == pytest.approx(package.duration_s, abs=0.002)
        assert sum(rung.segment_durations_s) == pytest.approx(package.duration_s, abs=1e-6)
    for audio in package.audio:
        seen = look(result.folder, f"audio/{audio.id}", work)
        codec = "aac" if audio.codecs == "mp4a.40.2" else audio.codecs
        assert (seen.stream["codec_name"], seen.stream["sample_rate"], seen.stream["channels"]) == (
            codec,
            "48000",
            audio.channels,
        )
        assert seen.first_pts_s == 0
        assert seen.length_s == pytest.approx(package.duration_s, abs=frame_s)
    assert not [item for item in result.folder.iterdir() if item.name.startswith(".")]


INPUTS = {
    "plain": ([*picture(), *tone(), *X264, *AAC], Expected((320, 180), 24)),
    "odd-size": ([*picture("321x181"), *X264, "-pix_fmt", "yuv444p", "-profile:v", "high444"], Expected((320, 180), 24)),
    "no-audio": ([*picture(), *X264], Expected((320, 180), 24)),
    "mono-44100": ([*picture(), *tone(rate=44100), *X264, *AAC, "-ac", "1"], Expected((320, 180), 24)),
    "ntsc": ([*picture(rate="30000/1001"), *X264], Expected((320, 180), 30, "30000/1001")),
    "twelve-a-second": ([*picture(rate="12"), *X264], Expected((320, 180), 24)),
    "hundred-a-second": ([*picture(rate="100"), *X264], Expected((320, 180), 50, "50")),
    "anamorphic": ([*picture("180x144"), "-vf", "setsar=64/45", *X264], Expected((256, 144), 24)),
    "portrait": ([*picture("180x320"), *X264], Expected((180, 320), 24)),
    "very-short": ([*picture(seconds=0.3), *tone(0.3), *X264, *AAC], Expected((320, 180), 24)),
    "one-frame": ([*picture(), "-frames:v", "1", *X264], Expected((320, 180), 24)),
    "interlaced": (
        [*picture(rate="50"), "-vf", "tinterlace=interleave_top,setfield=tff", *X264, "-flags", "+ildct+ilme",
         "-r", "25"], Expected((320, 180), 25, "25"),
    ),
    "audio-shorter": ([*picture(), *tone(0.4), *X264, *AAC], Expected((320, 180), 24)),
    "audio-longer": ([*picture(), *tone(2.0), *X264, *AAC], Expected((320, 180), 24)),
    "two-audio": (
        [*picture(), *tone(), *tone(hz=880), "-map", "0", "-map", "1", "-map", "2", *X264, *AAC,
         "-metadata:s:a:0", "language=por", "-metadata:s:a:1", "language=eng"], Expected((320, 180), 24, audio=2),
    ),
    "surround": ([*picture(), *tone(), *X264, *AAC, "-ac", "6"], Expected((320, 180), 24, surround=1)),
}  # fmt: skip


@pytest.mark.parametrize("name", INPUTS)
def test_odd_inputs_come_out_right(name: str, clip: Clip, tmp_path: Path) -> None:
    arguments, expected = INPUTS[name]
    check(packaged(clip(f"{name}.mp4", *arguments), tmp_path / "out"), expected, tmp_path)


@pytest.mark.parametrize("container", ["mkv", "webm", "avi", "ts", "mov"])
def test_other_containers(container: str, clip: Clip, tmp_path: Path) -> None:
    codecs = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]
    arguments = [*picture(), *tone(), *(codecs if container == "webm" else [*X264, *AAC])]
    result = packaged(clip(f"other.{container}", *arguments), tmp_path / "out")
    # AVI stores decode times only: the delay of reordered frames holds the first for one
    check(result, Expected((320, 180), 25 if container == "avi" else 24), tmp_path)


def test_variable_frame_rate_keeps_its_length(clip: Clip, tmp_path: Path) -> None:
    video = clip(
        "vfr.mkv", *picture(rate="30"), "-vf", "select='not(eq(mod(n,5),2))'", "-fps_mode", "vfr", *X264
    )
    result = packaged(video, tmp_path / "out")
    assert result.package.duration_s == pytest.approx(1.0, abs=0.05)
    rate = result.package.rungs[0].frame_rate
    check(result, Expected((320, 180), round(result.package.duration_s * Fraction(rate)), rate), tmp_path)


def test_a_turned_phone_video_comes_out_upright(clip: Clip, tmp_path: Path) -> None:
    colours = [
        "-f",
        "lavfi",
        "-i",
        "color=red:s=320x180:d=1:r=24,drawbox=x=160:w=160:h=180:color=blue:t=fill",
    ]
    flat = clip("flat.mp4", *colours, *X264)
    turned = clip("turned.mp4", "-display_rotation:v:0", "-90", "-i", flat, "-c", "copy")
    result = packaged(turned, tmp_path / "out")
    check(result, Expected((180, 320), 24), tmp_path)
    picture_rgb = pixels(look(result.folder, "video/180p", tmp_path).file, 0.5, 2, 4)
    top, bottom = picture_rgb[:3], picture_rgb[-3:]
    assert top[0] > 200 > 60 > top[2], "turned clockwise, the left half (red) is on top"
    assert bottom[2] > 200 > 60 > bottom[0]


def test_colours_survive(clip: Clip, tmp_path: Path) -> None:
    video = clip("orange.mp4", "-f", "lavfi", "-i", "color=0xE07020:s=1280x720:d=0.3:r=24,format=rgb24",
                 "-vf", "format=rgb24,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", *X264, "-colorspace", "bt709")  # fmt: skip
    result = packaged(video, tmp_path / "out")
    seen = look(result.folder, "video/720p", tmp_path)
    assert seen.stream["color_space"] == "bt709"
    # BT.709 limited range: 16 + 219 Y', 128 + 224 Cb, 128 + 224 Cr of (224, 112, 32)
    for got, wanted in zip(pixels(seen.file, 0.1, 1, 1, "yuv444p"), (128, 82, 180), strict=True):
        assert abs(got - wanted) <= 2


def test_wide_gamut_pictures_are_tone_mapped(clip: Clip, tmp_path: Path) -> None:
    video = clip("hdr.mkv", *picture(seconds=0.3), "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le",
                 "-x265-params", "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
                 "-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")  # fmt: skip
    result = packaged(video, tmp_path / "out")
    seen = look(result.folder, "video/180p", tmp_path)
    assert (seen.stream["pix_fmt"], seen.stream["color_transfer"]) == ("yuv420p", "bt709")


def onset_s(file: Path) -> float:
    """Return when sound begins: decoded without honouring any edit list, as players without one would."""
    command = [
        tools.ffmpeg(),
        "-v",
        "error",
        "-ignore_editlist",
        "1",
        "-i",
        str(file),
        "-ac",
        "1",
        "-f",
        "f32le",
        "-",
    ]
    data = subprocess.run(command, capture_output=True, timeout=HANG_GUARD_S, check=True).stdout
    samples = struct.unpack(f"<{len(data) // 4}f", data)
    return next(number for number, value in enumerate(samples) if abs(value) > 0.05) / 48000


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_sound_stays_in_step_with_the_picture(container: str, clip: Clip, tmp_path: Path) -> None:
    beep = ["-f", "lavfi", "-i", "aevalsrc=if(gte(t\\,0.5)\\,0.8*sin(2*PI*1000*t)\\,0):s=48000:d=1"]
    flash = [
        "-f",
        "lavfi",
        "-i",
        "color=black:s=320x180:d=1:r=24,drawbox=color=white:t=fill:enable=gte(t\\,0.4999)",
    ]
    result = packaged(clip(f"sync.{container}", *flash, *beep, *X264, *AAC), tmp_path / "out")
    audio = result.package.audio[0]
    seen = look(result.folder, f"audio/{audio.id}", tmp_path)
    assert onset_s(seen.file) == pytest.approx(0.5, abs=0.006)
    # ffmpeg shifts fragmented tracks with negative composition offsets: count from the first frame shown
    rung = result.package.rungs[0]
    video = look(result.folder, f"video/{rung.id}", tmp_path)
    before = pixels(video.file, 11 / 24, 1, 1)[0]
    after = pixels(video.file, 12 / 24 + 0.001, 1, 1)[0]
    assert (before < 40, after > 215) == (True, True)


def test_audio_that_starts_late_is_not_moved(clip: Clip, tmp_path: Path) -> None:
    late = clip(
        "late.mkv", *picture(), "-itsoffset", "0.5", *tone(0.5), "-map", "0", "-map", "1", *X264, *AAC
    )
    result = packaged(late, tmp_path / "out")
    seen = look(result.folder, f"audio/{result.package.audio[0].id}", tmp_path)
    assert onset_s(seen.file) == pytest.approx(0.5, abs=0.025)


def test_segments_are_two_groups_of_pictures_on_every_rung(clip: Clip, tmp_path: Path) -> None:
    video = clip("nine.mp4", *picture("320x180", "24000/1001", 9.3), *tone(9.3), *X264, *AAC)
    result = packaged(video, tmp_path / "out")
    for rung in result.package.rungs:
        assert rung.segment_durations_s[:2] == pytest.approx([4.004, 4.004], abs=1e-9)
        assert len(rung.segment_durations_s) == 3
    text = (result.folder / "video/180p/playlist.m3u8").read_text()
    assert "#EXTINF:4.004,\nseg-1.m4s" in text and text.endswith("#EXT-X-ENDLIST\n")


def test_the_same_input_gives_the_same_bytes(plain: Path, tmp_path: Path) -> None:
    first = packaged(plain, tmp_path / "one")
    second = packaged(plain, tmp_path / "two, $Number$ = other")
    assert first.package == second.package
    assert first.package.package_id == second.package.package_id and len(first.package.package_id) == 16
    assert first.package.files


HOSTILE = ["-dash.mp4", "a'b\"c.mp4", "100%d.mp4", "[x];(y)&z.mp4", "a,b=c,stream=video.mp4", "http:x.mp4",
           "linha\nnova.mp4", "ação ノ.mp4", "$(id) `id`.mp4", "concat:a|b.mp4", " space .mp4"]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name: str, plain: Path, tmp_path: Path) -> None:
    folder = tmp_path / name.removesuffix(".mp4")
    folder.mkdir()
    video = folder / name
    video.write_bytes(plain.read_bytes())
    check(packaged(video, folder / f"out {name}"), Expected((320, 180), 24), tmp_path)


def test_a_name_that_is_not_utf8(plain: Path, paths: DataPaths, tmp_path: Path) -> None:
    video = Path(os.fsdecode(os.fsencode(tmp_path) + b"/fil\xffme.mp4"))
    video.write_bytes(plain.read_bytes())
    done = publish_title(sheet_of(video), paths)
    assert done.built and not publish_title(sheet_of(video), paths).built
    known = receipts.load(paths, "clip")
    assert known is not None and known.inputs[0].path == str(video)


def test_subtitles_sidecar_poster_and_description(plain: Path, tmp_path: Path) -> None:
    srt = tmp_path / "legenda.srt"
    srt.write_bytes("1\n00:00:00,100 --> 00:00:00,900\nAção & emoção\n".encode("cp1252"))
    poster = tmp_path / "poster.png"
    ffmpeg(*picture("400x600"), "-frames:v", "1", poster)
    result = packaged(
        plain, tmp_path / "out", audio=(AudioSource(stream=0, language="pt-BR", label='Original "estéreo"'),),
        subtitles=(SubtitleSource(path=srt, language="pt-BR"), SubtitleSource(path=srt, language="pt-BR", forced=True)),
        chapters=(Chapter(start_s=0, title_pt="Começo"), Chapter(start_s=99, title_pt="Depois do fim")),
        markers=(Marker(kind="intro", start_s=0.2, end_s=5),), poster=poster, age_rating="12", descriptors=("Violência",),
    )  # fmt: skip
    folder = result.folder
    assert "Ação &amp; emoção" in (folder / "text/pt-BR.vtt").read_text("utf-8")
    master = (folder / "master.m3u8").read_text("utf-8")
    assert master.count("TYPE=SUBTITLES") == 2 and "FORCED=YES" in master
    assert 'NAME="Original \'estéreo\'",LANGUAGE="pt-BR",DEFAULT=YES' in master
    assert '#EXT-X-SESSION-DATA:DATA-ID="org.bitaca.sidecar",URI="sidecar.json"' in master
    sidecar = json.loads((folder / "sidecar.json").read_text("utf-8"))
    assert sidecar["age"] == {"rating": "12", "descriptors": ["Violência"]}
    assert sidecar["chapters"] == [{"start_s": 0.0, "title": {"pt": "Começo", "en": "Começo"}}]
    assert sidecar["markers"] == [{"kind": "intro", "start_s": 0.2, "end_s": 1.0}]
    from PIL import Image

    with Image.open(folder / "images/poster.jpg") as image:
        assert image.size == (400, 600)
    with Image.open(folder / "images/storyboard-1.jpg") as image:
        board = sidecar["storyboard"]
        assert image.size == (board["columns"] * board["tile_width"], board["rows"] * board["tile_height"])
    document = json.loads((folder / "package.json").read_text("utf-8"))
    assert document["schema"] == 1 and "package.json" not in document["files"]
    listed = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()} - {"package.json"}
    assert set(document["files"]) == listed


def test_subtitles_inside_the_container_are_offered(clip: Clip, tmp_path: Path) -> None:
    srt = tmp_path / "in.srt"
    srt.write_text("1\n00:00:00,100 --> 00:00:00,900\nInside\n")
    video = clip("subs.mkv", *picture(), "-i", srt, "-map", "0", "-map", "1", *X264, "-c:s", "srt",
                 "-metadata:s:s:0", "language=eng")  # fmt: skip
    result = packaged(video, tmp_path / "out")
    assert [item.language for item in result.package.text] == ["en"]
    assert "Inside" in (tmp_path / "out/text/en.vtt").read_text()


def test_a_poster_that_is_no_picture_is_refused(plain: Path, tmp_path: Path) -> None:
    poster = tmp_path / "poster.jpg"
    for content in ("not a picture", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"):
        poster.write_text(content)
        with pytest.raises(InputError, match="poster"):
            packaged(plain, tmp_path / "out", poster=poster)
    assert not (tmp_path / "out").exists()


def test_a_file_in_place_of_the_folder(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkError, match="cannot make the folder"):
        packaged(plain, tmp_path / "file" / "out")
    assert (tmp_path / "file").read_text() == ""


def test_a_full_disk_is_told_and_leaves_nothing(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file size limit on the encoder stands in for a full disk: its writes fail half-way."""
    limited = tmp_path / "ffmpeg"
    limited.write_text(f"#!/bin/sh\ntrap '' XFSZ\nulimit -f 8\nexec {tools.ffmpeg()} \"$@\"\n")
    limited.chmod(0o755)
    job = prepare(sheet_of(plain), Wishes(max_rungs=2))
    monkeypatch.setattr(tools, "ffmpeg", lambda: str(limited))
    with pytest.raises(MediaError):
        build(job, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_recipe_and_arguments_name_no_local_folder(plain: Path, tmp_path: Path) -> None:
    result = packaged(plain, tmp_path / "out")
    assert not any(str(tmp_path) in part or str(plain.parent) in part for part in result.arguments)
    assert result.arguments[result.arguments.index("-threads") + 1] == "1"
