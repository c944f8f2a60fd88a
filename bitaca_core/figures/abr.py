"""Figures about bitrate adaptation: data in, Figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from bitaca_core.figures.palette import CORAL, DIM, INK, LINE, SERIES, canvas, caption

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def paired_scatter(
    left: ArrayLike, right: ArrayLike, *, names: tuple[str, str], quantity: str, finding: str
) -> Figure:
    """Draw one point a trace, one rule against the other, with the line where they are equal.

    Parameters
    ----------
    left, right : array_like of shape (n_traces,)
        The quantity under each rule; `left` is on the vertical axis.
    names : tuple of str
        The two rules.
    quantity : str
        What is compared, with its unit.
    finding : str
        The title: what the figure shows.
    """
    upper, across = np.asarray(left, float), np.asarray(right, float)
    figure, (panel,) = canvas(height_in=4.2)
    low, high = min(upper.min(), across.min()), max(upper.max(), across.max())
    margin = 0.05 * (high - low or 1.0)
    span = (low - margin, high + margin)
    panel.plot(span, span, color=DIM, linewidth=1, linestyle=(0, (4, 4)))
    panel.scatter(across, upper, s=26, color=SERIES[0], edgecolor="white", linewidth=0.6, alpha=0.9)
    panel.set_xlim(span)
    panel.set_ylim(span)
    caption(panel, finding, x=f"{names[1]}: {quantity}", y=f"{names[0]}: {quantity}")
    panel.text(0.02, 0.96, f"{names[0]} better", transform=panel.transAxes, color=DIM, fontsize=9, va="top")
    panel.text(0.98, 0.04, f"{names[1]} better", transform=panel.transAxes, color=DIM, fontsize=9, ha="right")
    return figure


def intervals(rows: Sequence[tuple[str, float, float, float]], *, quantity: str, finding: str) -> Figure:
    """Draw means with their 95 % intervals against zero.

    Parameters
    ----------
    rows : sequence of (label, mean, low, high)
        From top to bottom.
    quantity : str
        What the differences are of, with its unit.
    finding : str
        The title.
    """
    figure, (panel,) = canvas(height_in=1.1 + 0.45 * len(rows))
    heights = np.arange(len(rows))[::-1]
    panel.axvline(0, color=DIM, linewidth=1)
    for height, (_, mean, low, high) in zip(heights, rows, strict=True):
        clear = low > 0 or high < 0
        panel.plot(
            [low, high],
            [height, height],
            color=SERIES[0] if clear else LINE,
            linewidth=4,
            solid_capstyle="round",
        )
        panel.plot([mean], [height], "o", color=INK, markersize=6)
    panel.set_yticks(heights, [row[0] for row in rows], color=INK)
    panel.set_ylim(-0.6, len(rows) - 0.4)
    panel.grid(axis="x", color=LINE, linewidth=0.8)
    caption(panel, finding, x=quantity)
    return figure


def session_story(
    bandwidth: tuple[ArrayLike, ArrayLike],
    rules: Mapping[str, Mapping[str, ArrayLike]],
    *,
    finding: str,
) -> Figure:
    """Draw one trace explained: bandwidth and chosen bitrate above, buffer and stalls below.

    Parameters
    ----------
    bandwidth : tuple of (time_s, kbps)
        The trace, as steps.
    rules : mapping of name to mapping
        For each rule `time_s`, `bitrate_kbps`, `buffer_s` (one value a segment, at its arrival) and `stalls`,
        an array of shape (n, 2) with start and end in seconds.
    finding : str
        The title.
    """
    figure, (upper, lower) = canvas(2, height_in=2.9, sharex=True)
    time_s, kbps = (np.asarray(values, float) for values in bandwidth)
    upper.fill_between(time_s, kbps / 1000, step="post", color=LINE, label="bandwidth", linewidth=0)
    for colour, (name, series) in zip(SERIES, rules.items(), strict=False):
        moments = np.asarray(series["time_s"], float)
        upper.step(
            moments, np.asarray(series["bitrate_kbps"], float) / 1000, where="post", color=colour, label=name
        )
        lower.plot(moments, np.asarray(series["buffer_s"], float), color=colour, label=name)
        for start, end in np.asarray(series["stalls"], float).reshape(-1, 2):
            lower.axvspan(start, max(end, start + 0.2), color=CORAL, alpha=0.25, linewidth=0)
    caption(upper, finding, y="Mbit/s")
    caption(lower, "Buffer (red: the picture stands still)", x="seconds since the start", y="seconds")
    # A line far faster than the ladder would press the ladder flat.
    highest = max(float(np.max(series["bitrate_kbps"])) for series in rules.values()) / 1000
    upper.set_ylim(0, min(float(kbps.max()) / 1000, 2.5 * highest) * 1.05)
    lower.set_ylim(bottom=0)
    upper.legend(frameon=False, fontsize=9, labelcolor=INK, ncols=4, loc="upper right")
    return figure
