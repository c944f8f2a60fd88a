"""Titles that are taken out are in no history and in nothing learnt, and only they are ranked."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.recommend import content, generate, ials, itemitem, legs, newtitles, protocols
from bitaca_core.recommend.legs import Choice

CHOICE = Choice(edlae=itemitem.Edlae(l2=50.0), ials=ials.Ials(factors=8, sweeps=4))


@pytest.fixture(scope="module")
def judged() -> tuple[protocols.Split, newtitles.NewTitles]:
    met, words = generate.interactions(1, users=200, items=200, mean=30.0)
    split = protocols.strong(met, 0)
    vectors = content.vectors([str(name) for name in met.items], words)
    return split, newtitles.judge(split, CHOICE, vectors, seed=3)


def test_a_twentieth_is_taken_out_and_ours_is_not_behind_content(judged) -> None:
    split, found = judged
    assert found.removed == round(0.05 * (split.train.counts() > 0).sum())
    told = found.to_dict(10)
    assert told["asked"] == len(found.per_user["bitaca"]) <= len(split.test.shown.users)
    assert 0 <= told["content-knn"]["ndcg@10"] <= 1
    assert told["content-knn"]["vs_content-knn"] == {"mean": 0.0, "ci95": [0.0, 0.0]}
    assert told["bitaca"]["vs_content-knn"]["ci95"][1] > 0


def test_legs_never_see_what_was_taken_out(judged, monkeypatch: pytest.MonkeyPatch) -> None:
    split, found = judged
    seen = []
    fit = legs.fit

    def watched(train, *others):
        seen.append(train.counts())
        return fit(train, *others)

    monkeypatch.setattr(legs, "fit", watched)
    met, words = generate.interactions(1, users=200, items=200, mean=30.0)
    again = newtitles.judge(split, CHOICE, content.vectors(list(met.items), words), seed=3)
    gone = (split.train.counts() > 0) & (seen[0] == 0)
    assert gone.sum() == found.removed
    assert (again.per_user["bitaca"] == found.per_user["bitaca"]).all(), "the seed decides"


def test_judgements_of_two_splits_are_one(judged) -> None:
    _, found = judged
    both = found.and_of(found)
    assert both.removed == 2 * found.removed
    assert np.mean(both.per_user["bitaca"]) == pytest.approx(np.mean(found.per_user["bitaca"]))
