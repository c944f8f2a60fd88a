"""What fields are, by themselves: one moment, two in some order, film."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from bitaca_core.media.chunks import chunks
from bitaca_core.media.encode import arguments
from bitaca_core.media.fields import Fields, Seen, combed, counted, judged, windows, worth_a_look
from bitaca_core.media.plan import plan
from bitaca_core.media.probe import probe
from tests.media.clips import X264

PAL, NTSC = Fraction(25), Fraction(30000, 1001)
TOP, BOTTOM, WHOLE, STILL = Seen(45, 0, 3), Seen(1, 40, 2), Seen(1, 0, 47), Seen(0, 2, 1)
FILM = Seen(30, 0, 18, film=True)


def test_a_long_film_is_looked_at_in_three_places() -> None:
    assert windows(10) == [(0.0, 10)]
    assert windows(1000) == [(500, 8.0), (100, 8.0), (850, 8.0)]


@pytest.mark.parametrize(
    ("top", "bottom", "whole", "unsure", "expected"),
    [
        (89, 0, 0, 1, True),
        (0, 80, 10, 0, True),
        (53, 47, 20, 0, False),
        (0, 0, 76, 14, False),
        (30, 0, 60, 0, False),
    ],
)
def test_combed_pictures_keep_one_order_of_fields(
    top: int, bottom: int, whole: int, unsure: int, expected: bool
) -> None:
    line = "Multi frame detection: TFF: {:5} BFF: {:5} Progressive: {:5} Undetermined: {:5}\n"
    assert combed(line.format(0, 0, 0, 0) + line.format(top, bottom, whole, unsure)) is expected
    assert not combed("")


def test_frames_are_counted_by_which_exchange_of_fields_combs_them_more() -> None:
    measured = [
        (2.0, 2.5, 9.0), (2.0, 2.5, 8.0),  # top first
        (2.0, 9.0, 2.5),
        (2.0, 9.0, 8.8), (2.0, 8.0, 8.0), (0.5, 4.0, 4.1),
        (2.5, 3.7, 5.2),  # either
        (2.0, 2.02, 2.05), (60.0, 61.0, 60.5),  # nothing moves
    ]  # fmt: skip
    assert counted(measured) == Seen(2, 1, 3, 1)
    assert counted([]) == Seen(0, 0, 0)


@pytest.mark.parametrize(
    ("seen", "flagged", "rate", "expected"),
    [
        ([TOP], False, PAL, "tff"), ([BOTTOM], False, PAL, "bff"), ([WHOLE], False, PAL, "whole"), ([STILL], False, PAL, "as-flagged"),
        ([TOP, STILL, STILL], False, PAL, "as-flagged"), ([TOP, TOP, WHOLE], False, PAL, "tff"), ([TOP, BOTTOM], False, PAL, "as-flagged"),
        ([WHOLE, WHOLE, TOP], True, PAL, "tff"), ([WHOLE, WHOLE, STILL], True, PAL, "as-flagged"), ([WHOLE] * 3, True, PAL, "whole"),
        ([BOTTOM], True, NTSC, "bff"), ([FILM, FILM], True, NTSC, "film"), ([FILM, FILM], False, NTSC, "film"),
        ([FILM, TOP], True, NTSC, "tff"), ([FILM, FILM], True, PAL, "as-flagged"), ([Seen(5, 0, 0)], False, PAL, "as-flagged"),
        ([Seen(30, 0, 5, 15)], False, PAL, "as-flagged"), ([Seen(0, 0, 30, 15)], True, PAL, "as-flagged"),
        ([], True, PAL, "as-flagged"),
    ],
)  # fmt: skip
def test_what_is_seen_and_what_is_flagged(
    seen: list[Seen], flagged: bool, rate: Fraction, expected: Fields
) -> None:
    assert judged(seen, flagged, rate) == expected


def test_only_pictures_that_may_have_fields_are_looked_at() -> None:
    assert (
        worth_a_look(PAL, 576, False)
        and worth_a_look(NTSC, 1080, False)
        and worth_a_look(Fraction(50), 2160, True)
    )
    assert not worth_a_look(Fraction(24), 576, False) and not worth_a_look(PAL, 2160, False)
    assert not worth_a_look(Fraction(30), 720, False)


WOVEN = {
    "top.mkv": ("50", "tinterlace=interleave_top,setfield=prog", [], "tff", "tff"),
    "bottom.mkv": ("50", "tinterlace=interleave_bottom,setfield=prog", [], "bff", "bff"),
    "lying.mkv": ("50", "tinterlace=interleave_bottom,setfield=tff", ["-flags", "+ildct+ilme", "-x264-params", "tff=1"], "bff", "bff"),
    "whole.mkv": ("25", "setfield=tff", ["-flags", "+ildct+ilme", "-x264-params", "tff=1"], "whole", None),
    "progressive.mkv": ("25", "null", [], "whole", None),
}  # fmt: skip
"""By name: field rate, filters, flags; what is found, and the order by which it is deinterlaced."""


@pytest.mark.parametrize("name", WOVEN)
def test_clips_whose_flags_are_wrong(name: str, clip: Callable[..., Path]) -> None:
    """In testsrc2 stripes move upwards, which idet takes for fields."""
    rate, chain, flags, found, order = WOVEN[name]
    moving = ["-f", "lavfi", "-i", f"testsrc2=size=720x576:rate={rate}:duration=1"]
    source = probe(clip(name, *moving, "-vf", chain, *X264, *flags))
    assert (source.video.fields, source.video.order) == (found, order)
    made = plan(source)
    told = " ".join(arguments(source, made, chunks(source, made)[0], made.rungs))
    assert (f"parity={order}" in told) == ("bwdif" in told) == (order is not None)
    assert ("setfield" in told) == (name == "whole.mkv")


@pytest.mark.parametrize("size", ["320x180", "360x288", "480x270"])
def test_whole_pictures_are_never_taken_for_fields(size: str, clip: Callable[..., Path]) -> None:
    """Of these sizes the stripes move in step with the fields."""
    moving = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration=1"]
    assert probe(clip(f"{size}.mkv", *moving, *X264)).video.order is None
