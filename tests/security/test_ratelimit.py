"""GCRA in virtual time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.errors import RateLimited
from bitaca_core.security.ratelimit import Gcra


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_ten_at_once_then_one_every_six_seconds():
    clock = Clock()
    limiter = Gcra(10, 60, clock=clock)
    assert [limiter.retry_after_s("v") for _ in range(10)] == [0.0] * 10
    assert limiter.retry_after_s("v") == pytest.approx(6.0)
    clock.now += 5.9
    assert limiter.retry_after_s("v") == pytest.approx(0.1)
    clock.now += 0.1
    assert limiter.retry_after_s("v") == 0.0
    assert limiter.retry_after_s("v") == pytest.approx(6.0)


def test_a_refusal_costs_nothing_and_others_are_not_touched():
    clock = Clock()
    limiter = Gcra(2, 60, clock=clock)
    limiter.check("a")
    limiter.check("a")
    for _ in range(5):
        with pytest.raises(RateLimited) as caught:
            limiter.check("a")
        assert caught.value.retry_after_s == pytest.approx(30.0)
    limiter.check("b")


def test_memory_is_bounded_and_idle_keys_leave():
    clock = Clock()
    limiter = Gcra(10, 60, clock=clock, max_keys=100)
    for n in range(1000):
        limiter.check(f"k{n}")
    assert len(limiter) <= 100
    clock.now += 3600
    for n in range(200):
        limiter.retry_after_s(f"n{n % 3}")
    assert len(limiter) <= 4


@given(st.lists(st.floats(0, 30), max_size=200))
def test_never_more_than_burst_plus_rate(gaps):
    clock = Clock()
    limiter = Gcra(10, 60, burst=4, clock=clock)
    start, allowed = clock.now, 0
    for gap in gaps:
        clock.now += gap
        allowed += limiter.retry_after_s("v") == 0.0
        assert allowed <= 4 + (clock.now - start) / 6 + 1e-6
