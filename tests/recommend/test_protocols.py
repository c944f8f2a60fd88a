"""What a protocol holds out, and that nothing of it is shown or learnt."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.errors import InputError
from bitaca_core.recommend import protocols
from bitaca_core.recommend.interactions import Interactions, from_pairs


def some(users: int = 40, items: int = 30, seed: int = 1) -> Interactions:
    random = np.random.default_rng(seed)
    met = np.argwhere(random.random((users, items)) < 0.3)
    times = random.permutation(len(met)).astype(float)
    return from_pairs([(f"u{user:02}", f"i{item:02}") for user, item in met], times=list(times))


def pairs(part: Interactions) -> set[tuple[str, str]]:
    return set(zip(part.users[part.user], part.items[part.item], strict=True))


@pytest.mark.parametrize("protocol", protocols.PROTOCOLS)
def test_what_is_asked_for_is_neither_shown_nor_learnt(protocol: protocols.Protocol) -> None:
    data = some()
    for split in protocols.splits(data, protocol, seeds=(3,), folds=5):
        for asked in (split.test, split.validation):
            if asked is None:
                continue
            assert not pairs(asked.targets) & (pairs(asked.shown) | pairs(split.train))
            assert list(asked.shown.users) == list(asked.targets.users)
            if split.within:
                assert pairs(asked.shown) <= pairs(split.train)
            else:
                assert not set(asked.shown.users) & set(split.train.users)
            assert (np.bincount(asked.targets.user, minlength=len(asked.targets.users)) >= 1).all()


def test_strong_holds_out_tenths_and_shows_four_fifths() -> None:
    split = protocols.strong(some(100, 50), 0)
    assert split.validation is not None
    assert (len(split.train.users), len(split.test.shown.users), len(split.validation.shown.users)) == (
        80,
        10,
        10,
    )
    whole = len(split.test.shown) + len(split.test.targets)
    assert 0.74 < len(split.test.shown) / whole < 0.86
    assert pairs(protocols.strong(some(100, 50), 0).test.targets) == pairs(split.test.targets)
    assert pairs(protocols.strong(some(100, 50), 1).test.targets) != pairs(split.test.targets)


def test_random_learns_three_quarters_of_each_item() -> None:
    data = some(60, 10)
    split = next(protocols.splits(data, "random", seeds=(42,)))
    assert np.abs(split.train.counts() - 0.75 * data.counts()).max() <= 0.5


def test_leave_last_asks_for_the_latest() -> None:
    data = from_pairs([("a", "x"), ("a", "y"), ("a", "z"), ("b", "x")], times=[3.0, 9.0, 5.0, 1.0])
    split = protocols.leave_last(data)
    assert pairs(split.test.targets) == {("a", "y")} and ("b", "x") in pairs(split.train)
    with pytest.raises(InputError, match="needs times"):
        protocols.leave_last(from_pairs([("a", "x"), ("a", "y")]))


def test_every_user_is_tested_once_by_kfold() -> None:
    data = some()
    tested = [str(user) for split in protocols.kfold(data, 7, 0) for user in split.test.shown.users]
    assert sorted(tested) == sorted(str(user) for user in data.users)
    with pytest.raises(InputError, match="folds"):
        list(protocols.kfold(data, 1000, 0))


def test_a_shorter_history_asks_for_the_same_among_the_same() -> None:
    asked = protocols.strong(some(), 0).test
    short = protocols.first_known(asked, 2)
    assert np.bincount(short.shown.user).max() <= 2 and pairs(short.shown) <= pairs(asked.shown)
    assert short.targets is asked.targets and short.seen is asked.shown
    assert len(protocols.first_known(asked, 0).shown) == 0


def test_random_is_row_for_row_the_published_split() -> None:
    """The reference sorts each item's rows by a number drawn in the file's order and takes the first, rounded."""
    random = np.random.default_rng(5)
    pairs = [(f"u{user:02}", f"i{item}") for user in range(30) for item in range(6) if random.random() < 0.4]
    data = from_pairs([pairs[row] for row in random.permutation(len(pairs))])
    drawn = np.random.RandomState(42).rand(len(data))
    expected = np.zeros(len(data), bool)
    for item in range(len(data.items)):
        rows = sorted(np.flatnonzero(data.item == item), key=lambda row: drawn[row])
        expected[rows[: round(0.75 * len(rows))]] = True
    assert np.array_equal(protocols.stratified(data, 0.75, 42), expected)
