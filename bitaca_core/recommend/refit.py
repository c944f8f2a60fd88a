"""The nightly refit: a challenger is fitted, measured beside the champion on what neither was shown, and published
only where its paired interval is not below the champion's.

A viewer's latest title is held out, where it was watched after the champion was fitted. Challenger and champion answer from the viewer's earlier ones; the difference
of their nDCG@10, viewer by viewer, is resampled (paired bootstrap), and an interval wholly below zero keeps the old
model. Where there is no champion, popularity stands in for it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.errors import BitacaError
from bitaca_core.recommend import published
from bitaca_core.recommend.interactions import Interactions, from_pairs
from bitaca_core.recommend.likeness import features
from bitaca_core.recommend.model import Past, RecommendModel, fit
from bitaca_core.recommend.standing import DECISION
from bitaca_core.viewers.interactions import Met

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Scores = NDArray[np.float64]

K = 10
VIEWERS_MIN = 30
"""With fewer viewers who watched two titles there is nothing to measure, and content serves as well."""
VIEWERS_MAX = 2_000
"""Viewers that are measured, the latest: an interval over more is no narrower than is needed."""
RESAMPLES = 2_000
LEVEL = 0.95


class Viewers(Protocol):
    """What a refit needs of the viewers' store."""

    def interactions(self) -> list[Met]: ...


class Ranker(Protocol):
    """Scores every title of `items` for a history; what is not there is scored lowest."""

    def __call__(self, history: Sequence[Past], items: Sequence[str]) -> Scores: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What a refit came to.

    `difference` is the paired mean of nDCG@10, challenger less champion, with `low` and `high` of its interval.
    """

    published: bool
    reason: str
    version: str | None
    champion: str | None
    viewers: int
    interactions: int
    ndcg: float | None = None
    champion_ndcg: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    decided_s: float = 0.0


def refit(viewers: Viewers, catalogue: Catalogue, folder: Path, now_s: float, *, seed: int = 0) -> Decision:
    """Fit, compare and publish; the decision is written beside the models, for `bitaca status`.

    Parameters
    ----------
    folder : Path
        Where models are published (`models/recommend`).
    now_s : float
        Unix seconds.
    """
    decision = _decide(viewers.interactions(), catalogue, folder, now_s, seed)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{DECISION}.tmp"
    temporary.write_text(json.dumps({"schema": 1, **asdict(decision)}, indent=1) + "\n", "utf-8")
    temporary.replace(folder / DECISION)
    return decision


def _decide(met: Sequence[Met], catalogue: Catalogue, folder: Path, now_s: float, seed: int) -> Decision:
    pairs = _pairs(met, catalogue)
    serving = published.current(folder)
    champion = _champion(folder)
    every = _interactions(pairs, catalogue)
    held = held_out(pairs, float(champion.facts.get("fitted_s", 0.0)) if champion else 0.0)
    common: dict[str, Any] = {
        "champion": serving,
        "viewers": len(held),
        "interactions": len(every),
        "decided_s": now_s,
    }
    if len(held) < VIEWERS_MIN:
        since = "since the model that serves was fitted" if champion else "so far"
        reason = f"{len(held)} viewers came to a second title {since}; {VIEWERS_MIN} are needed to measure"
        return Decision(False, reason, None, **common)
    left_out = {(user, target) for user, target, _ in held}
    known = [pair for pair in pairs if (pair[0], pair[1]) not in left_out]
    words = _words(catalogue)
    challenger = fit(_interactions(known, catalogue), words, seed)
    items = [title.title_id for title in catalogue.titles]
    new = measure(held, items, model_ranker(challenger, now_s))
    old = measure(held, items, model_ranker(champion, now_s) if champion else popularity_ranker(known))
    mean, low, high = paired(new, old, seed)
    numbers: dict[str, Any] = {
        "ndcg": round(float(new.mean()), 4), "champion_ndcg": round(float(old.mean()), 4),
        "difference": round(mean, 4), "low": round(low, 4), "high": round(high, 4),
    }  # fmt: skip
    rival = f"model {serving}" if champion else "popularity"
    if high < 0:
        return Decision(False, f"worse than {rival}", None, **common, **numbers)
    final = fit(every, words, seed)
    facts = {"fitted_s": now_s, "viewers": len(every.users), "interactions": len(every), **numbers}
    version = published.save(replace(final, facts=facts), folder)
    return Decision(True, f"not worse than {rival}", version, **common, **numbers)


def _words(catalogue: Catalogue) -> dict[str, list[str]]:
    """Return what is shared between titles, as words, so that a title nobody met yet has a column."""
    return {
        title.title_id: [f"{group}:{value}" for group, value in features(title)] for title in catalogue.titles
    }


def held_out(
    pairs: Sequence[tuple[str, str, float]], after_s: float = 0.0
) -> list[tuple[str, str, list[Past]]]:
    """Return `(viewer, latest title, earlier ones)` of viewers with two titles or more, the latest viewers last.

    Only titles watched after `after_s` (Unix seconds) are held out.
    """
    by_user: dict[str, list[tuple[float, str]]] = {}
    for user, title_id, time_s in pairs:
        by_user.setdefault(user, []).append((time_s, title_id))
    found = []
    for user, titles in by_user.items():
        titles.sort()
        if len(titles) < 2 or titles[-1][0] <= after_s:
            continue
        earlier = [Past(title_id, 1.0, time_s) for time_s, title_id in titles[:-1]]
        found.append((titles[-1][0], user, titles[-1][1], earlier))
    found.sort(key=lambda one: one[:3])
    return [(user, target, earlier) for _, user, target, earlier in found[-VIEWERS_MAX:]]


def measure(held: Sequence[tuple[str, str, list[Past]]], items: Sequence[str], ranker: Ranker) -> Scores:
    """Return nDCG@10 of each viewer's held-out title among all titles that the viewer had not met.

    With one relevant title it is `1 / log2(1 + rank)` up to rank 10, else 0. Ties count half of those they tie with.
    """
    place = {title_id: number for number, title_id in enumerate(items)}
    found = np.zeros(len(held))
    for row, (_, target, earlier) in enumerate(held):
        scores = ranker(earlier, items).astype(np.float64)
        scores[[place[past.title_id] for past in earlier if past.title_id in place]] = -np.inf
        own = scores[place[target]]
        rank = 1.0 + float((scores > own).sum()) + 0.5 * float((scores == own).sum() - 1)
        found[row] = 1.0 / np.log2(1.0 + rank) if rank <= K else 0.0
    return found


def paired(new: Scores, old: Scores, seed: int) -> tuple[float, float, float]:
    """Return the mean of `new - old` with the ends of its 95 % percentile bootstrap interval over viewers."""
    difference = new - old
    if len(difference) == 0:
        return 0.0, 0.0, 0.0
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(difference), (RESAMPLES, len(difference)))
    means = difference[draws].mean(1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(difference.mean()), float(low), float(high)


def model_ranker(model: RecommendModel, now_s: float) -> Ranker:
    """Return a ranker by a model's own score."""

    def rank(history: Sequence[Past], items: Sequence[str]) -> Scores:
        legs = model.legs(history, now_s=now_s)
        scores = dict(
            zip((model.items[place] for place in legs.items), model.score(legs).tolist(), strict=True)
        )
        return np.array([scores.get(title_id, -np.inf) for title_id in items])

    return rank


def popularity_ranker(pairs: Sequence[tuple[str, str, float]]) -> Ranker:
    """Return a ranker by how many viewers met a title."""
    counts: dict[str, int] = {}
    for _, title_id, _ in pairs:
        counts[title_id] = counts.get(title_id, 0) + 1

    def rank(history: Sequence[Past], items: Sequence[str]) -> Scores:
        return np.array([float(counts.get(title_id, 0)) for title_id in items])

    return rank


def _pairs(met: Sequence[Met], catalogue: Catalogue) -> list[tuple[str, str, float]]:
    """Return `(viewer, title, time)`, episodes as their series, each title of a viewer once at its latest."""
    latest: dict[tuple[str, str], float] = {}
    for one in met:
        title = catalogue.resolve(one.title_id)
        if title is not None:
            key = (str(one.viewer), title.title_id)
            latest[key] = max(latest.get(key, 0.0), one.time_s)
    return [(user, title_id, time_s) for (user, title_id), time_s in latest.items()]


def _interactions(pairs: Sequence[tuple[str, str, float]], catalogue: Catalogue) -> Interactions:
    return from_pairs(
        [(user, title_id) for user, title_id, _ in pairs],
        times=[time_s for _, _, time_s in pairs],
        items=[title.title_id for title in catalogue.titles],
    )


def _champion(folder: Path) -> RecommendModel | None:
    """Return the model that serves; a damaged one is no champion, as it serves nobody."""
    if published.current(folder) is None:
        return None
    try:
        return published.load(folder)
    except BitacaError:
        return None
