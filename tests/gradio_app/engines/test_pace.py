"""An engine is busy while answers take most of its time, and not for long afterwards."""

from __future__ import annotations

import pytest

from gradio_app.engines.pace import Pace


def paced(spent_s: float, every_s: float, seconds: float) -> Pace:
    pace, now = Pace(), 0.0
    while now < seconds:
        pace.answered(now, now + spent_s)
        now += every_s
    return pace


@pytest.mark.parametrize(("spent_s", "busy"), [(0.002, False), (0.003, False), (0.005, True), (0.010, True)])
def test_busy_is_more_than_a_good_third_of_the_time(spent_s, busy):
    assert paced(spent_s, 0.010, 10).busy is busy


def test_the_share_is_that_of_the_time():
    assert paced(0.003, 0.010, 10).share == pytest.approx(0.3, abs=0.01)


def test_one_long_answer_after_a_rest_makes_nobody_busy_for_long():
    pace = paced(0.002, 0.010, 5)
    pace.answered(20.0, 20.5)
    assert not pace.busy
    pace.answered(20.5, 22.0)
    assert pace.busy
    pace.answered(25.0, 25.001)
    assert not pace.busy
