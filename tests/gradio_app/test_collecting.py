"""Cycles are found in small steps: new ones each second, old ones in a walk over everything."""

from __future__ import annotations

import gc
import weakref

import pytest

from gradio_app.collecting import STEP_S, WHOLE_S, Collecting

from .conftest import FakeClock


class Knot:
    """Something that only a search for cycles finds."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def collecting(clock):
    before = gc.get_threshold()
    made = Collecting(clock)
    made.begin()
    yield made
    made.end()
    assert gc.get_threshold() == before and gc.get_freeze_count() == 0


def test_what_came_and_went_since_the_last_step_is_found(collecting, clock):
    gone = weakref.ref(Knot())
    assert not collecting.step() and gone() is not None
    clock.now += STEP_S
    assert collecting.step() and gone() is None


def test_what_outlived_a_step_is_found_in_the_walk_over_everything(collecting, clock):
    knot = Knot()
    clock.now += STEP_S
    collecting.step()
    gone = weakref.ref(knot)
    del knot
    clock.now += STEP_S
    collecting.step()
    assert gone() is not None
    clock.now += WHOLE_S
    assert collecting.step() and gone() is None


def test_a_step_walks_only_what_is_new(collecting, clock):
    held = [Knot() for _ in range(1000)]
    walked = []
    clock.now += STEP_S
    collecting.step()
    set_apart = gc.get_freeze_count()
    for _ in range(3):
        clock.now += STEP_S
        collecting.step()
        walked.append(len(gc.get_objects()))
    assert set_apart > 1000 and max(walked) < 1000 and len(held) == 1000


async def test_it_steps_by_itself(collecting, clock, monkeypatch):
    import asyncio

    monkeypatch.setattr("gradio_app.collecting.STEP_S", 0.0)
    gone = weakref.ref(Knot())
    running = asyncio.create_task(collecting.run())
    while gone() is not None:
        await asyncio.sleep(0.01)
    running.cancel()
