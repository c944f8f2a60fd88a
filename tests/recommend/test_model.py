"""The model answers by history alone, and its reasons sum to the leg."""

from __future__ import annotations

import numpy as np
import pytest

from bitaca_core.recommend import itemitem
from bitaca_core.recommend import model as models
from bitaca_core.recommend.interactions import from_pairs
from bitaca_core.recommend.legs import LEGS, Choice
from bitaca_core.recommend.model import FACTORS, ITEM_ITEM, Past
from tests.recommend.tastes import two_tastes


def test_a_history_brings_its_like_first() -> None:
    model = two_tastes()
    legs = model.legs([Past("anime-0"), Past("anime-2")])
    best = [model.items[place] for place in np.argsort(-model.score(legs), kind="stable")]
    assert all(name.startswith("anime") for name in best[:4])
    for leg in (ITEM_ITEM, FACTORS):
        column = legs.leg(leg)
        anime = [column[place] for place, name in enumerate(model.items) if name == "anime-3"]
        films = [column[place] for place, name in enumerate(model.items) if name.startswith("film")]
        assert anime[0] > max(films)


def test_terms_sum_to_the_leg_and_the_cited_one_lowers_it() -> None:
    model = two_tastes()
    history = [Past("anime-0"), Past("anime-2", 0.5), Past("film-1"), Past("unknown")]
    for candidate in ("anime-3", "film-2", "never-met"):
        terms = model.terms(history, candidate)
        leg = model.legs(history, [candidate]).leg(ITEM_ITEM)[0]
        assert sum(term for _, term in terms) == pytest.approx(leg, abs=1e-5)
        if not terms:
            continue
        cited, term = terms[0]
        assert term == max(one for _, one in terms)
        less = [past for past in history if past.title_id != cited]
        assert model.legs(less, [candidate]).leg(ITEM_ITEM)[0] < leg or term <= 0


def test_unknown_titles_and_an_empty_history_are_answered() -> None:
    model = two_tastes()
    legs = model.legs([Past("nothing")], ["anime-1", "nothing", "never-met"])
    assert [model.items[place] for place in legs.items] == ["anime-1", "never-met"]
    assert legs.known == 0 and np.isfinite(model.score(legs)).all()
    assert model.score(legs)[0] > model.score(legs)[1], "what was met comes before what never was"


def test_one_history_is_scored_as_many_are() -> None:
    model = two_tastes()
    pairs = [("u", "anime-0"), ("u", "film-3"), ("v", "anime-5")]
    many = from_pairs(pairs, items=list(model.items))
    table = model.fitted.scores(many)
    for user, name in enumerate(many.users):
        own = [Past(item) for who, item in pairs if who == name]
        assert np.allclose(model.legs(own).values.T, table[user], atol=1e-4), LEGS


def test_a_new_title_is_brought_by_what_it_is_about() -> None:
    pairs = [(f"a{user}", f"anime-{item}") for user in range(12) for item in range(6) if (user + item) % 5]
    pairs += [(f"f{user}", f"film-{item}") for user in range(12) for item in range(6) if (user + item) % 4]
    names = [*sorted({item for _, item in pairs}), "new-anime", "new-film", "unknown"]
    words = {name: ["drawn" if "anime" in name else "acted"] for name in names[:-1]}
    model = models.fit(from_pairs(pairs, items=names), words, choice=Choice())
    legs = model.legs([Past("anime-0"), Past("anime-2")], ["new-anime", "new-film", "unknown"])
    drawn, acted, unknown = legs.leg(ITEM_ITEM)
    assert drawn > acted and drawn > unknown == 0.0
    assert model.terms([Past("anime-0")], "new-anime")[0][0] == "anime-0"
    assert (np.diff(model.weights.tocsc().indptr) <= itemitem.WEIGHTS_MAX).all()
