"""Figures of Derona hold what they were given, with units on every axis."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.figures import derona


def test_a_confusion_has_the_share_of_each_row_in_its_square() -> None:
    pairs = [("search", "search")] * 3 + [("search", "refine")] + [("bye", "bye")]
    figure = derona.confusion(pairs, finding="What is taken for what")
    (panel,) = figure.axes
    assert [label.get_text() for label in panel.get_yticklabels()] == ["bye", "refine", "search"]
    shares = panel.images[0].get_array()
    assert shares[2].tolist() == [0.0, 0.25, 0.75] and shares[1].sum() == 0
    assert sorted(text.get_text() for text in panel.texts) == ["100", "25", "75"]
    assert panel.get_title(loc="left") == "What is taken for what"
    assert "%" in panel.get_xlabel()


def test_precision_and_recall_stand_with_the_threshold_in_use_and_what_is_wanted() -> None:
    figure = derona.precision_recall(
        [0.5, 0.9, 1.0], [1.0, 0.8, 0.1], chosen=(0.9, 0.8), bars=(0.95, 0.9), finding="Moderation"
    )
    (panel,) = figure.axes
    lines = {line.get_label(): line for line in panel.lines}
    assert [list(lines["the threshold in use"].get_xdata()), list(lines["the threshold in use"].get_ydata())] == [[0.8], [0.9]]  # fmt: skip
    assert list(panel.lines[0].get_xdata()) == [1.0, 0.8, 0.1]
    assert {line.get_ydata()[0] for line in panel.lines[1:2]} == {0.95}
    assert "recall" in panel.get_xlabel() and "precision" in panel.get_ylabel()


@pytest.mark.parametrize("costs", [np.linspace(1, 100, 200), np.full(5, 2.0), np.zeros(3)])
def test_every_reply_is_counted_and_the_percentiles_are_named(costs: np.ndarray) -> None:
    (panel,) = derona.latency(costs, finding="What a reply costs").axes
    assert sum(bar.get_height() for bar in panel.patches) == len(costs)
    assert f"p50: {max(1e-3, np.percentile(costs, 50)):.1f} ms" in {line.get_label() for line in panel.lines}
    assert "ms" in panel.get_xlabel() and "replies" in panel.get_ylabel()
