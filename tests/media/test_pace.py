"""Frames, speed and time left from percentages."""

from __future__ import annotations

import pytest

from bitaca_core.media.pace import WINDOW_S, Measure, Pace, clock, words


def test_a_steady_encoder() -> None:
    pace = Pace(1000, 40.0)
    assert pace.at(0, 100) == Measure(0, 1000, None, None)
    assert pace.at(1, 100.5) == Measure(10, 1000, None, None), "half a second says nothing"
    assert pace.at(50, 110) == Measure(500, 1000, 2.0, 10.0)
    assert pace.at(100, 120) == Measure(1000, 1000, 2.0, 0.0)
    assert pace.at(130, 121).frames == 1000


def test_what_came_from_the_store_is_forgotten() -> None:
    pace = Pace(1000, 1000.0)
    pace.at(0, 0)
    assert (pace.at(50, 2).speed or 0) > 100
    for second in range(2, 2 + 2 * int(WINDOW_S)):
        measure = pace.at(50 + second / 100, second)
    assert measure.speed == pytest.approx(0.1, rel=0.2)


def test_beginning_anew_and_standing_still() -> None:
    pace = Pace(10, 1.0)
    pace.at(50, 0)
    assert pace.at(50, 5).speed is None
    assert pace.at(10, 6) == Measure(1, 10, None, None)


def test_words() -> None:
    assert words(1234, 5000, 2.34, 65) == "1,234 of 5,000 frames, 2.3x, 1:05 left"
    assert words(None, None, None, None) == ""
    assert words(0, 10, 250.0, None) == "0 of 10 frames, 250x"
    assert [clock(s) for s in (6.6, 725, 3723, -1)] == ["0:07", "12:05", "1:02:03", "0:00"]
