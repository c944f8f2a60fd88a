"""The leg for short histories: near the chance of one title after the other, and each title keeps its followers."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from bitaca_core.recommend import brief, generate, itemitem, metrics, protocols


def test_the_dropout_leaves_two_titles_of_a_mean_history() -> None:
    def of(titles: int) -> float:
        return brief.how(sparse.csr_matrix(np.ones((4, titles), np.float32))).dropout

    assert of(50) == 0.96 and of(2) == brief.DROPOUT[0] and of(5000) == brief.DROPOUT[1]
    assert brief.how(sparse.csr_matrix((3, 0), dtype=np.float32)).dropout == brief.DROPOUT[0]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 8), st.integers(0, 2**31))
def test_small_matrices_and_the_order_of_users(users: int, items: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    matrix = sparse.csr_matrix((random.random((users, items)) < 0.4).astype(np.float32))
    found = brief.fit(matrix).toarray()
    assert found.shape == (items, items) and np.isfinite(found).all() and not np.diag(found).any()
    assert np.allclose(found, brief.fit(matrix[random.permutation(users)]).toarray(), atol=1e-4)


def test_each_title_keeps_its_strongest_followers() -> None:
    met, _ = generate.interactions(0, users=120, items=60, mean=20.0)
    kept, whole = brief.fit(met.matrix(), keep=5), brief.fit(met.matrix(), keep=60).toarray()
    assert (np.diff(kept.indptr) <= 5).all()
    row = kept[3].toarray().ravel()
    strongest = np.argsort(-np.abs(whole[3]))[:5]
    assert set(np.flatnonzero(row)) == set(strongest) and np.allclose(row[strongest], whole[3][strongest])


def test_one_known_title_is_worth_more_than_to_weights_for_whole_histories() -> None:
    met, _ = generate.interactions(2, users=500, items=150, mean=30.0)
    split = protocols.strong(met, 0)
    matrix, asked = split.train.matrix(), protocols.first_known(split.test, 1)
    shown, targets, seen = asked.shown.matrix(), asked.targets.matrix(), split.test.shown.matrix()
    number = np.diff(targets.indptr).astype(np.int64)

    def reached(scores) -> float:
        scores[seen.toarray() > 0] = -np.inf
        hits = metrics.hits_of(metrics.top(np.asarray(scores, np.float32), 10), targets)
        return float(metrics.ndcg(hits, number, 10).mean())

    ease = reached(shown @ itemitem.fit(matrix, itemitem.Edlae(l2=200.0)))
    assert reached((shown @ brief.fit(matrix)).toarray()) > ease
