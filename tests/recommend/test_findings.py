"""The sentences above the figures say what the numbers say."""

from __future__ import annotations

from types import SimpleNamespace

from bitaca_core.recommend import findings


def pair(low: float, high: float) -> dict[str, object]:
    return {"mean": (low + high) / 2, "ci95": [low, high]}


def report(**facts: object) -> SimpleNamespace:
    beyond = {"coverage@10": 0.5, "popularity_lift@10": 0.25}
    methods = {
        "popularity": {"ndcg@10": 0.2, "coverage@10": 0.02, "popularity_lift@10": 1.5},
        "ease": {"ndcg@10": 0.45},
        "bitaca": {"ndcg@10": 0.47, **beyond},
    }
    known = {
        0: {"bitaca": {"vs_popularity": pair(0, 0)}, "ease": {"vs_popularity": pair(-0.2, -0.1)}},
        1: {"bitaca": {"vs_popularity": pair(0.01, 0.03)}, "ease": {"vs_popularity": pair(-0.2, -0.1)}},
        5: {"bitaca": {"vs_popularity": pair(0.1, 0.2)}, "ease": {"vs_popularity": pair(0.01, 0.2)}},
    }
    return SimpleNamespace(methods=methods, known=known, facts=facts)


def test_the_best_baseline_is_named() -> None:
    assert (
        findings.methods(report()) == "Ours, 0.470, is ahead of the best baseline, ease with 0.450 (nDCG@10)"
    )
    worse = report()
    worse.methods["bitaca"]["ndcg@10"] = 0.4
    assert "behind the best baseline" in findings.methods(worse)


def test_a_history_counts_from_where_every_interval_is_above_zero() -> None:
    assert findings.short_histories(report()) == (
        "Ours is better than popularity from 1 known title on, EASE from 5 known titles on"
    )
    found = report()
    found.known[5]["ease"]["vs_popularity"] = pair(-0.01, 0.2)
    assert "EASE nowhere for certain" in findings.short_histories(found)
    found.known.clear()
    assert "held out" in findings.short_histories(found)


def test_new_titles_are_compared_by_the_interval() -> None:
    def told(low: float, high: float) -> str:
        new = {
            "removed": 8,
            "content-knn": {"ndcg@10": 0.2},
            "bitaca": {"ndcg@10": 0.3, "vs_content-knn": pair(low, high)},
        }
        return findings.new_titles(report(new_titles=new))

    assert told(0.05, 0.2).startswith(
        "8 titles that nobody met yet: ours, 0.300, is better than content kNN, 0.200"
    )
    assert "not told apart from" in told(-0.1, 0.2) and "worse than" in told(-0.2, -0.1)
    assert "held out" in findings.new_titles(report())


def test_variety_and_coverage_are_told_in_shares() -> None:
    rows = [
        {"coverage": 0.1, "ndcg_change": 0.0, "diversity_change": 0.0},
        {"coverage": 0.15, "ndcg_change": -0.008, "diversity_change": 0.055},
    ]
    assert findings.variety(report(diversity=rows)) == (
        "For 0.8% of the nDCG lists vary by +5.5% and cover 15% of the titles instead of 10%"
    )
    assert findings.beyond(report()) == (
        "Ours shows 50% of the titles, popularity 2%; what it shows is +25% more popular than histories, not +150%"
    )
