"""Figures about bitrate ladders: data in, Figure out."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bitaca_core.figures.palette import AMBER, DIM, INK, LINE, SERIES, canvas, caption

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point = tuple[float, float]
"""(bits a second, VMAF)."""


def hull(
    probes: Mapping[str, Sequence[Point]],
    line: Sequence[Point],
    rungs: Sequence[tuple[str, float, float]],
    fixed: Sequence[Point],
    *,
    finding: str,
) -> Figure:
    """Draw what was tried, the hull that it gives, the rungs on it and the fixed ladder below.

    Parameters
    ----------
    probes : mapping of size to sequence of (bps, vmaf)
        Means of the trials of each size, joined in order of their rate.
    line : sequence of (bps, vmaf)
        The cheapest way to each quality.
    rungs : sequence of (id, bps, vmaf)
        The chosen rungs as measured.
    fixed : sequence of (bps, vmaf)
        The baseline as measured.
    finding : str
        The title.
    """
    figure, (panel,) = canvas(height_in=4.6)
    marks = itertools.cycle("o^sDv")
    for (size, points), mark in zip(probes.items(), marks, strict=False):
        ordered = sorted(points)
        panel.plot([bps / 1000 for bps, _ in ordered], [vmaf for _, vmaf in ordered], mark + "-", color=LINE,
                   markerfacecolor=DIM, markeredgecolor="white", markersize=6, label=f"tried at {size}")  # fmt: skip
    if line:
        panel.plot([bps / 1000 for bps, _ in line], [vmaf for _, vmaf in line], color=SERIES[1], linewidth=2,
                   label="hull of the trials")  # fmt: skip
    base = sorted(fixed)
    panel.plot(
        [bps / 1000 for bps, _ in base], [vmaf for _, vmaf in base], "x--", color=DIM, label="fixed ladder"
    )
    panel.plot([bps / 1000 for _, bps, _ in rungs], [vmaf for _, _, vmaf in rungs], "o", color=AMBER, markersize=9,
               markeredgecolor="white", label="its own rungs")  # fmt: skip
    for name, bps, vmaf in rungs:
        panel.annotate(name, (bps / 1000, vmaf), xytext=(-6, 7), textcoords="offset points", ha="right",
                       color=INK, fontsize=9)  # fmt: skip
    panel.set_xscale("log")
    panel.set_ylim(0, 100)
    panel.legend(frameon=False, fontsize=9, labelcolor=INK, loc="lower right")
    caption(panel, finding, x="kb/s, logarithmic", y="VMAF at the display's size")
    return figure


def foretold(rows: Sequence[tuple[str, float, float]], *, finding: str) -> Figure:
    """Draw, for each rung, what was foretold and what was measured.

    Parameters
    ----------
    rows : sequence of (id, foretold VMAF, measured VMAF)
        Best first.
    finding : str
        The title.
    """
    figure, (panel,) = canvas(height_in=1.4 + 0.4 * max(1, len(rows)))
    heights = list(range(len(rows)))[::-1]
    for height, (_, told, measured) in zip(heights, rows, strict=True):
        panel.plot([told, measured], [height, height], color=LINE, linewidth=4, solid_capstyle="round")
    panel.plot([row[1] for row in rows], heights, "o", color=SERIES[1], label="foretold", markersize=7)
    panel.plot([row[2] for row in rows], heights, "o", color=INK, label="measured", markersize=7)
    panel.set_yticks(heights, [row[0] for row in rows], color=INK)
    panel.set_ylim(-0.6, max(0.6, len(rows) - 0.4))
    panel.grid(axis="x", color=LINE, linewidth=0.8)
    panel.legend(frameon=False, fontsize=9, labelcolor=INK)
    caption(panel, finding, x="VMAF, mean over the measured part")
    return figure
