"""Estimators keep their promises on any small data: order means nothing, unknown items are harmless, trees are exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from bitaca_core.recommend import baselines, content, ials, itemitem, learning, legs, protocols, ranker
from bitaca_core.recommend.interactions import Interactions, from_pairs
from bitaca_core.recommend.trees import of_sklearn

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 8), st.integers(0, 2**31))


def matrix_of(users: int, items: int, seed: int) -> sparse.csr_matrix:
    random = np.random.default_rng(seed)
    return sparse.csr_matrix((random.random((users, items)) < 0.4).astype(np.float32))


FITS = {
    "edlae": lambda matrix: itemitem.fit(matrix, itemitem.Edlae(2.0, 0.3, 0.4)),
    "item-knn": lambda matrix: baselines.item_knn(matrix).toarray(),
    "rp3beta": lambda matrix: baselines.rp3beta(matrix).toarray(),
    "ials": lambda matrix: ials.fit(matrix, ials.Ials(factors=3, sweeps=3))[1],
}


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
@settings(max_examples=25, deadline=None)
@given(shape=SHAPES)
def test_the_order_of_users_changes_nothing(fit, shape: tuple[int, int, int]) -> None:
    matrix = matrix_of(*shape)
    order = np.random.default_rng(shape[2]).permutation(shape[0])
    found = fit(matrix)
    assert np.isfinite(found).all()
    assert np.allclose(found, fit(matrix[order]), atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(shape=SHAPES)
def test_item_item_weights_solve_the_regression(shape: tuple[int, int, int]) -> None:
    matrix = matrix_of(*shape)
    found = itemitem.fit(matrix, itemitem.Edlae(l2=1.5))
    dense = matrix.toarray().astype(float)
    items = shape[1]
    for target in range(items):
        others = np.delete(np.arange(items), target)
        left = dense[:, others].T @ dense[:, others] + 1.5 * np.eye(items - 1)
        by_hand = np.linalg.solve(left, dense[:, others].T @ dense[:, target]) if items > 1 else []
        assert np.allclose(found[others, target], by_hand, atol=1e-4)
        assert found[target, target] == 0.0


def test_a_column_keeps_its_largest_weights() -> None:
    weights = np.array([[0.0, 3.0], [-5.0, 0.1], [1.0, -2.0]], np.float32)
    square = np.zeros((3, 3), np.float32)
    square[:, :2] = weights
    kept = itemitem.truncate(square, 1).toarray()
    assert kept[:, 0].tolist() == [0.0, -5.0, 0.0] and kept[:, 1].tolist() == [3.0, 0.0, 0.0]


@settings(max_examples=25, deadline=None)
@given(shape=SHAPES, keep=st.integers(1, 8))
def test_kept_weights_solve_the_regression_on_what_is_kept(shape: tuple[int, int, int], keep: int) -> None:
    matrix = matrix_of(*shape)
    how = itemitem.Edlae(l2=1.5, dropout=0.3)
    cut = itemitem.truncate(itemitem.fit(matrix, how), keep)
    found = itemitem.refitted(cut, itemitem.gram(matrix), how).toarray()
    dense = matrix.toarray().astype(float)
    left = dense.T @ dense
    left[np.diag_indices(len(left))] *= 1.0 / 0.7
    left[np.diag_indices(len(left))] += 1.5
    for target, column in enumerate(cut.toarray().T):
        own = np.flatnonzero(column)
        by_hand = np.linalg.solve(left[np.ix_(own, own)], left[own, target]) if len(own) else []
        assert np.allclose(found[own, target], by_hand, atol=1e-4)
        assert not found[np.setdiff1d(np.arange(shape[1]), own), target].any()


def test_small_catalogues_are_served_whole_and_large_ones_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = matrix_of(40, 12, 3)
    how = itemitem.Edlae(l2=1.5)
    assert np.allclose(itemitem.serving(matrix, how).toarray(), itemitem.fit(matrix, how))
    monkeypatch.setattr(itemitem, "WHOLE_ITEMS", 5)
    monkeypatch.setattr(itemitem, "WEIGHTS_MAX", 4)
    assert (np.diff(itemitem.serving(matrix, how).tocsc().indptr) <= 4).all()


@settings(max_examples=10, deadline=None)
@given(shape=SHAPES)
def test_trees_score_as_scikit_learn_does(shape: tuple[int, int, int]) -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    random = np.random.default_rng(shape[2])
    features = random.normal(size=(400, 4)).astype(np.float32)
    target = features[:, 0] + random.normal(size=400) > 0
    model = HistGradientBoostingClassifier(max_iter=5, monotonic_cst=[1, 0, 0, 0]).fit(features, target)
    assert np.allclose(of_sklearn(model).score(features), model.decision_function(features), atol=1e-6)


def two_groups(users: int = 60) -> Interactions:
    random = np.random.default_rng(2)
    pairs = [
        (f"u{user:03}", f"{'ab'[user % 2]}{item}")
        for user in range(users)
        for item in range(25)
        if random.random() < 0.5
    ]
    return from_pairs(pairs)


def test_no_leg_that_rises_lowers_a_score_and_ours_finds_the_group() -> None:
    data = two_groups()
    split = protocols.strong(data, 0)
    none = content.vectors([str(item) for item in data.items], {})
    learnt = learning.learn(split.train, none, validation=split.validation)
    questions = learnt.questions(split.test)
    before = learnt.ranker.score(questions.features)
    for leg in range(2 * len(legs.LEGS)):
        raised = questions.features.copy()
        raised[:, leg] += 0.7
        assert (learnt.ranker.score(raised) >= before - 1e-9).all()
    lists = learnt.lists(split.test, 5)
    first = {str(user)[-1]: None for user in split.test.shown.users}
    assert first
    for user, row in zip(split.test.shown.users, lists, strict=True):
        group = "ab"[int(str(user)[1:]) % 2]
        assert all(str(data.items[item]).startswith(group) for item in row[row >= 0][:3])


def test_trees_are_fitted_with_many_users_and_stay_monotone() -> None:
    random = np.random.default_rng(0)
    rows, count = 6000, len(legs.LEGS)
    features = random.normal(size=(rows, 2 * count + ranker.CONTEXT)).astype(np.float32)
    features[:, -2] = np.log1p(random.integers(0, 40, rows))
    target = features[:, 0] * features[:, 3] + random.normal(size=rows) > 1.5
    user = np.repeat(np.arange(rows // 30), 30)
    targets = np.bincount(user, target, minlength=rows // 30).astype(np.int64)
    made = ranker.fit(ranker.Questions(user, np.arange(rows), features, target, targets), count)
    before = made.score(features)
    features[:, 0] += 1.0
    assert (made.score(features) >= before - 1e-9).all()


@pytest.mark.parametrize("pairs", [[("u", "i")], [("u", "i"), ("u", "j")], [("u", "i"), ("v", "i")]])
def test_one_user_and_one_item(pairs: list[tuple[str, str]]) -> None:
    data = from_pairs(pairs, items=["i", "j", "never"])
    learnt = learning.learn(data, content.vectors(list(data.items), {}))
    asked = protocols.Asked(data, data)
    lists = learnt.lists(asked, 3)
    assert lists.shape == (len(data.users), 3)
    for user, row in enumerate(lists):
        shown = set(data.item[data.user == user].tolist())
        assert not shown & set(row.tolist())
