"""Whether a picture, flagged interlaced or not, is film with repeated fields (3:2 pull-down): then it is undone, not deinterlaced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from bitaca_core.errors import MediaError
from bitaca_core.media import supervise, tools

RATE = Fraction(30000, 1001)
"""Only pictures of this rate are film at 24000/1001 with two fields in ten repeated."""
FILM = Fraction(24000, 1001)
RATE_SLACK = Fraction(1, 200)
WINDOW_S = 8.0
PLACES = (0.1, 0.5, 0.85)
"""Where in a long film is looked: all must be telecined, so that a mixed one stays as it is."""
SHARES = (0.3, 0.5)
"""Pull-down repeats a field in two frames of five."""
MIN_FRAMES = 30
TIMEOUT_S = 120
SENSITIVITY = "idet=rep_thres=1.5"
"""Half of idet's own threshold: in combed pictures that were coded as whole frames, repeated fields differ a little."""
REPEATED = re.compile(r"Repeated Fields: Neither:\s*(\d+) Top:\s*(\d+) Bottom:\s*(\d+)")


def windows(duration_s: float) -> list[tuple[float, float]]:
    """Return the (start, length) in seconds that are looked at; the whole of a short film (pure)."""
    if duration_s <= WINDOW_S * len(PLACES):
        return [(0.0, duration_s)]
    return [(duration_s * place, WINDOW_S) for place in PLACES]


COMBED = re.compile(
    r"Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+) Undetermined:\s*(\d+)"
)


def combed(said: str) -> bool:
    """Read idet's words: whether most frames are made of two moments, in one order of fields (pure)."""
    counts = [tuple(map(int, found)) for found in COMBED.findall(said)]
    top, bottom, whole, unsure = max(counts, key=sum, default=(0, 0, 0, 0))
    return 2 * max(top, bottom) > top + bottom + whole + unsure


def pulled_down(said: str) -> bool:
    """Read idet's words: whether enough frames repeat a field, and not too many (pure)."""
    counts = [tuple(map(int, found)) for found in REPEATED.findall(said)]
    neither, top, bottom = max(counts, key=sum, default=(0, 0, 0))
    frames = neither + top + bottom
    return frames >= MIN_FRAMES and SHARES[0] <= (top + bottom) / frames <= SHARES[1]


def telecined(
    path: Path, stream_index: int, rate: Fraction, duration_s: float, options: Sequence[str]
) -> bool:
    """Decode some seconds of `path` and return whether they are telecined film; `options` stand before its `-i`."""
    if abs(rate / RATE - 1) > RATE_SLACK:
        return False
    for start_s, length_s in windows(duration_s):
        command = [
            tools.ffmpeg(), "-hide_banner", "-nostdin", "-nostats", *options, "-ss", f"{start_s:.3f}", "-t", f"{length_s:.3f}",
            "-i", f"file:{path.absolute()}", "-map", f"0:{stream_index}", "-vf", SENSITIVITY, "-f", "null", "-",
        ]  # fmt: skip
        try:
            said = supervise.run(command, timeout_s=TIMEOUT_S)
        except MediaError:
            return False  # what cannot be decoded is told where it is encoded
        if not pulled_down(said) or not combed(said):
            return False
    return True
