"""Comparisons pair by trace, and conclusions say no more than the numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bitaca_core.playback import compare, movie
from bitaca_core.playback.simulate import simulate
from bitaca_core.playback.traces import generate


@pytest.fixture(scope="module")
def rows():
    return simulate(generate(2, 8, length_s=100), movie.generate(2, segments=20))


def shifted(rows, by):
    """Return the rows with bola's QoE set to throughput's plus `by` a trace."""
    base = {row.trace: row.qoe_lin for row in rows if row.rule == "throughput"}
    return [replace(row, qoe_lin=base[row.trace] + by) if row.rule == "bola" else row for row in rows]


def test_differences_are_left_minus_right_a_segment(rows):
    found = compare.compare(shifted(rows, 10), "bola", "throughput", segments=20)
    assert found.differences["qoe_lin"].mean == pytest.approx(0.5)
    assert found.to_dict()["qoe_lin"]["difference"] == pytest.approx(0.5)
    assert list(found.differences) == list(compare.MEASURES)


def test_the_conclusion_follows_the_interval(rows):
    def said(by):
        return compare.conclusion(compare.compare(shifted(rows, by), "bola", "throughput", segments=20))

    assert "**bola** gives the better" in said(10)
    assert "**throughput** gives the better" in said(-10)
    assert "neither rule is clearly better" in said(0)


def test_one_trace_has_no_interval(rows):
    only = compare.compare(rows[:2], "bola", "throughput", segments=20)
    assert "one trace gives no interval" in compare.conclusion(only)


def test_unequal_traces_are_refused(rows):
    for wrong in (rows[:3], []):
        with pytest.raises(ValueError, match="same traces"):
            compare.compare(wrong, "bola", "throughput", segments=20)


def test_the_most_telling_trace_differs_most(rows):
    changed = [
        replace(row, qoe_lin=row.qoe_lin - 1000) if (row.trace, row.rule) == (rows[6].trace, "bola") else row
        for row in rows
    ]
    found = compare.compare(changed, "bola", "throughput", segments=20)
    assert found.traces[compare.most_telling(found)] == rows[6].trace
