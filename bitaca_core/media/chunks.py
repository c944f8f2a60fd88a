"""Where a picture is cut so that its parts can be encoded apart: pure arithmetic on frame numbers.

A chunk is a whole number of segments, so of closed groups of pictures; it depends on the title alone, never on how
many workers there are, so that any number of them gives the same bytes.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from bitaca_core.media.plan import Recipe
from bitaca_core.media.probe import SourceInfo

TARGET_S = 24
"""An encoder that starts anew knows nothing of the past: 4 s cost an eighth more work, 24 s about a hundredth."""
MIN_S, MAX_S = 12, 48
SEEKABLE = ("mp4", "matroska")
"""Containers with an index of key frames, in which a position is found exactly. In a transport or programme stream
it is guessed from the byte rate."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """`frames` frames from frame `first` of the title (0-based, at the recipe's rate)."""

    number: int
    first: int
    frames: int
    last: bool

    @property
    def end(self) -> int:
        """The frame after the last one."""
        return self.first + self.frames

    @property
    def whole(self) -> bool:
        """Whether it is all of the title."""
        return self.first == 0 and self.last


def divide(frames: int, segment_frames: int, rate: Fraction) -> list[Chunk]:
    """Return chunks of whole segments, as equal as that allows and as near to 24 s as may be.

    Parameters
    ----------
    frames : int
        Frames of the title, at least 1.
    segment_frames : int
        Frames of a full segment; only the last segment of the title is shorter.
    rate : Fraction
        Frames a second.
    """
    segments = -(-frames // segment_frames)
    seconds = frames / rate
    count = max(1, min(round(seconds / TARGET_S), segments))
    while count > 1 and segments // count * segment_frames / rate < MIN_S:
        count -= 1
    edges = [number * segments // count * segment_frames for number in range(count)] + [frames]
    return [
        Chunk(number, first, end - first, end == frames)
        for number, (first, end) in enumerate(itertools.pairwise(edges))
    ]


def whole(frames: int) -> list[Chunk]:
    """Return the title as one chunk."""
    return [Chunk(0, 0, frames, True)]


def chunks(info: SourceInfo, recipe: Recipe) -> list[Chunk]:
    """Return how a title is cut: not at all where its container has no index or frames are made from neighbours."""
    indexed = any(name in info.container.split(",") for name in SEEKABLE)
    if not indexed or recipe.undo_telecine:
        return whole(recipe.frames)
    return divide(recipe.frames, recipe.segment_frames, recipe.frame_rate)
