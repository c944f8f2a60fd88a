"""What a story is: shots with their length, words, sound, chapters and a poster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bitaca_core.media.sample.paint import Color

DRAWINGS_PER_S = 12
"""Drawn on twos: each drawing is shown for two of the 24 frames of a second."""
SAMPLE_RATE_HZ = 48_000

Draw = Callable[[float, int], Image.Image]
"""Called with seconds since the shot began and the drawing's number in the shot; returns a fresh RGB image."""
Sound = NDArray[np.float32]
"""Stereo sound, shape (samples, 2), float32, full scale 1."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One uncut piece: `build()` paints its layers and returns what draws the moments.

    `fade_in_s` and `fade_out_s` are seconds of fading from and to `fade_color`.
    """

    seconds: float
    build: Callable[[], Draw]
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    fade_color: Color = (10, 8, 12)

    @property
    def drawings(self) -> int:
        """Number of drawings."""
        return round(self.seconds * DRAWINGS_PER_S)


@dataclass(frozen=True, slots=True)
class Line:
    """One subtitle in both languages, times in seconds."""

    start_s: float
    end_s: float
    pt: str
    en: str


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """One full mix: its label in the audio menu, its language tag and what renders it."""

    label: str
    language: str
    render: Callable[[float], Sound]  # gets the length in seconds


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that one playable unit needs."""

    title_id: str
    shots: tuple[Shot, ...]
    lines: tuple[Line, ...]
    tracks: tuple[SoundTrack, ...]
    poster: Callable[[], Image.Image]
    age_rating: str = "L"
    descriptors: tuple[str, ...] = ()
    chapters: tuple[tuple[float, str, str], ...] = ()  # start in seconds, Portuguese, English
    markers: tuple[tuple[str, float, float], ...] = ()  # intro or credits, start and end in seconds
    vignette: float = 0.42
    places: tuple[float, ...] = field(init=False)  # where each shot starts, seconds

    def __post_init__(self) -> None:
        starts, at = [], 0
        for shot in self.shots:
            starts.append(at / DRAWINGS_PER_S)
            at += shot.drawings
        object.__setattr__(self, "places", tuple(starts))

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return sum(shot.drawings for shot in self.shots) / DRAWINGS_PER_S
