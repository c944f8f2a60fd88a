"""New titles get vectors and columns of what they are about, and nothing of a met title changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from bitaca_core.recommend import attributes, cold, content, generate, ials, itemitem, legs, model
from bitaca_core.recommend.interactions import Interactions, from_pairs
from bitaca_core.recommend.legs import FACTORS, ITEM_ITEM, Choice
from bitaca_core.recommend.model import Past

CHOICE = Choice(edlae=itemitem.Edlae(l2=2.0), ials=ials.Ials(factors=6, l2=0.01))


def two_kinds() -> tuple[Interactions, dict[str, list[str]]]:
    """Return viewers of two kinds of titles; the last of each kind was met by nobody."""
    random = np.random.default_rng(4)
    titles = [f"{kind}{number}" for kind in ("comedy", "horror") for number in range(9)]
    pairs = [
        (f"u{user:02}", f"{('comedy', 'horror')[user % 2]}{number}")
        for user in range(40)
        for number in range(8)
        if random.random() < 0.6
    ]
    return from_pairs(pairs, items=titles), {title: [f"genre={title[:-1]}"] for title in titles}


def fitted() -> tuple[Interactions, legs.Legs, legs.Legs]:
    data, words = two_kinds()
    before = legs.fit(data, CHOICE, content.vectors(list(data.items), words))
    return data, before, cold.extend(before, data.counts())


def test_a_new_title_follows_its_kind() -> None:
    data, _, after = fitted()
    place = {name: number for number, name in enumerate(data.items)}
    history = np.zeros((2, len(data.items)), np.float32)
    history[0, [place["comedy0"], place["comedy3"]]] = 1.0
    history[1, [place["horror1"]]] = 1.0
    new = np.array([place["comedy8"], place["horror8"]])
    for near in cold.SHARES:
        found = cold.scores(after, sparse.csr_matrix(history), new, near)
        assert found.shape == (2, 2)
        assert found[0, 0] > found[0, 1] and found[1, 1] > found[1, 0]
    column = after.weights[ITEM_ITEM][:, [new[0]]].toarray().ravel()
    assert column[place["comedy0"]] > 0 and abs(column[place["horror0"]]) < column[place["comedy0"]]


def test_what_was_met_stays_as_it_was() -> None:
    data, before, after = fitted()
    met = np.flatnonzero(data.counts() > 0)
    assert (after.factors[met] == before.factors[met]).all()
    for name, matrix in before.weights.items():
        assert (after.weights[name][:, met] != matrix[:, met]).nnz == 0
    assert not before.factors[data.counts() == 0].any(), "the legs given are not changed"


def test_nothing_known_nothing_made() -> None:
    data, _ = two_kinds()
    plain = legs.fit(data, CHOICE, content.vectors(list(data.items), {}))
    assert cold.extend(plain, data.counts()) is plain
    nobody = sparse.csr_matrix((3, len(data.items)), dtype=np.float32)
    assert not cold.scores(plain, nobody, np.arange(4)).any(), "an empty history asks for nothing"
    assert cold.near_share(plain, data) == cold.NEAR_SHARE, "without words there is nothing to choose by"


def test_likeness_counts_as_far_as_it_helps_with_titles_taken_for_new() -> None:
    met, words = generate.interactions(0, users=150, items=120, mean=25.0)
    names = [str(name) for name in met.items]
    choice = Choice(edlae=itemitem.Edlae(l2=50.0), ials=ials.Ials(factors=8, sweeps=4))
    order = np.random.default_rng(1).permutation(names)
    mixed = {name: words[str(other)] for name, other in zip(names, order, strict=True)}
    shares = []
    for told in (words, mixed):
        learnt = legs.fit(met, choice, content.vectors(names, told))
        shares.append(cold.near_share(learnt, met))
        assert cold.near_share(learnt, met) == shares[-1], "the seed decides"
    assert shares[0] > shares[1], "words that say nothing count less"


def test_the_first_option_as_good_as_any_is_taken() -> None:
    values = np.array([[0.5, 0.5, 0.5, 0.5], [0.9, 0.8, 0.9, 0.8], [0.9, 0.9, 0.8, 0.81]])
    assert cold._simplest(values) == 1
    assert cold._simplest(values[[0, 0]]) == 0


def test_columns_keep_their_largest_weights_and_reasons_stay_exact() -> None:
    data, words = two_kinds()
    made = model.fit(data, words, choice=CHOICE)
    history = [Past("comedy0"), Past("comedy1"), Past("horror0", 0.3)]
    terms = made.terms(history, "comedy8")
    assert terms and terms[0][0].startswith("comedy")
    leg = made.legs(history, ["comedy8"]).leg(ITEM_ITEM)[0]
    assert sum(term for _, term in terms) == pytest.approx(leg, abs=1e-5)
    assert made.legs(history, ["comedy8"]).leg(FACTORS)[0] > made.legs(history, ["horror8"]).leg(FACTORS)[0]
    few = cold._largest(sparse.csc_matrix(np.array([[1.0], [-3.0], [2.0], [0.5]])), keep=2).toarray().ravel()
    assert few.tolist() == [0.0, -3.0, 2.0, 0.0]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 3), st.integers(0, 2**31))
def test_the_map_is_the_ridge_regression(rows: int, words: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    known = sparse.csr_matrix((random.random((rows, words)) < 0.5).astype(np.float32))
    values = random.normal(size=(rows, width)).astype(np.float32)
    weights = (0.2 + random.random(rows)).astype(np.float32)
    dense = known.toarray().astype(float)
    left = dense.T @ (weights[:, None] * dense) + 0.7 * np.eye(words)
    by_hand = np.linalg.solve(left, dense.T @ (weights[:, None] * values))
    assert np.allclose(attributes.ridge(known, values, weights, 0.7), by_hand, atol=2e-3)
    foretold = attributes.mapped(known, values, weights.astype(float), known[:0])
    assert foretold.shape == (0, width)


def test_the_map_of_nothing_is_nothing() -> None:
    none = sparse.csr_matrix((0, 3), dtype=np.float32)
    asked = sparse.csr_matrix(np.ones((2, 3), np.float32))
    found = attributes.mapped(none, np.zeros((0, 4), np.float32), np.zeros(0), asked)
    assert found.shape == (2, 4) and not found.any()
