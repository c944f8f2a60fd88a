"""Figures about Derona: data in, Figure out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from bitaca_core.figures.palette import AMBER, CORAL, DIM, INK, LINE, PAPER, SKY, canvas, caption

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COUNTED_FROM = 0.02
"""Share of an intent's messages from which a confusion is written into its square."""


def confusion(pairs: Sequence[tuple[str, str]], *, finding: str) -> Figure:
    """Draw what is taken for what: a row for each intent that was meant, a column for each that was read.

    Parameters
    ----------
    pairs : sequence of (meant, read)
    """
    from matplotlib.colors import LinearSegmentedColormap

    labels = sorted({label for pair in pairs for label in pair})
    at = {label: number for number, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)))
    for meant, read in pairs:
        counts[at[meant], at[read]] += 1
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure, (panel,) = canvas(height_in=1.6 + 0.26 * len(labels))
    panel.grid(False)
    panel.imshow(shares, cmap=LinearSegmentedColormap.from_list("house", [PAPER, AMBER]), vmin=0, vmax=1)
    for row, column in np.argwhere(shares >= COUNTED_FROM):
        panel.text(
            column, row, f"{100 * shares[row, column]:.0f}", ha="center", va="center", color=INK, fontsize=7
        )
    panel.set_xticks(range(len(labels)), labels, rotation=90)
    panel.set_yticks(range(len(labels)), labels)
    caption(panel, finding, x="read as (% of the row)", y="meant")
    return figure


def precision_recall(
    precision: ArrayLike,
    recall: ArrayLike,
    *,
    chosen: tuple[float, float],
    bars: tuple[float, float],
    finding: str,
) -> Figure:
    """Draw precision against recall over all thresholds.

    Parameters
    ----------
    precision, recall : array_like of shape (n_thresholds,)
    chosen : tuple of (precision, recall)
        At the threshold in use.
    bars : tuple of (precision, recall)
        What is wanted of both.
    finding : str
        The title.
    """  # fmt: skip
    figure, (panel,) = canvas(height_in=3.8)
    panel.plot(np.asarray(recall, float), np.asarray(precision, float), color=SKY, linewidth=2)
    panel.axhline(bars[0], color=DIM, linewidth=1, linestyle=(0, (4, 4)))
    panel.axvline(bars[1], color=DIM, linewidth=1, linestyle=(0, (4, 4)))
    panel.plot([chosen[1]], [chosen[0]], "o", color=CORAL, markersize=7, label="the threshold in use")
    panel.set_xlim(0, 1.01)
    panel.legend(frameon=False, fontsize=9, labelcolor=INK, loc="lower left")
    caption(panel, finding, x="recall, no unit (dashed: wanted)", y="precision, no unit (dashed: wanted)")
    return figure


def latency(cpu_ms: ArrayLike, *, finding: str) -> Figure:
    """Draw how often a reply costs so much processor time; the scale is logarithmic.

    Parameters
    ----------
    cpu_ms : array_like of shape (n_replies,)
        Milliseconds, above zero.
    finding : str
        The title.
    """
    costs = np.maximum(np.asarray(cpu_ms, float), 1e-3)
    figure, (panel,) = canvas(height_in=3.2)
    edges = np.geomspace(costs.min(), max(costs.max(), costs.min() * 1.1), 40).tolist()
    panel.hist(costs, bins=edges, color=LINE, edgecolor=DIM, linewidth=0.4)
    panel.set_xscale("log")
    for share, colour in ((50, SKY), (99, CORAL)):
        value = float(np.percentile(costs, share))
        panel.axvline(value, color=colour, linewidth=2, label=f"p{share}: {value:.1f} ms")
    panel.legend(frameon=False, fontsize=9, labelcolor=INK)
    caption(panel, finding, x="processor time of a reply, ms (logarithmic)", y="replies")
    return figure
