"""Metrics at their limits, on cases counted by hand, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import ndcg_score

from bitaca_core.recommend import metrics


def row(*places: int) -> np.ndarray:
    return np.array([places], bool)


def test_ndcg_and_recall_at_their_limits() -> None:
    one = np.array([1])
    assert metrics.ndcg(row(1, 0, 0), one, 3) == 1.0
    assert metrics.ndcg(row(0, 0, 0), one, 3) == 0.0
    assert metrics.ndcg(row(1, 1, 1), np.array([50]), 3) == 1.0
    assert metrics.recall(row(1, 1, 1), np.array([50]), 3) == 1.0
    assert metrics.recall(row(0, 0, 1), np.array([2]), 3) == 0.5


def test_ndcg_by_hand() -> None:
    # Found on places 2 and 3 of two targets: (1/log2 3 + 1/log2 4) / (1 + 1/log2 3).
    by_hand = (0.6309297535714575 + 0.5) / (1 + 0.6309297535714575)
    assert metrics.ndcg(row(0, 1, 1), np.array([2]), 3)[0] == pytest.approx(by_hand)


@given(st.integers(0, 2**31), st.integers(1, 12))
def test_ndcg_is_scikit_learns(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.permutation(24).reshape(2, 12).astype(np.float32)
    truth = (random.random((2, 12)) < 0.4).astype(float)
    truth[:, 0] = 1.0
    targets = sparse.csr_matrix(truth)
    hits = metrics.hits_of(metrics.top(scores, k), targets)
    found = metrics.ndcg(hits, truth.sum(1).astype(np.int64), k).mean()
    assert found == pytest.approx(ndcg_score(truth, scores, k=k))


def test_top_takes_the_best_in_order_and_nothing_that_was_ruled_out() -> None:
    scores = np.array([[1.0, 3.0, 3.0, -np.inf], [-np.inf] * 4], np.float32)
    assert metrics.top(scores, 5).tolist() == [[1, 2, 0, -1, -1], [-1] * 5]


def test_coverage_novelty_lift_and_diversity_by_hand() -> None:
    lists = np.array([[0, 1], [0, -1]])
    assert metrics.coverage(lists, 4, 2) == 0.5
    counts = np.array([8, 2, 1, 0])
    assert metrics.novelty(np.array([[0, 1]]), counts, 8, 2) == 1.0  # met by all: 0 bits; by a quarter: 2
    assert metrics.novelty(np.array([[3]]), counts, 8, 1) == 3.0  # nobody counts as one
    histories = sparse.csr_matrix(np.array([[0, 1, 0, 0]]))
    assert metrics.popularity_lift(np.array([[0]]), counts, histories, 1) == 3.0
    vectors = np.array([[1, 0], [0, 1], [1, 0]], np.float32)
    assert metrics.diversity(np.array([[0, 1], [0, 2], [1, -1]]), vectors, 2).tolist() == [1.0, 0.0, 0.0]


def test_an_interval_holds_its_mean_and_is_a_point_where_nothing_varies() -> None:
    same = metrics.interval(np.full(30, 0.25))
    assert same.mean == same.low == same.high == 0.25
    wide = metrics.interval(np.random.default_rng(0).normal(size=200))
    assert wide.low < wide.mean < wide.high
    assert metrics.interval(np.zeros(0)).mean == 0.0
