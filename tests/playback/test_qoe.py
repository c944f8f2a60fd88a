"""QoE at its limits, on worked examples, and the bootstrap interval's coverage of an obvious case."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bitaca_core.playback import qoe


def test_constant_quality_without_stalls_counts_each_segment():
    assert qoe.qoe_lin([2000] * 5, 0) == pytest.approx(10.0)
    assert qoe.qoe_log([600] * 4, 300, 0) == pytest.approx(4 * math.log(2))


def test_a_worked_example():
    # 1 + 3 + 2 Mbit/s, changes of 2 and 1, half a second of waiting at 4.3
    assert qoe.qoe_lin([1000, 3000, 2000], 0.5) == pytest.approx(6 - 3 - 2.15)


def test_stalls_and_changes_only_ever_cost():
    assert qoe.qoe_lin([1000] * 3, 1) < qoe.qoe_lin([1000] * 3, 0)
    assert qoe.qoe_lin([1000, 2000, 1000, 2000], 0) < qoe.qoe_lin([1000, 1000, 2000, 2000], 0)


def test_one_segment_and_none():
    assert qoe.qoe_lin([1500], 0) == pytest.approx(1.5)
    assert qoe.qoe_lin([], 0) == 0


def test_an_equal_pair_has_an_interval_at_zero():
    interval = qoe.paired_difference([1, 2, 3], [1, 2, 3])
    assert (interval.mean, interval.low, interval.high) == (0, 0, 0)
    assert not interval.excludes_zero


def test_a_clear_difference_excludes_zero_and_a_noisy_one_does_not():
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 1, 200)
    clear = qoe.paired_difference(noise + 1, noise, seed=1)
    assert clear.low == pytest.approx(1)
    assert clear.excludes_zero
    assert not qoe.paired_difference(rng.normal(0, 5, 30), rng.normal(0, 5, 30), seed=1).excludes_zero


def test_the_interval_is_the_seeds():
    left, right = np.arange(20.0), np.zeros(20)
    assert qoe.paired_difference(left, right, seed=5) == qoe.paired_difference(left, right, seed=5)


@pytest.mark.parametrize(("left", "right"), [([], []), ([[1.0]], [[1.0]])])
def test_nothing_to_compare_is_refused(left, right):
    with pytest.raises(ValueError, match="one-dimensional"):
        qoe.paired_difference(left, right)
