"""Centred cosines: one product with the vectors says both, and a filter costs no walk over all titles."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.search.centring import CENTRE_FROM, Centred

COUNT = 3000


def units(rng, count):
    made = rng.standard_normal((count, 48)).astype(np.float32) + 0.5
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture
def centred():
    rng = np.random.default_rng(3)
    asked = units(rng, 20).mean(0)
    return Centred([f"t{row}" for row in range(COUNT)], units(rng, COUNT), asked), asked, units(rng, 1)[0]


def test_both_cosines_are_what_they_are_by_definition(centred):
    made, asked, question = centred
    order, plain = made.scores(question)
    titles = made.vectors - made.vectors.mean(0)
    titles /= np.linalg.norm(titles, axis=1, keepdims=True)
    wanted = (question - asked) / np.linalg.norm(question - asked)
    assert order == pytest.approx(titles @ wanted, abs=2e-5)
    assert plain == pytest.approx(made.vectors @ question, abs=1e-6)


@pytest.mark.parametrize("share", [1, 2, 10, 300, 1500])
def test_a_filter_changes_nothing_but_who_is_left(centred, share):
    made, _, question = centred
    among = {f"t{row}" for row in range(0, COUNT, share)}
    order, plain = made.scores(question)
    rows = [row for row in np.argsort(-order, kind="stable") if f"t{row}" in among][:30]
    assert made.nearest(question, 30, among) == [(f"t{row}", float(plain[row])) for row in rows]


def test_few_titles_are_not_centred():
    rng = np.random.default_rng(4)
    few = Centred(
        [f"t{row}" for row in range(CENTRE_FROM - 1)], units(rng, CENTRE_FROM - 1), np.zeros(48, np.float32)
    )
    order, plain = few.scores(few.vectors[7])
    assert order is plain and few.nearest(few.vectors[7], 1)[0][0] == "t7"
