"""What is heavy is loaded when the first pages are there, and never while the server stops."""

from __future__ import annotations

import threading

import pytest

from gradio_app.calm import LATEST_S, PAUSE_S, Calm


@pytest.fixture
def now():
    return [100.0]


def test_a_start_is_over_after_a_pause(now):
    calm = Calm(lambda: now[0])
    for _ in range(4):
        now[0] += PAUSE_S / 2
        calm.seen("/watch/x")
        assert not calm.over
    now[0] += PAUSE_S
    assert calm.over
    calm.seen("/watch/y")
    assert calm.over, "only a start is waited for"


def test_a_crowd_does_not_hold_it_up_for_ever(now):
    calm = Calm(lambda: now[0])
    while now[0] < 100.0 + LATEST_S:
        assert not calm.over
        calm.seen("/")
        now[0] += 0.5
    assert calm.over


def test_probes_are_no_visitors(now):
    calm = Calm(lambda: now[0])
    now[0] += PAUSE_S
    calm.seen("/readyz")
    assert calm.over


@pytest.mark.parametrize(("end", "goes_on"), [(Calm.hurry, True), (Calm.stop, False)])
def test_who_waits_is_let_go_and_told_whether_to_load(now, end, goes_on):
    calm = Calm(lambda: now[0])
    told = []
    thread = threading.Thread(target=lambda: told.append(calm.wait()))
    thread.start()
    end(calm)
    thread.join(10)
    assert told == [goes_on]
