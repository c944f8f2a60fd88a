"""Figures of recommendation hold what they were given, with units on every axis."""

from __future__ import annotations

from bitaca_core.figures import recommend


def rows() -> list[dict[str, float | str]]:
    made: list[dict[str, float | str]] = [
        {"name": "plain", "popularity": 0.0, "ndcg@10": 0.5, "diversity": 0.4, "coverage": 0.1},
        {"name": "chosen", "popularity": 0.3, "ndcg@10": 0.497, "diversity": 0.45, "coverage": 0.14},
    ]
    for likeness in (0.1, 0.2):
        for popularity in (0.0, 0.5):
            made.append(
                {
                    "name": f"{likeness}/{popularity}",
                    "popularity": popularity,
                    "ndcg@10": 0.5 - likeness / 10,
                    "diversity": 0.4 + likeness,
                    "coverage": 0.1 + popularity / 10,
                }
            )
    return made


def test_a_trade_off_has_a_line_for_each_weight_and_the_chosen_one_marked() -> None:
    figure = recommend.trade_off(rows(), k=10, finding="What it costs")
    for panel, what in zip(figure.axes, ("diversity", "share"), strict=True):
        lines = {line.get_label(): line for line in panel.lines}
        assert list(lines["popularity 0"].get_ydata()) == [0.5, 0.49, 0.48]
        assert len(lines["popularity 0.5"].get_ydata()) == 2
        assert list(lines["chosen on others"].get_ydata()) == [0.497]
        assert what in panel.get_xlabel() and "nDCG@10" in panel.get_ylabel()
    assert figure.axes[0].get_title(loc="left") == "What it costs"


def test_each_method_stands_at_its_coverage_and_its_quality() -> None:
    methods = {
        "popularity": {"coverage@10": 0.02, "ndcg@10": 0.2},
        "ease": {"coverage@10": 0.1, "ndcg@10": 0.45},
        "bitaca": {"coverage@10": 0.12, "ndcg@10": 0.47},
    }
    (panel,) = recommend.accuracy_and_coverage(methods, k=10, finding="x").axes
    assert [text.get_text() for text in panel.texts] == list(methods)
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in panel.lines] == [
        (0.02, 0.2),
        (0.1, 0.45),
        (0.12, 0.47),
    ]


def test_a_curve_has_its_band() -> None:
    figure = recommend.known_titles(
        [0, 5], {"ours": [(0.2, 0.1, 0.3), (0.4, 0.3, 0.5)]}, quantity="nDCG@10", finding="soon"
    )
    (panel,) = figure.axes
    assert list(panel.lines[0].get_ydata()) == [0.2, 0.4]
    assert [label.get_text() for label in panel.get_xticklabels()] == ["0", "5"]
    low, high = panel.collections[0].get_paths()[0].vertices[:, 1].min(), 0.5
    assert low == 0.1 and panel.collections[0].get_paths()[0].vertices[:, 1].max() == high
