"""What is said of a recommendation can be checked: the cited title is the largest term, and without it all is lower."""

import numpy as np
import pytest

from bitaca_core.catalogue.store import Catalogue
from bitaca_core.catalogue.titles import Credit, Title
from bitaca_core.recommend import ials, itemitem, reasons, wording
from bitaca_core.recommend import model as models
from bitaca_core.recommend.interactions import from_pairs
from bitaca_core.recommend.legs import Choice
from bitaca_core.recommend.reasons import facts_of, shared
from bitaca_core.recommend.service import Recommender
from tests.bench.rows import world

TITLES = world.titles(300, seed=11)
NEW = 30
"""Titles that the model never met."""


@pytest.fixture(scope="module")
def model():
    known = TITLES[:-NEW]
    return models.fit(
        from_pairs(world.pairs(known, 250), items=[title.title_id for title in known]),
        choice=Choice(edlae=itemitem.Edlae(l2=20.0, dropout=0.2), ials=ials.Ials(factors=8)),
    )


@pytest.fixture(scope="module")
def crowd():
    return world.crowd(TITLES, 80, seed=12)


def cited(crowd, model):
    """Yield (recommender, scene, place, cited evidence) of every history that is cited in every viewer's rows."""
    recommender = Recommender(
        world.NoSearch(),
        Catalogue(TITLES),
        crowd,
        model=model,
        playable=lambda: {"t-1"},
        clock=lambda: world.NOW,
    )
    state = recommender._state()
    for viewer in crowd.histories:
        _, taste, now_s = recommender._read(viewer, state)
        scene = recommender._scene(state, taste, viewer, "pt", now_s, None)
        by_place = {one.place: one for one in taste.evidence}
        for row in recommender.rows(viewer):
            for hit in row.items:
                key, _, value = (hit.why or ("",))[0].partition(":")
                if key in ("history", "liked", "picked", "listed"):
                    yield row, scene, state.items.place[hit.title_id], by_place[state.items.place[value]]


@pytest.mark.parametrize("published", [False, True])
def test_without_the_cited_title_the_leg_falls_and_the_score_does_not_rise(crowd, model, published):
    count = 0
    for row, scene, place, one in cited(crowd, model if published else None):
        terms = scene.scorer.terms(scene.taste, place)
        assert terms[0][0] == one or terms[0][1] == pytest.approx({e.place: t for e, t in terms}[one.place])
        assert sum(term for _, term in terms) == pytest.approx(float(scene.scores.item[place]), abs=1e-4)
        less = scene.scorer.score(scene.taste.without(one.place), scene.prior, scene.fresh, scene.now_s)
        assert less.item[place] < scene.scores.item[place]
        assert less.final[place] <= scene.scores.final[place]
        strength = scene.scores.strength
        assert all(strength["item"][place] >= values[place] for values in strength.values())
        if row.key.startswith("because"):
            assert row.key == f"because:{TITLES[one.place].title_id}" and one.source in ("watched", "liked")
        count += 1
    assert count > 150, "the proof is about something"


def test_a_new_title_is_cited_too(crowd, model):
    late = {place for _, _, place, _ in cited(crowd, model) if place >= len(TITLES) - NEW}
    assert late, "titles that the model never met are reached by content"


def film(title_id="um", **more):
    return Title(title_id=title_id, kind="film", original_title=title_id.title(), **more)


def test_shared_fields_come_makers_first():
    one = film(
        "um", directors=("Agnès Varda",), cast=("Zé",), genres=("drama",), themes=("mar",), moods=("leve",)
    )
    two = film(
        "dois", directors=("agnes varda",), cast=("Zé",), genres=("drama", "romance"), themes=("mar",), moods=("leve",)
    )  # fmt: skip
    found = shared(facts_of(one), facts_of(two), 9)
    assert found == ("director:Agnès Varda", "cast:Zé", "theme:mar", "mood:leve", "genre:drama")
    assert shared(facts_of(one), facts_of(two)) == found[:3]
    assert shared(facts_of(one), facts_of(film("tres", genres=("terror",)))) == ()


def test_what_is_unverified_is_not_said():
    credits = (Credit(name="Estúdio", role="studio"),)
    one = film(directors=("A",), genres=("drama",), credits=credits)
    for field in ("directors", "genres", "credits"):
        unsure = film("dois", directors=("A",), genres=("drama",), credits=credits, unverified=(field,))
        said = " ".join(shared(facts_of(one), facts_of(unsure), 9))
        assert {"directors": "director:", "genres": "genre:", "credits": "studio:"}[field] not in said
        assert len(said.split()) == 2


def test_every_reason_and_row_has_words_in_both_languages():
    catalogue = Catalogue([film("um", title_pt="Um", title_en="One")])
    for key in wording.reason_keys():
        value = "um" if key in reasons.CITING else "drama"
        told = {lang: reasons.sentence((f"{key}:{value}",), catalogue, lang) for lang in ("pt", "en")}
        assert all(told.values()) and told["pt"] != told["en"], key
        assert not any("{" in text for text in told.values())
    assert reasons.sentence(("history:um",), catalogue, "pt") == "Porque você assistiu Um"
    assert reasons.sentence(("history:gone", "genre:drama"), catalogue, "pt") == "Também é drama"
    assert reasons.sentence(("similar:um", "unknown:x"), catalogue) == "" == reasons.sentence((), catalogue)
    from bitaca_core.catalogue.titles import MOODS

    for mood in MOODS:
        assert wording.row_title(f"mood:{mood}", "pt") != wording.row_title(f"mood:{mood}", "en")


def test_scores_are_finite_whatever_the_history(crowd, model):
    recommender = Recommender(
        world.NoSearch(), Catalogue(TITLES), crowd, model=model, clock=lambda: world.NOW
    )
    for viewer in crowd.histories:
        hits = recommender.because(viewer)
        assert np.isfinite([hit.score for hit in hits]).all() and all(0 <= hit.score <= 1 for hit in hits)
