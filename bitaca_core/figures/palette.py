"""The colours and manners of every figure: the product's palette on paper, units on every axis."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#231D17"
DIM = "#6B6055"
LINE = "#E2D8CA"
PAPER = "#FBF7F1"
AMBER = "#C98200"
SKY = "#2F7FC4"
CORAL = "#D9482F"
LEAF = "#2F9A5F"
SERIES = (AMBER, SKY, LEAF, CORAL)
"""Colours of compared things, in order; told apart in the common kinds of colour blindness."""


def canvas(rows: int = 1, *, height_in: float = 3.6, sharex: bool = False) -> tuple[Figure, list[Axes]]:
    """Return a figure of `rows` panels in the house style, not attached to any window.

    Parameters
    ----------
    rows : int
        Panels, one above the other.
    height_in : float
        Height of one panel, inches.
    sharex : bool
        Whether the panels share their horizontal axis.
    """
    figure = _plate()(figsize=(8.6, height_in * rows), dpi=110, facecolor=PAPER, layout="constrained")
    made = figure.subplots(rows, 1, sharex=sharex, squeeze=False)
    panels = [row[0] for row in made]
    for panel in panels:
        panel.set_facecolor(PAPER)
        panel.grid(axis="y", color=LINE, linewidth=0.8)
        panel.set_axisbelow(True)
        panel.tick_params(colors=DIM, labelsize=9)
        for side, spine in panel.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(LINE)
    return figure, panels


@cache
def _plate() -> type[Figure]:
    from matplotlib.figure import Figure

    class Plate(Figure):
        """A figure that notebooks show as an image without a plotting backend."""

        def _repr_png_(self) -> bytes:
            data = BytesIO()
            self.savefig(data, format="png", dpi=self.dpi, facecolor=self.get_facecolor())
            return data.getvalue()

    return Plate


def caption(panel: Axes, finding: str, *, x: str = "", y: str = "") -> None:
    """Give a panel its finding as title, and its axes their quantities with units."""
    panel.set_title(finding, loc="left", color=INK, fontsize=12, fontweight="bold", wrap=True)
    panel.set_xlabel(x, color=DIM, fontsize=10)
    panel.set_ylabel(y, color=DIM, fontsize=10)
