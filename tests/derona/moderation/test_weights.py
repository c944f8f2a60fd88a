"""Weights in eight bits say what the trained ones said; others are refused. Training finds near doubles."""

from __future__ import annotations

import io

import numpy as np
import pytest

from bitaca_core.derona.moderation import weights as stored
from bitaca_core.derona.moderation.features import SLOTS, features
from bitaca_core.derona.training import moderation as training
from bitaca_core.derona.training.phrases import phrases


def test_a_small_model_is_written_and_read_back(tmp_path) -> None:
    rows = [training.Row(text, tier, "phrases") for text, tier in (("um filme leve", "allow"), ("sua puta", "block"),
            ("quero morrer", "crisis"), ("compro pó onde", "refuse"), ("que porra", "soften"))]  # fmt: skip
    model = training.fit(rows)
    file = tmp_path / "w.npz"
    assert stored.write(str(file), model.coef_, model.intercept_) > 0
    read = stored.read(io.BytesIO(file.read_bytes()))
    for row in rows:
        chances = read.chances(row.text)
        exact = model.predict_proba(training.matrix([row]))[0]
        assert max(chances, key=chances.__getitem__) == row.tier
        assert np.allclose(list(chances.values()), exact, atol=0.03)


def test_other_shapes_are_refused() -> None:
    file = io.BytesIO()
    np.savez(
        file, slots=np.array([SLOTS]), values=np.zeros((1, 5), np.int8), scale=np.ones(5), offset=np.ones(5)
    )
    file.seek(0)
    with pytest.raises(ValueError, match="no weights"):
        stored.read(file)


def test_the_committed_weights_are_small_and_used() -> None:
    found = stored.committed()
    assert found.table.shape == (SLOTS, 5) and found.table.dtype == np.int8
    assert (training.DATA / stored.FILE).stat().st_size < 600_000
    assert sum(found.chances("um filme").values()) == pytest.approx(1.0)
    assert len(features("um filme")) == len(set(features("um filme"))) > 5


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
    assert len(found) > 3000 and {tier for tier, _, _ in found} == set(stored.TIERS)
    assert not any(mark in phrase for _, phrase, _ in found for mark in "{}$|")
    assert found == phrases()
