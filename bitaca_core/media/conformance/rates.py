"""Bit rates of segments, as HLS and DASH define them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

MAX_RUN = 1000
"""Segments in one run: real ones have a few; without a limit, many of no length would take their square."""


def average_bps(sizes: Sequence[int], durations_s: Sequence[Fraction]) -> int:
    """Return all bits over the whole length; 0 for nothing."""
    length = sum(durations_s, Fraction(0))
    return int(sum(sizes) * 8 / length) if length else 0


def peak_bps(sizes: Sequence[int], durations_s: Sequence[Fraction], target_s: int) -> int:
    """Return the largest rate of any run of segments that lasts 0.5 to 1.5 target durations.

    References
    ----------
    RFC 8216bis 4.4.6.2, BANDWIDTH.
    """
    lengths = [float(one) for one in durations_s]
    peak = float(average_bps(sizes, durations_s))
    for first in range(len(lengths)):
        bits, length = 0, 0.0
        for number in range(first, min(len(lengths), first + MAX_RUN)):
            bits += sizes[number] * 8
            length += lengths[number]
            if length > 1.5 * target_s:
                break
            if length >= 0.5 * target_s and length > 0:
                peak = max(peak, bits / length)
    return int(peak)


def buffer_needed_s(sizes: Sequence[int], durations_s: Sequence[Fraction], bandwidth_bps: int) -> float:
    """Return how many seconds of transfer a client must be ahead at `bandwidth_bps`, from wherever it starts.

    The most that any run of segments costs above what its own length gives.
    """
    most = run = 0.0
    for size, duration in zip(sizes, durations_s, strict=True):
        run = max(0.0, run) + size * 8 - bandwidth_bps * float(duration)
        most = max(most, run)
    return most / bandwidth_bps if bandwidth_bps else 0.0
