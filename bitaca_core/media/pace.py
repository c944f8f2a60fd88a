"""How fast a title is being encoded and how long it will still take: pure arithmetic on (time, share) samples."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WINDOW_S = 60.0
"""The speed is that of the last minute: what came from the store in no time, or a slow scene, is soon forgotten."""
MIN_S = 1.0
"""A shorter look says nothing."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Frames done and in all; `speed` in seconds of film a second; `left_s` of this stage; None while unknown."""

    frames: int
    total_frames: int
    speed: float | None
    left_s: float | None


class Pace:
    """Turns a stage's percentage into frames, speed and time left.

    Parameters
    ----------
    total_frames : int
        Frames of the title.
    duration_s : float
        Its play time.
    """

    def __init__(self, total_frames: int, duration_s: float) -> None:
        self._total_frames = total_frames
        self._duration_s = duration_s
        self._samples: deque[tuple[float, float]] = deque()

    def at(self, percent: float, now_s: float) -> Measure:
        """Take that `percent` (0-100) is done at `now_s` of a steady clock."""
        share = min(1.0, max(0.0, percent / 100))
        if self._samples and share < self._samples[-1][1]:
            self._samples.clear()  # begun anew
        self._samples.append((now_s, share))
        while len(self._samples) > 2 and now_s - self._samples[1][0] >= WINDOW_S:
            self._samples.popleft()
        since_s, base = self._samples[0]
        elapsed_s, gained = now_s - since_s, share - base
        speed = left_s = None
        if elapsed_s >= MIN_S and gained > 0:
            speed = gained * self._duration_s / elapsed_s
            left_s = (1 - share) * elapsed_s / gained
        return Measure(round(share * self._total_frames), self._total_frames, speed, left_s)


def words(frames: int | None, total_frames: int | None, speed: float | None, left_s: float | None) -> str:
    """Return "1,234 of 5,000 frames, 2.3x, 1:05 left" of what is known; empty where nothing is."""
    parts = []
    if frames is not None and total_frames:
        parts.append(f"{frames:,} of {total_frames:,} frames")
    if speed is not None:
        parts.append(f"{speed:.1f}x" if speed < 100 else f"{speed:.0f}x")
    if left_s is not None:
        parts.append(f"{clock(left_s)} left")
    return ", ".join(parts)


def clock(seconds: float) -> str:
    """Return "0:07", "12:05" or "1:02:03"."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
