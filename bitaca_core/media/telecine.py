"""Whether a picture, flagged interlaced or not, is film with repeated fields (3:2 pull-down): then it is undone, not deinterlaced."""

from __future__ import annotations

import re
from fractions import Fraction

RATE = Fraction(30000, 1001)
"""Only pictures of this rate are film at 24000/1001 with two fields in ten repeated."""
FILM = Fraction(24000, 1001)
RATE_SLACK = Fraction(1, 200)
SHARES = (0.3, 0.5)
"""Pull-down repeats a field in two frames of five."""
MIN_FRAMES = 30
REPEATED = re.compile(r"Repeated Fields: Neither:\s*(\d+) Top:\s*(\d+) Bottom:\s*(\d+)")


def possible(rate: Fraction) -> bool:
    """Return whether pictures of this rate may be telecined film (pure)."""
    return abs(rate / RATE - 1) <= RATE_SLACK


def pulled_down(said: str) -> bool:
    """Read idet's words: whether enough frames repeat a field, and not too many (pure)."""
    counts = [tuple(map(int, found)) for found in REPEATED.findall(said)]
    neither, top, bottom = max(counts, key=sum, default=(0, 0, 0))
    frames = neither + top + bottom
    return frames >= MIN_FRAMES and SHARES[0] <= (top + bottom) / frames <= SHARES[1]
