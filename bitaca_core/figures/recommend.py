"""Figures about recommendation: data in, Figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bitaca_core.figures.palette import DIM, INK, SERIES, canvas, caption

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


def trade_off(rows: Sequence[Mapping[str, float | str]], *, k: int, finding: str) -> Figure:
    """Draw how variety is bought with nDCG: diversity above, coverage below; a line for each weight of popularity.

    Parameters
    ----------
    rows : sequence of mapping
        As `diversity.told` returns them: plain lists first, those of the chosen settings second.
    """
    figure, panels = canvas(2, height_in=3.2)
    plain, chosen, *every = rows
    weights = sorted({float(row["popularity"]) for row in every})
    for panel, what, name in zip(
        panels,
        ("diversity", "coverage"),
        ("diversity, 1 - mean cosine", "share of titles shown"),
        strict=True,
    ):
        for at, weight in enumerate(weights):
            line = [row for row in [plain, *every] if row["popularity"] == weight]
            panel.plot(
                [row[what] for row in line],
                [row[f"ndcg@{k}"] for row in line],
                color=SERIES[at % len(SERIES)],
                alpha=1.0 if at < len(SERIES) else 0.5,
                marker="o",
                markersize=4,
                linewidth=1.2,
                label=f"popularity {weight:g}",
            )
        panel.plot(chosen[what], chosen[f"ndcg@{k}"], "*", color=INK, markersize=13, label="chosen on others")
        panel.axhline(0.99 * float(plain[f"ndcg@{k}"]), color=DIM, linewidth=1, linestyle=(0, (4, 4)))
        caption(panel, "", x=name, y=f"nDCG@{k}")
    caption(panels[0], finding, x="diversity, 1 - mean cosine", y=f"nDCG@{k} (dashed: 1 % less)")
    panels[0].legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def accuracy_and_coverage(methods: Mapping[str, Mapping[str, float]], *, k: int, finding: str) -> Figure:
    """Draw each method by how good its lists are and how much of the catalogue they show."""
    figure, (panel,) = canvas(height_in=3.6)
    ordered = sorted(methods.items(), key=lambda one: one[1][f"coverage@{k}"])
    for place, (name, row) in enumerate(ordered):
        ours = name == "bitaca"
        at = (row[f"coverage@{k}"], row[f"ndcg@{k}"])
        panel.plot(*at, "o", color=SERIES[0] if ours else SERIES[1], markersize=9 if ours else 6)
        panel.annotate(
            name,
            at,
            xytext=(4, (9, -13)[place % 2]),  # neighbours' names above and below
            textcoords="offset points",
            color=INK if ours else DIM,
            fontsize=9,
        )
    panel.margins(x=0.15, y=0.12)
    caption(panel, finding, x=f"share of the titles in somebody's {k} places", y=f"nDCG@{k}")
    return figure
