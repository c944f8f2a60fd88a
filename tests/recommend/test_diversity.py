"""Varied lists: the order by hand, what each weight does, and that the cost is told by users who did not choose."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitaca_core.recommend import content, diversity, generate, ials, itemitem, learning, metrics, protocols
from bitaca_core.recommend.diversity import PLAIN, Reranked, Setting
from bitaca_core.recommend.legs import Choice

NONE = np.zeros(3, np.float32)


def test_by_hand() -> None:
    scores = np.array([3.0, 2.9, 2.5])  # worth 1, exp(-0.2) = 0.82 and exp(-1) = 0.37
    assert diversity.worth(scores) == pytest.approx(np.exp([0.0, -0.2, -1.0]))
    assert (diversity.worth(np.full(4, 7.0)) == 1.0).all(), "equals are worth the same"
    alike = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], np.float32)
    assert diversity.rerank(scores, alike, NONE, PLAIN, 3).tolist() == [0, 1, 2]
    # The second is the first again: 0.82 - 0.5 x 1 < 0.37.
    assert diversity.rerank(scores, alike, NONE, Setting(0.5), 3).tolist() == [0, 2, 1]
    assert diversity.rerank(scores, alike, NONE, Setting(0.4), 3).tolist() == [0, 1, 2]
    popular = np.array([1.0, 0.0, 0.0], np.float32)
    assert diversity.rerank(scores, alike, popular, Setting(0.0, 0.2), 2).tolist() == [1, 0]
    assert diversity.rerank(scores[:0], alike[:0, :0], NONE[:0], PLAIN, 5).tolist() == []


@given(st.integers(0, 2**31), st.integers(1, 30), st.integers(1, 12))
def test_an_order_has_each_candidate_once_and_plain_is_the_scores(seed: int, count: int, places: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=count)
    vectors = random.normal(size=(count, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    popular = random.random(count).astype(np.float32)
    order = diversity.rerank(scores, vectors @ vectors.T, popular, Setting(0.4, 0.3), places)
    assert len(order) == len(set(order.tolist())) == min(places, count)
    plain = diversity.rerank(scores, vectors @ vectors.T, popular, PLAIN, places)
    assert plain.tolist() == np.argsort(-scores, kind="stable")[:places].tolist()


@pytest.fixture(scope="module")
def learnt() -> tuple[learning.Learnt, protocols.Asked]:
    met, words = generate.interactions(0, users=160, items=120, mean=25.0)
    split = protocols.strong(met, 0)
    choice = Choice(edlae=itemitem.Edlae(l2=50.0), ials=ials.Ials(factors=8, sweeps=4))
    vectors = content.vectors([str(name) for name in met.items], words)
    return learning.learn(split.train, vectors, validation=split.validation, choice=choice), split.test


def test_weights_buy_variety_and_coverage(learnt) -> None:
    fitted, asked = learnt
    settings = [PLAIN, Setting(0.5), Setting(0.0, 0.8)]
    found = diversity.reranked(fitted, asked, settings=settings)
    plain, apart, rare = diversity.trades(fitted, asked, found)
    assert (found[0].lists == fitted.lists(asked, 10)).all(), "without weights the lists are the ranker's"
    assert apart.diversity + apart.content_diversity > plain.diversity + plain.content_diversity
    assert rare.novelty > plain.novelty and rare.popularity_lift < plain.popularity_lift
    assert rare.coverage >= plain.coverage
    seen = asked.shown.matrix()
    for one in found:
        for user, row in enumerate(one.lists):
            assert not set(row.tolist()) & set(seen[user].indices.tolist())


def test_the_chosen_one_keeps_to_the_price(learnt) -> None:
    fitted, asked = learnt
    rng = np.random.default_rng(0)
    users = len(asked.shown.users)
    lists = np.tile(np.arange(10), (users, 1))
    varied = np.array([rng.permutation(120)[:10] for _ in range(users)])
    good, dear = np.full(users, 0.5), np.full(users, 0.49)
    cheap = np.full(users, 0.4999)
    found = [Reranked(PLAIN, lists, good), Reranked(Setting(0.1), varied, dear)]
    assert diversity.choose(fitted, found) == 0, "two per cent are too many"
    found.append(Reranked(Setting(0.2), varied, cheap))
    assert diversity.choose(fitted, found) == 2
    noisy = np.where(np.arange(users) % 2 == 0, 0.9, 0.1)
    assert diversity.choose(fitted, [found[0], Reranked(Setting(0.3), varied, noisy)]) == 0, (
        "and so is a doubt"
    )


def test_both_halves_are_judged_by_the_other(learnt) -> None:
    fitted, asked = learnt
    every, chosen = diversity.judged(fitted, asked)
    assert [one.setting for one in every] == list(diversity.SETTINGS)
    assert chosen.diversity >= 0.9 * every[0].diversity and chosen.coverage > 0
    rows = diversity.told([(every, chosen), (every, chosen)])
    assert [row["name"] for row in rows[:2]] == ["plain", "chosen"] and len(rows) == 1 + len(every)
    assert rows[0]["ndcg_change"] == 0.0
    assert rows[1]["ndcg_change"] == pytest.approx(chosen.ndcg / every[0].ndcg - 1, abs=1e-5)


def test_where_nothing_is_known_of_titles(learnt) -> None:
    fitted, asked = learnt
    bare = learning.Learnt(
        fitted.choice,
        fitted.legs.__class__(
            fitted.legs.weights, fitted.legs.factors, fitted.legs.ials, fitted.legs.popularity, fitted.legs.content * 0
        ),
        fitted.ranker,
        fitted.counts,
    )  # fmt: skip
    bare.legs.content.eliminate_zeros()
    every, chosen = diversity.judged(bare, asked)
    assert every[0].content_diversity == chosen.content_diversity == 0.0
    assert metrics.coverage(diversity.reranked(bare, asked)[0].lists, 120, 10) == every[0].coverage
