"""Hyper-parameters follow from held-out users alone, and rivals are tuned as ours are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from bitaca_core.recommend import baselines, choosing, generate, ials, itemitem, learning, protocols
from bitaca_core.recommend.interactions import from_pairs


@pytest.fixture(scope="module")
def trial() -> choosing.Trial:
    data, _ = generate.interactions(3, users=150, items=90)
    split = protocols.strong(data, 0)
    assert split.validation is not None
    return choosing._trial(split.train, split.validation, 0)


def value(trial: choosing.Trial, weights: object) -> float:
    return float(trial.ndcg(trial.shown @ weights).mean())


def test_a_trial_judges_as_the_metric_does_by_hand() -> None:
    one = sparse.csr_matrix(np.array([[1.0, 0.0, 0.0]], np.float32))
    wanted = sparse.csr_matrix(np.array([[0.0, 0.0, 1.0]], np.float32))
    trial = choosing.Trial(one, one, one, wanted, np.array([1]))
    assert trial.ndcg(np.array([[9.0, 1.0, 2.0]], np.float32)) == pytest.approx([1.0])
    assert trial.ndcg(np.array([[9.0, 2.0, 1.0]], np.float32)) == pytest.approx([1 / np.log2(3)])


def test_what_is_chosen_is_no_worse_than_the_defaults(trial: choosing.Trial) -> None:
    knn, walks = choosing.choose_knn([trial]), choosing.choose_rp3beta([trial])
    assert value(trial, baselines.item_knn(trial.matrix, knn)) >= value(
        trial, baselines.item_knn(trial.matrix)
    )
    assert value(trial, baselines.rp3beta(trial.matrix, walks)) >= value(
        trial, baselines.rp3beta(trial.matrix)
    )
    l2, edlae = choosing.choose_edlae([trial])
    plain = value(trial, itemitem.fit(trial.matrix, itemitem.Edlae(l2)))
    assert plain >= value(trial, itemitem.fit(trial.matrix, itemitem.Edlae(400.0))) - 1e-9
    assert value(trial, itemitem.fit(trial.matrix, edlae)) >= plain - 1e-9


def test_factors_move_away_from_a_bad_start_and_grow_with_the_data(
    trial: choosing.Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = choosing.choose_ials([trial], cells=1000)
    assert chosen.factors == choosing.NARROW and chosen.sweeps == ials.Ials().sweeps
    start = choosing.factor_scores(trial.matrix, trial.shown, replace(chosen, l2=0.02, unobserved=0.2), 0)
    best = choosing.factor_scores(trial.matrix, trial.shown, replace(chosen, sweeps=6), 0)
    assert trial.ndcg(best).mean() >= trial.ndcg(start).mean() - 0.01
    monkeypatch.setattr(choosing, "FACTOR_TRIALS", 0)
    assert choosing.choose_ials([trial], cells=choosing.WIDE_CELLS).factors == choosing.WIDE


def test_the_same_data_gives_the_same_choice(trial: choosing.Trial) -> None:
    assert choosing.choose_edlae([trial]) == choosing.choose_edlae([trial])


def test_nothing_held_out_gives_the_defaults() -> None:
    data = from_pairs([("u", "i")], items=["i", "j"])
    nothing = protocols.Asked(data, data.take(np.zeros(1, bool)))
    assert choosing.search([]) == choosing.Choice() == choosing.search([(data, nothing)])


def test_leave_last_learns_from_the_titles_before_the_last() -> None:
    pairs = [("u", f"i{number}") for number in range(4)] + [("v", "i1"), ("v", "i3")]
    data = from_pairs(pairs, times=[1.0, 2.0, 3.0, 4.0, 1.0, 2.0])
    ((shown, asked),) = learning.held_out(data, None, "last", 0)
    assert sorted(data.items[asked.targets.item]) == ["i3", "i3"]
    assert len(shown) == 4
