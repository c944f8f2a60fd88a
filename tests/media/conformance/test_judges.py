"""Packages of ours before judges that we did not write, and packages of others before our rules."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.media import description
from bitaca_core.media.conformance.check import check_folder
from bitaca_core.media.package import package_source
from tests.media.clips import AAC, X264, ffmpeg, look, picture, sheet_of, tone

SHAPES = {
    "film": (picture("320x180", "24", 9.3), ["-ac", "2"]),
    "ntsc": (picture("320x240", "30000/1001", 5.1), ["-ac", "1"]),
    "upright": (picture("180x320", "25", 4.2), ["-ac", "2"]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_ffprobe_reads_every_rendition_as_stated(
    shape: str, clip: Callable[..., Path], tmp_path: Path
) -> None:
    """Frame count and length of each rung and each sound track, as package.json and the manifests state them."""
    pictures, more = SHAPES[shape]
    video = clip(f"{shape}.mp4", *pictures, *tone(9.3), *X264, *AAC, "-shortest", *more)
    folder = package_source(sheet_of(video), tmp_path / "package").folder
    package = description.read(folder)
    assert package.rungs and package.audio
    for rung in package.rungs:
        seen = look(folder, f"video/{rung.id}", tmp_path)
        rate = Fraction(rung.frame_rate)
        stated_s = sum(rung.segment_durations_s)
        assert seen.frames == round(stated_s * rate) == round(package.duration_s * rate)
        assert abs(seen.length_s - stated_s) < float(1 / rate) / 2 + 1e-6
        assert (seen.stream["width"], seen.stream["height"]) == (rung.width, rung.height)
        assert seen.stream["codec_name"] == "h264"
    for audio in package.audio:
        seen = look(folder, f"audio/{audio.id}", tmp_path)
        stated_s = sum(audio.segment_durations_s)
        frame_s = (1024 if audio.codecs == "mp4a.40.2" else 960) / 48_000
        assert abs(seen.frames * frame_s - stated_s) < frame_s + 1e-6
        assert abs(stated_s - package.duration_s) < 1 / float(Fraction(package.rungs[0].frame_rate))
    report = check_folder(folder)
    assert [one for one in report.findings if one.severity != "note"] == []


def test_the_ranges_of_i_frames_decode_by_themselves(good: Path, tmp_path: Path) -> None:
    """Header and range of each I-frame, joined: one picture for ffmpeg, and no more."""
    folder = good / "video/180p"
    lines = (folder / "iframes.m3u8").read_text().splitlines()
    ranges = [
        (*map(int, line.partition(":")[2].split("@")), lines[number + 1])
        for number, line in enumerate(lines)
        if line.startswith("#EXT-X-BYTERANGE")
    ]
    assert [file for _, _, file in ranges] == [f"seg-{number}.m4s" for number in (1, 1, 2, 2, 3)]
    for number, (size, offset, file) in enumerate(ranges):
        whole = (folder / file).read_bytes()
        assert size < len(whole) and whole[offset + 4 : offset + 8] == b"moof"
        joined = tmp_path / f"{number}.mp4"
        joined.write_bytes((folder / "init.mp4").read_bytes() + whole[offset : offset + size])
        frame = tmp_path / f"{number}.png"
        import subprocess

        from bitaca_core.media import tools

        command = [tools.ffmpeg(), "-v", "quiet", "-y", "-i", str(joined), "-frames:v", "1", str(frame)]
        assert subprocess.run(command, timeout=60).returncode == 0
        assert frame.stat().st_size > 1000


def test_packages_of_others_are_read_and_told_apart(clip: Callable[..., Path], tmp_path: Path) -> None:
    """What ffmpeg's muxers write: fMP4 and MPEG-TS HLS without a broken MUST, DASH with what it states wrongly."""
    source = clip("nine.mp4", *picture("320x180", "24", 9.3), *tone(9.3), *X264, *AAC)
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48", "-c:a", "aac"]
    hls = ["-hls_time", "4", "-hls_playlist_type", "vod", "-master_pl_name", "master.m3u8"]
    for name in ("fmp4", "ts", "dash"):
        (tmp_path / name).mkdir()
    ffmpeg("-i", source, *codecs, *hls, "-hls_segment_type", "fmp4", tmp_path / "fmp4/a.m3u8")
    ffmpeg("-i", source, *codecs, *hls, tmp_path / "ts/a.m3u8")
    ffmpeg("-i", source, *codecs, "-seg_duration", "4", "-hls_playlist", "1", tmp_path / "dash/a.mpd")
    rules = {}
    for name in ("fmp4", "ts", "dash"):
        rules[name] = {one.severity: set() for one in check_folder(tmp_path / name).findings}
        for one in check_folder(tmp_path / name).findings:
            rules[name][one.severity].add(one.rule)
    assert "must" not in rules["fmp4"] and {"one-track", "cmaf-brand"} < rules["fmp4"]["should"]
    assert "must" not in rules["ts"] and "media-unread" in rules["ts"]["note"]
    assert rules["dash"]["must"] == {"bandwidth-peak", "dash-max-segment-duration-timeline"}


def test_packages_of_shaka_packager_state_rates_too_low_and_are_cmaf(
    good: Path, clip: Callable[..., Path], tmp_path: Path
) -> None:
    """Segments and whole files with byte ranges; its I-frame ranges begin, as ours, with their fragment's header.

    Of a title whose last segment is short it states an average above the peak, and too little for I-frames.
    """
    import subprocess

    from bitaca_core.media import tools

    source = clip("keyed.mp4", *picture("320x180", "24", 9.3), *tone(9.3), *X264, "-g", "48", *AAC)
    layouts = {
        "segments": "init_segment={0}/init.mp4,segment_template={0}/$Number$.m4s",
        "ranges": "output={0}.mp4",
    }
    for name, layout in layouts.items():
        (tmp_path / name).mkdir()
        streams = [
            f"in={source},stream=video,{layout.format('v')},playlist_name=v.m3u8,iframe_playlist_name=f.m3u8",
            f"in={source},stream=audio,{layout.format('a')},playlist_name=a.m3u8,hls_group_id=a,hls_name=x",
        ]
        command = [tools.packager(), *streams, "--segment_duration", "4", "--hls_master_playlist_output",
                   "master.m3u8", "--mpd_output", "stream.mpd"]  # fmt: skip
        command += ["--generate_static_live_mpd"] if name == "segments" else []
        subprocess.run(command, cwd=tmp_path / name, check=True, capture_output=True, timeout=60)
        report = check_folder(tmp_path / name)
        rules = {one.rule for one in report.findings if one.severity != "note"}
        low = {"hls-average-above-peak", "hls-bandwidth-exceeded", "bandwidth-peak"}
        assert rules == {"hls-version-high", "video-range-missing", *low}, report.findings
    line = (tmp_path / "segments/f.m3u8").read_text().split("#EXT-X-BYTERANGE:")[1].splitlines()[0]
    offset = int(line.split("@")[1])
    segment = (tmp_path / "segments/v/1.m4s").read_bytes()
    assert segment[offset + 4 : offset + 8] == b"moof"
