"""Make the files of this folder again: synthetic pictures and tones, coded by ffmpeg, packaged by ffmpeg or Shaka Packager.

Run with the project's environment: `.venv/bin/python tests/corpus/isobmff/make.py`. The files are committed,
so that tests need no encoder; encoders of other versions make other bytes, and then the numbers in
`player/core/src/isobmff/tests.rs` must be read again from `ffprobe`.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from bitaca_core.media import tools

HERE = Path(__file__).resolve().parent
FRAGMENTED = ["-movflags", "+empty_moov+delay_moov+default_base_moof+frag_keyframe", "-f", "mp4"]
VIDEO = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=12:duration=2,format=yuv420p"]
AUDIO = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=0.4"]
KEYS = [
    "--enable_raw_key_encryption",
    "--keys",
    "label=:key_id=00112233445566778899aabbccddeeff:key=0123456789abcdef0123456789abcdef",
    "--protection_systems",
    "Common",
    "--clear_lead",
    "0",
]


def ffmpeg(source: list[str], codec: list[str], name: str | Path) -> None:
    """Encode a source into a file of this folder, or elsewhere."""
    subprocess.run(
        [tools.ffmpeg(), "-v", "error", "-y", *source, "-fflags", "+bitexact", "-flags:v", "+bitexact",
         "-flags:a", "+bitexact", *codec, str(HERE / name)],
        check=True,
    )  # fmt: skip


def packager(source: Path, name: str, stream: str, more: list[str]) -> None:
    """Package one stream into one file with an index."""
    subprocess.run(
        [tools.packager(), f"in={source},stream={stream},output={HERE / name}", "--segment_duration", "1",
         "--mpd_output", str(source.with_suffix(".mpd")), *more],
        check=True,
        capture_output=True,
    )  # fmt: skip


def packets(name: str) -> None:
    """Write what ffprobe says of each packet: pts, dts, duration, size, position, K for a key frame."""
    done = subprocess.run(
        [tools.ffprobe(), "-v", "quiet", "-show_entries", "packet=pts,dts,duration,size,pos,flags",
         "-of", "csv=p=0", str(HERE / name)],
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip
    rows = [line.strip(",").split(",")[:6] for line in done.stdout.splitlines() if line]
    (HERE / f"{name}.packets.csv").write_text("".join(",".join([*row[:5], row[5][0]]) + "\n" for row in rows))


def main() -> None:
    """Make every file."""
    x264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "12"]
    b_frames = ["-c:v", "libx264", "-preset", "fast", "-g", "12", "-bf", "2"]
    ffmpeg(VIDEO, [*b_frames, *FRAGMENTED], "h264-b-frames-edit-list.mp4")
    ffmpeg(
        VIDEO,
        ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-g", "12",
         "-vf", "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc",
         "-x265-params", "log-level=error:info=0", *FRAGMENTED],
        "hevc-10-bit-pq.mp4",
    )  # fmt: skip
    ffmpeg(VIDEO, ["-c:v", "libvpx-vp9", "-b:v", "20k", "-g", "12", *FRAGMENTED], "vp9.mp4")
    ffmpeg(VIDEO, ["-c:v", "libsvtav1", "-preset", "10", "-g", "12", *FRAGMENTED], "av1.mp4")
    for name, codec in {
        "aac-lc-stereo.mp4": ["-c:a", "aac", "-ac", "2", "-b:a", "32k", "-metadata:s:a:0", "language=por"],
        "opus.mp4": ["-c:a", "libopus", "-b:a", "16k"],
        "flac.mp4": ["-c:a", "flac"],
        "ac3-5.1.mp4": ["-c:a", "ac3", "-ac", "6", "-b:a", "224k"],
        "eac3-stereo.mp4": ["-c:a", "eac3", "-ac", "2", "-b:a", "64k"],
    }.items():
        ffmpeg(AUDIO, [*codec, *FRAGMENTED], name)
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "h264.mp4"
        ffmpeg(VIDEO, x264, video)
        packager(video, "h264-sidx.mp4", "video", [])
        packager(video, "h264-cenc.mp4", "video", [*KEYS, "--protection_scheme", "cenc"])
        packager(video, "h264-cbcs.mp4", "video", [*KEYS, "--protection_scheme", "cbcs"])
        packager(
            video, "h264-cenc-rotation.mp4", "video",
            [*KEYS, "--protection_scheme", "cenc", "--crypto_period_duration", "1"],
        )  # fmt: skip
        clip = Path(folder) / "vp9.webm"
        ffmpeg(VIDEO, ["-c:v", "libvpx-vp9", "-b:v", "20k", "-g", "12"], clip)
        packager(clip, "vp9-cues-first.webm", "video", [])
    ffmpeg(AUDIO, ["-c:a", "libopus", "-b:a", "16k"], "opus-cues-last.webm")
    for path in sorted(HERE.glob("*.mp4")):
        packets(path.name)


if __name__ == "__main__":
    main()
