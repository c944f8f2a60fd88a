"""What a row of the corpus is: an input that somebody will upload, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True)
class Right:
    """A correct package.

    `frames` exact at `rate`; None where the input leaves the rate open, then `seconds` decides to a frame.
    `flash_s` is when the white frame and the beep are due, None where the input has none. `audio` counts streams, each
    of which comes in AAC and Opus, `surround` those that come in 5.1 too. `heard`: there is a beep; then every
    rendition is as loud as the target. `warned`: the packager has to say that something was lost. `ranges`: VIDEO-RANGE of
    the rungs, where others than SDR are asked for. `bars`: how many eighths of the width and of the height the picture
    fills, in the middle; beside it is black. `likeness_db`: the least PSNR
    of the best rung's brightness against the `reference` of the input, where there is one; then no frame may be combed.
    """

    size: tuple[int, int] | None = (320, 180)
    frames: int | None = 24
    rate: str | None = "24"
    seconds: float | None = None
    audio: int = 1
    surround: int = 0
    cues: tuple[int, ...] = ()
    flash_s: float | None = 0.5
    heard: bool = True
    warned: bool = False
    aspect: Fraction = Fraction(16, 9)
    ranges: tuple[str, ...] = ("SDR",)
    bars: tuple[int, int] = (8, 8)
    likeness_db: float | None = None


@dataclass(frozen=True)
class Refused:
    """A typed rejection, of one of these kinds."""

    kinds: tuple[str, ...]


@dataclass(frozen=True)
class RightOrRefused:
    """Damage in mid-file: a package whose loss is told, or a rejection."""

    kinds: tuple[str, ...] = ("truncated", "damaged", "not-media")


Outcome = Right | Refused | RightOrRefused


@dataclass(frozen=True)
class Input:
    """Files of one row: the video and sidecar subtitles by language; `reference` is how the picture should look."""

    video: Path
    subtitles: tuple[tuple[str, Path], ...] = ()
    reference: Path | None = None


@dataclass(frozen=True)
class Case:
    """A named input. `make(folder)` writes it; `cheap` rows run in every test run; `hdr`: asked to keep its range."""

    name: str
    make: Callable[[Path], Input]
    expected: Outcome
    cheap: bool = True
    limit_s: float = 90.0
    hdr: bool = False
