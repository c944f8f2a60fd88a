"""When a picture counts as telecined film."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bitaca_core.media.telecine import possible, pulled_down


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


def test_only_pictures_of_one_rate_may_be_film() -> None:
    assert (
        possible(Fraction(30000, 1001)) and not possible(Fraction(25)) and not possible(Fraction(60000, 1001))
    )
