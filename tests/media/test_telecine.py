"""When a picture counts as telecined film."""

from __future__ import annotations

import pytest

from bitaca_core.media.telecine import combed, pulled_down, windows


@pytest.mark.parametrize(
    ("neither", "top", "bottom", "expected"),
    [(53, 19, 18, True), (90, 0, 0, False), (0, 45, 45, False), (7, 3, 2, False), (60, 10, 10, False)],
)
def test_two_frames_of_five_repeat_a_field(neither: int, top: int, bottom: int, expected: bool) -> None:
    empty = "Repeated Fields: Neither:     0 Top:     0 Bottom:     0\n"
    assert (
        pulled_down(f"{empty}Repeated Fields: Neither: {neither:5} Top: {top:5} Bottom: {bottom:5}\n")
        is expected
    )
    assert not pulled_down(empty) and not pulled_down("")


def test_a_long_film_is_looked_at_in_three_places() -> None:
    assert windows(10) == [(0.0, 10)]
    assert windows(1000) == [(100, 8.0), (500, 8.0), (850, 8.0)]


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
