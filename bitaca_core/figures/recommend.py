"""Figures about recommendation: data in, Figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bitaca_core.figures.palette import DIM, SERIES, canvas, caption

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def known_titles(
    lengths: Sequence[int],
    methods: Mapping[str, Sequence[tuple[float, float, float]]],
    *,
    quantity: str,
    finding: str,
) -> Figure:
    """Draw quality over the length of the history, one line a method with its 95 % band.

    Parameters
    ----------
    lengths : sequence of int
        Titles that are known of a viewer.
    methods : mapping of name to (mean, low, high) for each length
    """
    figure, (panel,) = canvas(height_in=3.6)
    at = list(range(len(lengths)))
    for colour, (name, values) in zip(SERIES, methods.items(), strict=False):
        panel.plot(at, [value[0] for value in values], color=colour, marker="o", markersize=4, label=name)
        low, high = [value[1] for value in values], [value[2] for value in values]
        panel.fill_between(at, low, high, color=colour, alpha=0.15, linewidth=0)
    panel.set_xticks(at, [str(length) for length in lengths])
    panel.legend(frameon=False, fontsize=9)
    caption(panel, finding, x="titles known of a viewer", y=quantity)
    return figure


def trade_off(points: Sequence[tuple[float, float, float]], *, finding: str) -> Figure:
    """Draw how diversity is bought with nDCG.

    Parameters
    ----------
    points : sequence of (setting, ndcg, diversity)
        The first one is without any reranking.
    """
    figure, (panel,) = canvas(height_in=3.6)
    panel.plot(
        [one[2] for one in points], [one[1] for one in points], color=SERIES[1], marker="o", markersize=5
    )
    for setting, quality, variety in points:
        panel.annotate(f" {setting:g}", (variety, quality), color=DIM, fontsize=9, va="bottom")
    panel.axhline(0.99 * points[0][1], color=DIM, linewidth=1, linestyle=(0, (4, 4)))
    caption(panel, finding, x="diversity of ten places, 1 - mean cosine", y="nDCG@10 (dashed: 1 % less)")
    return figure
