"""Which shots a title has and how hard each is, from cheap facts: packet sizes, key frames, small key pictures.

Pure. A source's own encoder has already weighed every second of it: bits a second tell complexity well enough to
draw samples by. Cuts are looked for only between key frames, so a shot is at least one group of pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

CUT_SCORE = 10.0
"""Mean difference of two key pictures, per cent of full scale, from which a new shot begins (scdet's default)."""
LONGEST_S = 8.0
"""A longer shot is divided: what is sampled stands for its surroundings only."""
SHORTEST_S = 1.0
"""A shorter one belongs to the one before."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One coded picture of the source: when it is shown, how large it is, whether decoding can begin at it."""

    time_s: float
    size_bytes: int
    key: bool


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of one scene. `keys_s` are the key frames in it; `bps` is the source's own rate."""

    start_s: float
    end_s: float
    bps: float
    keys_s: tuple[float, ...]

    @property
    def duration_s(self) -> float:
        """Seconds from its first picture to the next shot's."""
        return self.end_s - self.start_s


def read_packets(csv: str) -> tuple[Packet, ...]:
    """Read ffprobe's `pts_time,dts_time,size,flags` lines, sorted by time; packets without a time are left out."""
    found = []
    for line in csv.splitlines():
        fields = line.strip().rstrip(",").split(",")
        if len(fields) < 4 or "D" in fields[3]:
            continue
        time = fields[0] if fields[0] != "N/A" else fields[1]
        if time == "N/A" or not fields[2].isdigit():
            continue
        found.append(Packet(float(time), int(fields[2]), "K" in fields[3]))
    return tuple(sorted(found, key=lambda packet: (packet.time_s, not packet.key)))


def cuts(keys_s: Sequence[float], differences: Sequence[float]) -> tuple[float, ...]:
    """Return the key frames that begin a new scene; `differences[n]` is the change from key n to key n+1."""
    return tuple(
        time for time, difference in zip(keys_s[1:], differences, strict=False) if difference >= CUT_SCORE
    )


def shots(
    packets: Sequence[Packet], cuts_s: Sequence[float] = (), longest_s: float = LONGEST_S
) -> tuple[Shot, ...]:
    """Divide a title into shots of about `SHORTEST_S` to `longest_s` seconds, at key frames wherever it has them."""
    if not packets:
        return ()
    first, last = packets[0].time_s, packets[-1].time_s
    frame_s = (last - first) / (len(packets) - 1) if len(packets) > 1 else 1 / 24
    end = last + max(frame_s, 1e-3)
    keys = [packet.time_s for packet in packets if packet.key] or [first]
    wanted = set(cuts_s)
    borders = [first]
    for key in (*keys[1:], end):
        if key - borders[-1] >= SHORTEST_S and (key in wanted or key == end):
            borders.extend(_divided(borders[-1], key, keys, longest_s))
            borders.append(key)
    if borders[-1] != end:  # what is left after the last border is too short to stand alone
        borders[-1:] = [end] if len(borders) > 1 else [first, end]
    return tuple(_shot(packets, keys, start, stop) for start, stop in pairwise(borders))


def _divided(start: float, end: float, keys: Sequence[float], longest_s: float) -> list[float]:
    """Return the inner borders of a long stretch: even parts, moved to the next key frame where one is near."""
    parts = int((end - start) / longest_s - 1e-9) + 1
    inner: list[float] = []
    for part in range(1, parts):
        ideal = start + (end - start) * part / parts
        near = min(keys, key=lambda key: abs(key - ideal))
        border = near if abs(near - ideal) <= longest_s / 2 else ideal
        previous = inner[-1] if inner else start
        if border - previous >= SHORTEST_S and end - border >= SHORTEST_S:
            inner.append(border)
    return inner


def _shot(packets: Sequence[Packet], keys: Sequence[float], start: float, end: float) -> Shot:
    size = sum(packet.size_bytes for packet in packets if start <= packet.time_s < end)
    return Shot(start, end, 8 * size / (end - start), tuple(key for key in keys if start <= key < end))
