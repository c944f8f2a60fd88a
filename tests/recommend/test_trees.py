"""Boosted trees: by the bits of their leaves they say what walking them says, and what scikit-learn says."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.recommend.trees import Trees, of_sklearn


def fitted(leaves: int, rows: int = 3000):
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(leaves)
    features = rng.standard_normal((rows, 6)).astype(np.float32)
    target = (features[:, 0] + np.abs(features[:, 1]) * features[:, 2] + rng.standard_normal(rows)) > 0.5
    model = HistGradientBoostingClassifier(
        max_iter=20, max_leaf_nodes=leaves, min_samples_leaf=5, random_state=1
    )
    return model.fit(features, target), features


@pytest.mark.parametrize("leaves", [2, 12, 31, 60, 100])
def test_trees_of_any_size_say_what_scikit_learn_says(leaves):
    model, features = fitted(leaves)
    trees = of_sklearn(model)
    assert (trees._leaves is None) == (leaves > 63)
    assert trees.score(features) == pytest.approx(model.decision_function(features), abs=1e-9)


def test_bits_and_walks_agree_at_thresholds_and_without_a_value():
    model, features = fitted(12)
    trees = of_sklearn(model)
    hard = np.tile(features[:1], (60, 1)).astype(np.float64)
    inner = trees.left != np.arange(len(trees.left))
    hard[:50, 0] = np.resize(trees.threshold[inner & (trees.feature == 0)], 50)  # at most: goes left
    hard[50:55] = np.nan
    hard[55:] = [np.inf, -np.inf, 0.0, -0.0, 1e300, -1e300]
    assert trees.score(hard) == pytest.approx(trees.walked(hard), abs=1e-12)
    assert trees.score(hard[:0]).shape == (0,)


def test_a_tree_that_asks_nothing_has_one_answer():
    own = np.zeros(1, np.int32)
    trees = Trees(own, own, own, own, np.array([np.inf]), np.array([0.25]), base=1.0, depth=0)
    assert trees.score(np.zeros((3, 2), np.float32)).tolist() == [1.25] * 3
