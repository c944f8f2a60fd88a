"""What a judgement found, in sentences: the headings of the notebook's figures, made of the numbers."""

from __future__ import annotations

from typing import Any

from bitaca_core.recommend.evaluate import EASE, OURS, POPULARITY, Report


def methods(report: Report, k: int = 10) -> str:
    """Say which baselines ours is better than, told apart by paired intervals of each to EASE."""
    ours = report.methods[OURS][f"ndcg@{k}"]
    best = max(
        (name for name in report.methods if name != OURS), key=lambda one: report.methods[one][f"ndcg@{k}"]
    )
    other = report.methods[best][f"ndcg@{k}"]
    word = "ahead of" if ours > other else "behind"
    return f"Ours, {ours:.3f}, is {word} the best baseline, {best} with {other:.3f} (nDCG@{k})"


def short_histories(report: Report, k: int = 10) -> str:
    """Say from how many known titles on ours and EASE are better than popularity."""
    if not report.known:
        return "Short histories are asked about only where users are held out"
    ours = _ahead({length: row[OURS][f"vs_{POPULARITY}"] for length, row in report.known.items()})
    ease = _ahead({length: row[EASE][f"vs_{POPULARITY}"] for length, row in report.known.items()})
    return f"Ours is better than popularity {_from(ours)}, EASE {_from(ease)}"


def _ahead(pairs: dict[int, dict[str, Any]]) -> int | None:
    """Return the shortest history from which on every interval is above zero."""
    found = None
    for length in sorted(pairs, reverse=True):
        if pairs[length]["ci95"][0] <= 0:
            break
        found = length
    return found


def _from(length: int | None) -> str:
    if length is None:
        return "nowhere for certain"
    return f"from {length} known title{'' if length == 1 else 's'} on"


def new_titles(report: Report, k: int = 10) -> str:
    """Say how well new titles are ranked beside content kNN."""
    found = report.facts.get("new_titles")
    if not found:
        return "New titles are judged only where users are held out and something is known of the titles"
    ours, near = found[OURS], found["content-knn"]
    low, high = ours["vs_content-knn"]["ci95"]
    word = "better than" if low > 0 else "worse than" if high < 0 else "not told apart from"
    return (
        f"{found['removed']} titles that nobody met yet: ours, {ours[f'ndcg@{k}']:.3f}, is {word} "
        f"content kNN, {near[f'ndcg@{k}']:.3f}"
    )


def variety(report: Report, k: int = 10) -> str:
    """Say what varied lists bring, and what they cost."""
    plain, chosen = report.facts["diversity"][:2]
    return (
        f"For {-chosen['ndcg_change']:.1%} of the nDCG lists vary by {chosen['diversity_change']:+.1%} and cover "
        f"{chosen['coverage']:.0%} of the titles instead of {plain['coverage']:.0%}"
    )


def beyond(report: Report, k: int = 10) -> str:
    """Say how much of the catalogue ours shows, and how much more popular than the histories it is."""
    ours, popular = report.methods[OURS], report.methods[POPULARITY]
    return (
        f"Ours shows {ours[f'coverage@{k}']:.0%} of the titles, popularity {popular[f'coverage@{k}']:.0%}; what it "
        f"shows is {ours[f'popularity_lift@{k}']:+.0%} more popular than histories, not {popular[f'popularity_lift@{k}']:+.0%}"
    )
