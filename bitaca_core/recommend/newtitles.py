"""Judges new titles: some are taken out of what is learnt, and only they are ranked, by what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bitaca_core.recommend import cold, legs, metrics
from bitaca_core.recommend.legs import Choice
from bitaca_core.recommend.protocols import Split

REMOVED = 0.05


@dataclass(frozen=True, slots=True)
class NewTitles:
    """nDCG of every user who met one of the new titles, by method."""

    removed: int
    per_user: dict[str, NDArray[np.float64]]

    def and_of(self, other: NewTitles) -> NewTitles:
        """Return both judgements as one: of other splits, with other titles taken out."""
        both = {
            name: np.concatenate([values, other.per_user[name]]) for name, values in self.per_user.items()
        }
        return NewTitles(self.removed + other.removed, both)

    def to_dict(self, k: int) -> dict[str, Any]:
        """Return means, intervals and the difference to content kNN."""
        found: dict[str, Any] = {"removed": self.removed, "asked": len(self.per_user["bitaca"])}
        for name, values in self.per_user.items():
            mean = metrics.interval(values)
            pair = metrics.interval(values - self.per_user["content-knn"])
            found[name] = {
                f"ndcg@{k}": round(mean.mean, 6),
                "ci95": [round(mean.low, 6), round(mean.high, 6)],
                "vs_content-knn": {
                    "mean": round(pair.mean, 6),
                    "ci95": [round(pair.low, 6), round(pair.high, 6)],
                },
            }
        return found


def judge(split: Split, choice: Choice, content: Any, *, seed: int = 0, k: int = 10) -> NewTitles:
    """Take `REMOVED` of the items out and rank them for the test's users: histories hold none of them.

    Parameters
    ----------
    content : CSR of unit rows, one an item; items without words are never taken out.
    """
    counts = split.train.counts()
    fit = np.flatnonzero((counts > 0) & (np.diff(content.indptr) > 0))
    new = np.sort(np.random.RandomState(seed).permutation(fit)[: max(1, round(REMOVED * len(fit)))])
    is_new = np.zeros(len(counts), bool)
    is_new[new] = True
    train = split.train.take(~is_new[split.train.item])
    learnt = legs.fit(train, choice, content, seed)
    share = cold.near_share(learnt, train, seed)
    fitted = cold.extend(learnt, train.counts())
    shown, targets = split.test.shown, split.test.targets
    # What a user met of the new titles is a target, shown or not.
    hidden = shown.take(is_new[shown.item]).matrix() + targets.take(is_new[targets.item]).matrix()
    history = shown.take(~is_new[shown.item]).matrix()
    some = (np.diff(hidden.indptr) > 0) & (np.diff(history.indptr) > 0)
    wanted, history = hidden[some][:, new].tocsr(), history[some]
    number = np.diff(wanted.indptr).astype(np.int64)

    def reached(scores: NDArray[Any]) -> NDArray[np.float64]:
        lists = metrics.top(np.ascontiguousarray(scores, np.float32), k)
        return metrics.ndcg(metrics.hits_of(lists, wanted), number, k)

    near = ((history @ content) @ content[new].T).toarray()
    ours = cold.scores(fitted, history, new, share)
    return NewTitles(len(new), {"content-knn": reached(near), "bitaca": reached(ours)})
