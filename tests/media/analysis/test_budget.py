"""How much is tried: never more than the budget, more for longer titles, nothing where nothing pays."""

from __future__ import annotations

import pytest

from bitaca_core.media.analysis import budget
from bitaca_core.media.analysis.budget import Work

HD = ((1920, 1080), (1280, 720), (960, 540), (640, 360), (416, 234))


def work(seconds, sizes=HD, av1=False, rate=24):
    rungs = [("h264", size) for size in sizes] + ([("av1", size) for size in sizes[:3]] if av1 else [])
    return Work(round(seconds * rate), seconds, 2 * rate, sizes, tuple(rungs), av1)


@pytest.mark.parametrize("av1", [False, True])
@pytest.mark.parametrize("sizes", [HD, HD[2:], HD[4:]])
@pytest.mark.parametrize("seconds", [1, 5, 20, 59, 60, 300, 1439, 1440, 7200, 36000])
def test_an_analysis_costs_at_most_its_share(seconds, sizes, av1):
    title = work(seconds, sizes, av1)
    effort = budget.effort(title)
    if effort is None:
        assert seconds < 60
        return
    share = budget.analysis_ms(title, effort) / budget.ladder_ms(title.frames, title.rungs, sizes[0])
    assert share <= (0.06 if seconds >= 24 * 60 else 0.25)


def test_a_film_is_sampled_in_eight_places_and_checked_in_two():
    effort = budget.effort(work(90 * 60))
    assert (effort.samples, effort.held_out, effort.settings) == (8, 2, 3)
    assert effort.sizes == HD
    assert effort.group_share == 1.0
    assert budget.effort(work(24 * 60)).samples >= 6


def test_under_a_minute_at_most_two_places_are_tried_and_a_second_has_none():
    assert 1 <= budget.effort(work(30)).samples <= 2
    assert budget.effort(work(30)).held_out == 0
    assert budget.effort(work(1)) is None


def test_efforts_fall_with_the_length():
    costs = [effort.cost_ms for s in (10, 30, 120, 600, 1439) if (effort := budget.effort(work(s)))]
    assert costs == sorted(costs)
