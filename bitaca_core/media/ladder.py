"""Which sizes and bit rates a title is offered in: pure decisions from the picture's size and frame rate.

All rungs have exactly the same display aspect, so a switch never moves the picture by a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, get_args

from bitaca_core.errors import InputError
from bitaca_core.media.hdr import Range

Content = Literal["film", "animation"]
Codec = Literal["h264", "av1", "vp9"]
"""Families: a player plays one of them, and goes to another only where it can change the decoder."""

PLANNED = "default"
"""The name of the ladder that the plan has by itself."""
SHORT_SIDES = (1080, 720, 540, 360, 234, 144)
"""Target sizes of the shorter side, pixels."""
MAX_RUNGS = 4
SMALL_RUNGS_UP_TO = 720
"""Up to this size three rungs are enough; above, four."""
MIN_STEP = 1.2
"""A rung whose side is less than this factor below the one above is left out."""
UNIT_COST = 0.0005
"""What a pixel more in the unit weighs against a lost share of the picture: small units give more rungs."""
WIDEST = Fraction(4)
"""No film is wider (three screens of 4:3 side by side), and hardly anything is taller than a quarter of that. What is, gets
black bars up to it: encoders and players fail at a strip of a few rows, sheets of small pictures grow beyond what
browsers show, and a card in a catalogue shows a line. Bars of one colour cost next to nothing."""
LONG_SIDE = 3840
"""Decoders in hardware take pictures of 4096 at most; as wide as that are only those near 4:1."""
MAX_ASPECT_ERROR = 0.005
"""Sources of odd size are stretched by at most this much to an aspect that has several exact sizes."""

REFERENCE_PIXELS = 1920 * 1080
REFERENCE_BPS = 5_000_000
"""Cap of the reference size at 30 frames a second."""
PIXEL_EXPONENT = 0.8
"""Bits grow slower than pixels: large pictures are smoother per pixel."""
RATE_EXPONENT = 0.6
BUFFER_S = 1.5
"""Seconds at the cap that the encoder's rate buffer holds: bounds a segment's peak."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One video rendition: capped constant quality. `max_bps` and `buffer_bits` bound the peaks.

    `id` names the shorter side, as people name sizes: an upright 1080x1920 picture is 1080p too. `vmaf` is what the
    analysis foretells of it, None where there was none; `preset` None is the recipe's. Of another `range` than SDR it
    has 10 bits.
    """

    id: str
    width: int
    height: int
    crf: float
    max_bps: int
    buffer_bits: int
    codec: Codec = "h264"
    vmaf: float | None = None
    preset: str | None = None
    range: Range = "SDR"


def framed(width: Fraction, height: Fraction) -> tuple[Fraction, Fraction]:
    """Return the frame of a picture: its own size, or where it is wider or taller than `WIDEST`, with bars up to that."""
    return max(width, height / WIDEST), max(height, width / WIDEST)


def within(width: Fraction, height: Fraction, frame: tuple[int, int]) -> tuple[int, int]:
    """Return the even size of a picture within its frame: all of it, but where there are bars."""
    if framed(width, height) == (width, height):
        return frame
    across, down = frame
    if width > height:
        return across, max(2, 2 * round(across * height / width / 2))
    return max(2, 2 * round(down * width / height / 2)), down


def exact_sizes(width: Fraction, height: Fraction, top: int = SHORT_SIDES[0]) -> list[tuple[int, int]]:
    """Return even sizes of one exact aspect, largest first, none above `width` x `height` or `top` short side.

    The unit (a, b), both even, is chosen so that the largest multiple wastes least of the source and its aspect
    is nearest; 1280x720 gives units of 32x18, 321x181 gives 320x180.
    """
    aspect = width / height
    if min(width, height) > top:
        width, height = (top * aspect, Fraction(top)) if aspect >= 1 else (Fraction(top), top / aspect)
    if width < 2 or height < 2:
        return [(2, 2)]
    best: tuple[float, int, int, int] | None = None
    for unit in range(2, max(2, int(min(width, height))) + 1, 2):  # the shorter side of the unit
        longer = aspect if aspect >= 1 else 1 / aspect
        other = max(2, 2 * round(unit * longer / 2))
        across, down = (other, unit) if aspect >= 1 else (unit, other)
        times = min(int(width // across), int(height // down))
        if times == 0:
            continue
        error = abs(float(Fraction(across, down) / aspect) - 1)
        lost = 1 - float(times * times * across * down / (width * height))
        cost = lost + 4 * error + UNIT_COST * unit + (1 if error > MAX_ASPECT_ERROR else 0)
        if best is None or cost < best[0]:
            best = (cost, across, down, times)
    if best is None:
        return [(2 * int(width // 2), 2 * int(height // 2))]
    _, across, down, times = best
    return [(across * n, down * n) for n in range(times, 0, -1)]


def rungs(width: Fraction, height: Fraction, frame_rate: Fraction, content: Content = "film") -> list[Rung]:
    """Return the ladder for a frame of `width` x `height` square pixels, best first; never above the source."""
    smaller = min(Fraction(1), LONG_SIDE / max(width, height))
    sizes = exact_sizes(width * smaller, height * smaller)
    chosen = [sizes[0]]
    limit = MAX_RUNGS if min(sizes[0]) > SMALL_RUNGS_UP_TO else MAX_RUNGS - 1
    for target in SHORT_SIDES:
        if len(chosen) == limit:
            break
        nearest = min(sizes, key=lambda size: abs(min(size) - target))
        if min(nearest) * MIN_STEP <= min(chosen[-1]) and abs(min(nearest) - target) <= target * 0.15:
            chosen.append(nearest)
    return [_rung(width, height, frame_rate, content) for width, height in chosen]


AV1_CRF, AV1_SHARE = 33, 0.62
"""SVT-AV1's quality that looks like that of x264 veryfast at 22, and what of its cap it needs."""
VP9_SHORT_SIDE, VP9_CRF, VP9_SHARE = 360, 36, 0.8
"""One small rung, for players that decode in WebAssembly."""


def codecs_named(text: str) -> tuple[Codec, ...]:
    """Return the codecs of a comma-separated list; H.264 is always the first.

    Raises
    ------
    InputError
        A name is none of them.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in get_args(Codec):
            raise InputError(
                f"no such codec: {name!r}", kind="usage", hint=f"Known are {', '.join(get_args(Codec))}"
            )
    return tuple(codec for codec in get_args(Codec) if codec == "h264" or codec in names)


def other_codecs(best_first: list[Rung], codecs: Sequence[Codec]) -> list[Rung]:
    """Return the rungs that other codecs add to an H.264 ladder (pure): one AV1 for each, and one small VP9.

    A player stays with a codec whatever becomes of the network, so AV1 has small rungs too.
    """
    added = []
    if "av1" in codecs:
        added += [_like(rung, "av1", AV1_CRF, AV1_SHARE) for rung in best_first]
    if "vp9" in codecs:
        small = min(best_first, key=lambda rung: abs(min(rung.width, rung.height) - VP9_SHORT_SIDE))
        added.append(_like(small, "vp9", VP9_CRF, VP9_SHARE))
    return added


HDR_SHARE = 1.2
"""What a rung of high dynamic range needs more than one of standard range, as in Apple's published ladders for HEVC."""


def hdr_rungs(chosen: Sequence[Rung], shown: Range) -> list[Rung]:
    """Return the rungs that keep a title's range (pure): one for each AV1 rung, or where there are none each H.264 one."""
    if shown == "SDR":
        return []
    like = [rung for rung in chosen if rung.codec == "av1"] or [
        _like(rung, "av1", AV1_CRF, AV1_SHARE) for rung in chosen if rung.codec == "h264"
    ]
    return [
        replace(
            rung, id=f"{rung.id.replace('-av1', '')}-hdr", max_bps=(cap := round(rung.max_bps * HDR_SHARE)),
            buffer_bits=round(cap * BUFFER_S), vmaf=None, range=shown,
        )
        for rung in like
    ]  # fmt: skip


def _like(rung: Rung, codec: Codec, crf: int, share: float) -> Rung:
    max_bps = max(100_000, round(rung.max_bps * share / 10_000) * 10_000)
    return Rung(f"{rung.id}-{codec}", rung.width, rung.height, crf, max_bps, round(max_bps * BUFFER_S), codec)


def _rung(width: int, height: int, frame_rate: Fraction, content: Content) -> Rung:
    scale = (width * height / REFERENCE_PIXELS) ** PIXEL_EXPONENT * (float(frame_rate) / 30) ** RATE_EXPONENT
    ease = 0.8 if content == "animation" else 1.0  # flat areas cost little
    max_bps = max(120_000, round(REFERENCE_BPS * scale * ease / 10_000) * 10_000)
    crf = 23 if min(width, height) >= SMALL_RUNGS_UP_TO else 24
    return Rung(f"{min(width, height)}p", width, height, crf, max_bps, round(max_bps * BUFFER_S))
