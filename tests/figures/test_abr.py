"""Figures show what they are given: findings as titles, units on axes, one mark a value."""

from __future__ import annotations

import io

import numpy as np

from bitaca_core.figures import abr


def rendered(figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_paired_scatter_has_a_point_a_trace_and_the_line_of_equality():
    figure = abr.paired_scatter(
        [1, 2, 3], [1, 1, 5], names=("bola", "throughput"), quantity="QoE", finding="Found"
    )
    panel = figure.axes[0]
    assert panel.get_title(loc="left") == "Found"
    assert panel.get_xlabel() == "throughput: QoE"
    assert panel.get_ylabel() == "bola: QoE"
    np.testing.assert_array_equal(panel.collections[0].get_offsets(), [[1, 1], [1, 2], [5, 3]])
    assert rendered(figure).startswith(b"\x89PNG")


def test_an_interval_over_zero_is_drawn_paler_than_one_beside_it():
    figure = abr.intervals([("a", 1.0, 0.5, 1.5), ("b", 0.1, -0.5, 0.7)], quantity="stalls, s", finding="F")
    bars = [line for line in figure.axes[0].lines if line.get_linewidth() == 4]
    assert len(bars) == 2
    assert bars[0].get_color() != bars[1].get_color()
    assert figure.axes[0].get_xlabel() == "stalls, s"
    assert rendered(figure)


def test_a_session_story_marks_every_stall():
    series = {
        "time_s": [1, 2, 3],
        "bitrate_kbps": [300, 600, 600],
        "buffer_s": [4, 0, 4],
        "stalls": [[2, 2.5]],
    }
    figure = abr.session_story(([0, 5], [1000, 500]), {"bola": series}, finding="F")
    upper, lower = figure.axes
    assert len(lower.patches) == 1
    assert upper.get_ylabel() == "Mbit/s"
    assert rendered(figure)
