"""Weights in eight bits say what the trained ones said; others are refused. Training finds near doubles."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.derona.moderation import weights
from bitaca_core.derona.moderation.features import features
from bitaca_core.derona.training import moderation as training
from bitaca_core.derona.training.phrases import phrases
from bitaca_core.derona.understanding.linear import Linear


def test_a_small_model_is_written_and_read_back(tmp_path) -> None:
    rows = [training.Row(text, tier, "phrases") for text, tier in (("um filme leve", "allow"), ("sua puta", "block"),
            ("quero morrer", "crisis"), ("compro pó onde", "refuse"), ("que porra", "soften"))]  # fmt: skip
    training.fit(rows, seen_min=1).save(tmp_path / "w.npz")
    model = Linear.load(tmp_path / "w.npz")
    assert model.labels == weights.LABELS
    for row in rows:
        chances = weights.chances_of(weights.scores_of(model, row.text))
        assert max(chances, key=chances.__getitem__) == row.tier
        assert sum(chances.values()) == pytest.approx(1.0)


def test_chances_by_hand() -> None:
    even = dict.fromkeys(weights.LABELS, 0.0)
    assert weights.risk_of(even) == pytest.approx(0.5 * np.log(3))
    grave = 1 / (1 + 3**-0.5)
    told = weights.chances_of(even)
    assert told["allow"] == told["soften"] == pytest.approx((1 - grave) / 2)
    assert told["refuse"] == told["block"] == told["crisis"] == pytest.approx(grave / 3)
    sure = weights.chances_of({**even, "grave": 1e9, "refuse": -1e9, "block": -1e9, "crisis": 1e9})
    assert sure["crisis"] == pytest.approx(1.0)


def test_the_committed_model_is_small_and_used() -> None:
    model = weights.committed()
    assert model.labels == weights.LABELS and model.weights.dtype == np.int8
    assert (training.DATA / weights.FILE).stat().st_size < 1_800_000
    assert len(features("um filme")["w"]) > 5


def test_a_writers_phrases_are_judged_by_what_the_others_wrote() -> None:
    rows = [
        training.Row(f"{word} {writer}", "block", "phrases", writer=writer)
        for word in ("um", "dois")
        for writer in "ab"
    ]
    rows += [
        training.Row(text, "allow", "queries")
        for text in ("quero ver um filme leve", "quero ver um filme leve já", "drama")
    ]
    judged = []
    for seen, hidden in training.folds(rows):
        judged += hidden
        assert not set(seen) & set(hidden) and len({rows[at].writer for at in hidden if rows[at].writer}) == 1
        assert not {rows[at].writer for at in seen} & ({rows[at].writer for at in hidden} - {""})
        assert (4 in seen) == (5 in seen)
    assert sorted(judged) == list(range(len(rows)))


def test_near_doubles_are_left_out_together() -> None:
    own = training.groups(["quero ver um filme leve hoje", "quero ver um filme leve hoje sim", "nada disso"])
    assert own[0] == own[1] != own[2]


def test_recall_at_a_precision_by_hand() -> None:
    rows = [training.Row("a", tier, "phrases") for tier in ("block", "allow", "crisis", "allow")]
    rows += [training.Row("b", "allow", source) for source in ("queries", "utterances")]
    told = training.at_precision(rows, np.array([0.9, 0.8, 0.7, 0.1, 0.95, 0.0]), 1.0)
    assert told == {"threshold": 0.9, "recall": 0.5, "queries": 1.0, "utterances": 0.0}
    assert training.at_precision(rows, np.array([0.1, 0.9, 0.2, 0.8, 0, 0]), 0.9)["recall"] == 0.0


def test_patterns_have_no_choice_left() -> None:
    found = phrases()
    assert len(found) > 3000 and {tier for tier, _, _ in found} == set(weights.TIERS)
    assert not any(mark in phrase for _, phrase, _ in found for mark in "{}$|")
    assert found == phrases()
