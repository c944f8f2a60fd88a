"""The mix is learnt on the measure itself, never below zero, and never worse than where it began."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.recommend import mixing


def users_of(seed: int, users: int = 80, candidates: int = 30) -> mixing.Table:
    """Return users whose targets follow from the first of three legs; the third one is noise."""
    random = np.random.default_rng(seed)
    normal = random.normal(size=(users * candidates, 3)).astype(np.float32)
    user = np.repeat(np.arange(users), candidates)
    target = normal[:, 0] + 0.3 * normal[:, 1] + 0.3 * random.normal(size=len(normal)) > 1.5
    much = np.repeat(random.random(users), candidates)
    return mixing.table(user, normal, much, target, np.bincount(user, target, users).astype(np.int64))


def test_the_mix_leans_on_the_leg_that_tells_and_is_no_worse_than_the_prior() -> None:
    users = users_of(0)
    prior = np.array([[0.1, 0.1, 0.8], [0.1, 0.1, 0.8]])
    mix = mixing.learn(users, prior, 0.5)
    assert (mix >= 0).all() and mix.shape == (2, 3)
    assert (mix.argmax(1) == 0).all()
    assert users.ndcg(users.scores(mix)) > users.ndcg(users.scores(prior)) + 0.1


def test_climbing_one_row_leaves_the_other_alone() -> None:
    users = users_of(1)
    start = np.full((2, 3), 0.5)
    found = mixing.climb(users, start, 0)
    assert (found[1] == start[1]).all() and (start == 0.5).all()


def test_users_without_targets_and_short_rows_are_harmless() -> None:
    user = np.array([0, 0, 1, 2, 2, 2])
    normal = np.array([[1.0], [2.0], [9.0], [1.0], [3.0], [2.0]], np.float32)
    target = np.array([False, True, False, False, False, True])
    users = mixing.table(user, normal, np.ones(6), target, np.array([1, 0, 1]))
    assert users.normal.shape == (2, 3, 1) and np.isneginf(users.shut[0, 2])
    expected = (1.0 + 1 / np.log2(3)) / 2
    assert users.ndcg(users.scores(np.ones((2, 1)))) == pytest.approx(expected)


def test_the_same_users_give_the_same_mix() -> None:
    prior = np.full((2, 3), 0.3)
    assert np.array_equal(mixing.learn(users_of(2), prior, 0.5), mixing.learn(users_of(2), prior, 0.5))
