"""Tiny inputs made by ffmpeg itself, and an independent look (ffprobe) at what came out."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bitaca_core.catalogue.sheet import SourceSheet
from bitaca_core.media import tools

HANG_GUARD_S = 120
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac"]


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg to make an input; its words are shown when it fails."""
    command = [tools.ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_GUARD_S)
    assert done.returncode == 0, done.stderr


def picture(size: str = "320x180", rate: str = "24", seconds: float = 1.0) -> list[str]:
    """Return input arguments of a moving test picture."""
    return ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}"]


def tone(seconds: float = 1.0, rate: int = 48000, hz: int = 440) -> list[str]:
    """Return input arguments of a tone."""
    return ["-f", "lavfi", "-i", f"sine=frequency={hz}:sample_rate={rate}:duration={seconds}"]


@dataclass(frozen=True)
class Seen:
    """What ffprobe and ffmpeg see in a packaged track."""

    frames: int
    first_pts_s: float
    length_s: float
    stream: dict
    file: Path


def look(folder: Path, track: str, out: Path) -> Seen:
    """Join a track's init and media segments and count what decodes."""
    parts = [folder / track / "init.mp4"]
    parts += sorted((folder / track).glob("seg-*.m4s"), key=lambda p: int(p.stem.split("-")[1]))
    joined = out / f"{track.replace('/', '-')}.mp4"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))
    command = [tools.ffprobe(), "-v", "error", "-show_streams", "-show_entries",
               "frame=pts_time,duration_time,nb_samples", "-of", "json", str(joined)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG_GUARD_S)
    assert done.returncode == 0 and not done.stderr, done.stderr
    document = json.loads(done.stdout)
    frames = document["frames"]
    times = sorted(float(frame["pts_time"]) for frame in frames)
    last = float(frames[-1].get("duration_time", 0))
    return Seen(len(frames), times[0], times[-1] - times[0] + last, document["streams"][0], joined)


def pixels(file: Path, at_s: float, width: int, height: int, layout: str = "rgb24") -> bytes:
    """Return one decoded frame as bytes: RGB (height x width x 3), or another of ffmpeg's pixel layouts."""
    command = [tools.ffmpeg(), "-v", "error", "-ss", str(at_s), "-i", str(file), "-frames:v", "1",
               "-vf", f"scale={width}:{height}", "-f", "rawvideo", "-pix_fmt", layout, "-"]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=HANG_GUARD_S, check=True).stdout


def sheet_of(video: Path, title_id: str = "clip", **more: object) -> SourceSheet:
    """Return a sheet for one video."""
    return SourceSheet(title_id=title_id, video=video, **more)
